"""How far a reported response time is from the truth, on an idle machine."""

from collections.abc import Mapping
from functools import partial

from bench import truth
from bench.clients import CURL, OURS, REQUESTS, Client, clients
from bench.row import Figures, Row, Spread, percentile, spread
from bench.sitting import Sitting

MOST_P50_MS, MOST_P99_MS = 1.0, 3.0
MOST_TIMES = 1.2
WARM_UP = 5


def run(sitting: Sitting) -> Row:
    """The row."""
    sitting.asks(
        "reading error of `time_http_call` (reported less served), answers of 20 ms, idle",
        f"p50 ≤ {MOST_P50_MS:g} ms, p99 ≤ {MOST_P99_MS:g} ms, each ≤ {MOST_TIMES:g} × `curl`'s",
    )
    found = errors(sitting)
    (p50, p99), (curl_p50, curl_p99) = found[OURS], found[CURL]
    return sitting.row(
        told(found),
        p50.median <= min(MOST_P50_MS, MOST_TIMES * curl_p50.median)
        and p99.median <= min(MOST_P99_MS, MOST_TIMES * curl_p99.median),
    )


def errors(sitting: Sitting) -> dict[str, tuple[Spread, Spread]]:
    """p50 and p99 of each client's error in milliseconds. In a trial the clients call in turn, one at a time."""
    calls = round(sitting.either(300, 5))
    with truth.serving() as server, clients() as callers:
        for call in callers.values():
            for _ in range(WARM_UP):
                call(server.url("/wait/1"))
        found = sitting.interleaved({"in turn": partial(_in_turn, server, callers, calls)})["in turn"]
    return {name: (spread(found, f"{name} p50 ms"), spread(found, f"{name} p99 ms")) for name in callers}


def _in_turn(server: truth.Truth, callers: Mapping[str, Client], calls: int) -> Figures:
    server.log()
    url = server.url("/wait/20")
    reported = [(name, call(url)) for _ in range(calls) for name, call in callers.items()]
    found: dict[str, list[float]] = {name: [] for name in callers}
    for (name, reported_ms), served in zip(reported, server.log(), strict=True):
        found[name].append(reported_ms - served.served_ms)
    return {f"{name} p{p} ms": percentile(found[name], p) for name in callers for p in (50, 99)}


def told(found: Mapping[str, tuple[Spread, Spread]]) -> str:
    """The errors in words."""
    names = {OURS: "`time_http_call`", REQUESTS: "`requests`", CURL: "`curl`"}
    return "; ".join(
        f"{names[name]} p50 {p50.tell(' ms')}, p99 {p99.tell(' ms')}" for name, (p50, p99) in found.items()
    )
