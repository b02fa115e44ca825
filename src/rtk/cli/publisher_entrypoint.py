"""What a run leaves behind to send the rest: a process of its own, told where to on its standard input."""

import sys

from rtk.clock import SystemClock
from rtk.publish.pending_sender import SENDER_S, PendingSender, received


def main(text: bytes) -> int:
    """Send what waits; 0 when nothing is left."""
    where, directory = received(text)
    return 1 if PendingSender(where, SystemClock(), SENDER_S).all(directory).left else 0


if __name__ == "__main__":
    sys.exit(main(sys.stdin.buffer.read()))
