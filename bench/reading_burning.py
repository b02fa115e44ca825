"""How far a reported response time is from the truth while every core burns."""

from bench.burners import burning
from bench.clients import CURL, OURS
from bench.reading import errors, told
from bench.row import Row
from bench.sitting import Sitting

MOST_P99_MS = 12.0
MOST_TIMES = 1.2


def run(sitting: Sitting) -> Row:
    """The row."""
    sitting.asks(
        f"the same with {sitting.burners} CPU burners",
        f"p50 ≤ `curl`'s, p99 ≤ {MOST_TIMES:g} × `curl`'s and ≤ {MOST_P99_MS:g} ms",
    )
    with burning(sitting.burners):
        found = errors(sitting)
    (p50, p99), (curl_p50, curl_p99) = found[OURS], found[CURL]
    return sitting.row(
        told(found),
        p50.median <= curl_p50.median and p99.median <= min(MOST_TIMES * curl_p99.median, MOST_P99_MS),
    )
