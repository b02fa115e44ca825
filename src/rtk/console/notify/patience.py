"""How long what could not be sent waits for its next try, and for how long whoever tries has it for themselves."""

from datetime import timedelta

CLAIMED = timedelta(seconds=60)  # longer than any try takes
FIRST_DELAY, FACTOR, LONGEST_DELAY = timedelta(seconds=10), 3, timedelta(hours=1)


def delay(tries: int) -> timedelta:
    """How long to wait after so many tries: 10 s, 30 s, 90 s and so on, an hour at most."""
    return min(FIRST_DELAY * int(FACTOR ** min(tries - 1, 10)), LONGEST_DELAY)
