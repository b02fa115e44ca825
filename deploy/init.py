"""The first process of a container: it starts a command, passes signals on to it, and leaves last.

    python3 init.py SECONDS COMMAND [ARGUMENT...]

When the first process of a container ends, the kernel kills all others. But a run that dies leaves its guardian, which
undoes what the run did, and one that could not publish everything leaves a process that goes on trying. They have
SECONDS to come to their end. Processes that lost their parents become children of this one, and are reaped. The exit
code is the command's, or 128 and the number of the signal that killed it.
"""

import ctypes
import os
import signal
import sys
import time

PASSED_ON = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2}
PR_SET_CHILD_SUBREAPER = 36


def main(seconds: float, command: list[str]) -> int:
    """Run the command, then wait for what it left; the exit code."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # where another one is the first after all
    waited_for = PASSED_ON | {signal.SIGCHLD}
    signal.pthread_sigmask(signal.SIG_BLOCK, waited_for)
    try:
        # In a session of its own: Ctrl-C in a terminal comes here alone, and reaches it once.
        pid = os.posix_spawnp(command[0], command, os.environ, setsid=True, setsigmask=[])
    except OSError as error:
        sys.stderr.write(f"init: cannot start {command[0]!r}: {error.strerror}\n")
        return 127
    while (code := reap(pid)[0]) is None:
        told = signal.sigwait(waited_for)
        if told != signal.SIGCHLD:
            os.kill(pid, told)
    end = time.monotonic() + seconds
    while reap(pid)[1] and (left := end - time.monotonic()) > 0:
        signal.sigtimedwait(waited_for, left)
    return code


def reap(command: int) -> tuple[int | None, bool]:
    """Take leave of all that have ended: the exit code of the command if it is among them, and whether any is left."""
    code = None
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return code, False
        if pid == 0:
            return code, True
        if pid == command:
            ended = os.waitstatus_to_exitcode(status)
            code = ended if ended >= 0 else 128 - ended


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), sys.argv[2:]))
