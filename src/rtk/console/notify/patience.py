"""How long what could not be sent waits for its next try, and for how long whoever tries has it for themselves."""

from datetime import timedelta

from rtk.backoff import Backoff

CLAIMED = timedelta(seconds=60)  # longer than any try takes
PAUSES = Backoff(10.0, 3.0, 3600.0)


def delay(tries: int) -> timedelta:
    """How long to wait after so many tries: 10 s, 30 s, 90 s and so on, an hour at most."""
    return timedelta(seconds=PAUSES.pause(tries - 1))
