"""The bench judges as it says. `.ci/run` plays every row by `python -m bench --quick`."""

import os
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.request import urlopen

import pytest

from bench import truth, weather
from bench.__main__ import RESULTS, main, row, seed_of, works
from bench.bare import lateness_ms
from bench.burners import burning
from bench.command import CommandFailed, Kept, verify
from bench.experiments import timed, trivial
from bench.lateness import paired, readings
from bench.results import text
from bench.row import Figures, Row, Trial, percentile, spread
from bench.sitting import ROUNDS, NoQuiet, Sitting
from bench.weather import Watch, Weather
from rtk.insight.facts import SlotMeasurement

ROOT = Path(__file__).parents[2]
QUIET = Weather(1.0, 0.02, 0.0)
OTHERS = Weather(1.0, 0.11, 0.0)
STEAL = Weather(1.0, 0.0, 0.07)


class Forecast(Watch):
    """A watch that reads what it was told to, one trial after another."""

    def __init__(self, weathers: Iterator[Weather]) -> None:
        self._weathers = weathers

    def read(self) -> Weather:
        return next(self._weathers)


def sitting(*weathers: Weather, quick: bool = False) -> Sitting:
    forecast = Forecast(iter(weathers))
    return Sitting("row", quick, watch=lambda: forecast)


def counting() -> Iterator[Figures]:
    number = 0
    while True:
        number += 1
        yield {"ms": float(number)}


@pytest.mark.parametrize("disturbed", [OTHERS, STEAL])
def test_a_disturbed_trial_is_void_and_repeated(disturbed: Weather) -> None:
    numbers, one = counting(), sitting(disturbed, QUIET)
    assert one.trial("us", lambda: next(numbers)) == {"ms": 2.0}
    assert [trial.figures for trial in one.trials] == [None, {"ms": 2.0}]
    told = one.row("2 ms", True)
    assert (told.counted, told.void) == (1, 1)


def test_a_row_without_a_quiet_trial_has_no_number() -> None:
    one = sitting(*[OTHERS] * 8)
    with pytest.raises(NoQuiet, match=r"disturbed in all of 8 tries, at last others 0\.11"):
        one.trial("us", lambda: {"ms": 1.0})
    assert all(trial.figures is None for trial in one.trials)


def test_contenders_take_turns_at_being_first() -> None:
    order: list[str] = []

    def take(name: str) -> Figures:
        order.append(name)
        return {"ms": 1.0}

    one = sitting(*[QUIET] * (2 * ROUNDS))
    found = one.interleaved({"a": lambda: take("a"), "b": lambda: take("b")})
    assert order[:6] == ["a", "b", "b", "a", "a", "b"]
    assert [len(figures) for figures in found.values()] == [ROUNDS, ROUNDS]


def test_a_quick_round_counts_whatever_the_weather() -> None:
    one = sitting(OTHERS, quick=True)
    assert one.interleaved({"us": lambda: {"ms": 1.0}}) == {"us": [{"ms": 1.0}]}


def test_what_our_burners_take_is_ours_also_once_they_are_over() -> None:
    before, patience = weather._ours(), time.monotonic() + 60
    with burning(1):
        while (during := weather._ours()) - before < 0.05 and time.monotonic() < patience:
            time.sleep(0.02)
    assert during - before >= 0.05
    assert weather._ours() >= during


def test_a_watch_reads_the_machine() -> None:
    watch = Watch()
    time.sleep(0.05)
    read = watch.read()
    assert read.seconds >= 0.05
    assert read.others >= 0
    assert 0 <= read.steal <= (os.cpu_count() or 1)


def test_a_median_comes_with_its_range() -> None:
    assert spread([{"ms": 3.0}, {"ms": 1.0}, {"ms": 2.5}], "ms").tell(" ms", 1) == "2.5 ms (1.0 to 3.0)"
    assert percentile([5.0, 1.0, 3.0], 99) == 5.0


def test_the_truth_server_knows_when_a_request_arrived_and_how_long_it_took() -> None:
    with truth.serving(low=0.01, high=0.02) as server:
        before = time.monotonic()
        for path in ("/wait/30", "/"):
            with urlopen(server.url(path)) as answer:
                assert answer.read() == b"ok"
        first, second = server.log()
        assert server.log() == []
    assert before <= first.arrived < second.arrived <= time.monotonic()
    assert (first.path, second.path) == ("/wait/30", "/")
    assert first.served_ms >= 30
    assert second.served_ms >= 10


def test_the_bare_loop_wakes_once_a_slot_and_never_early() -> None:
    late = lateness_ms(0.01, 0.1)
    assert len(late) == 10
    assert min(late) >= 0


def measurement(slot: int, started: float | None = None) -> SlotMeasurement:
    due = float(slot)
    return SlotMeasurement("conditions", slot, due, due if started is None else started, due + 0.1, "met", 1.0)


def served(*arrivals: float) -> list[truth.Served]:
    return [truth.Served("/wait/20", arrived, 0.25) for arrived in arrivals]


def test_slots_and_requests_are_paired_by_their_order() -> None:
    kept = Kept((measurement(0), measurement(2), measurement(1)), began=100.0, cpu_s=1.0)
    pairs = paired(kept, served(99.0, 100.001, 101.002, 102.003, 103.5))
    assert [(m.slot, one.arrived) for m, one in pairs] == [(0, 100.001), (1, 101.002), (2, 102.003)]
    assert readings(pairs) == {"reading p50 ms": 0.75, "reading p99 ms": 0.75}


def test_a_log_that_does_not_fit_is_refused() -> None:
    kept = Kept((measurement(0), measurement(1)), began=100.0, cpu_s=1.0)
    with pytest.raises(CommandFailed, match="2 measurements, yet 1 requests"):
        paired(kept, served(99.0, 100.0, 103.5))


def test_lateness_is_by_the_start_of_each_measurement_and_missed_ones_have_none() -> None:
    missed = SlotMeasurement("conditions", 2, 2.0, None, None, "missed", reason="no slot free")
    kept = Kept((measurement(0), measurement(1, 1.004), missed), began=0.0, cpu_s=1.0)
    assert kept.late_ms == pytest.approx([0.0, 4.0])
    assert (len(kept.begun), kept.missed) == (2, 1)


def test_a_command_that_could_not_run_says_so() -> None:
    with pytest.raises(CommandFailed, match=r"chaos verify exited with 1: .*frequency"):
        verify(trivial(-1.0, 1.0))


def test_the_experiments_name_what_is_measured() -> None:
    experiment = timed("http://127.0.0.1:1/", 0.5, 3.0, 600, 2.9)
    assert experiment["extensions"][0]["verification"] == {
        "frequency-of-measurement": 0.5,
        "duration-of-conditions": 3.0,
    }
    assert experiment["method"][0]["provider"] == {"type": "process", "path": "sleep", "arguments": "2.9"}


def test_the_table_shows_what_held_what_did_not_and_every_trial() -> None:
    trials = (Trial("us", QUIET, {"p99 ms": 1.234}), Trial("us", OTHERS, None))
    rows = [
        ("one", Row("lateness", "p99 ≤ 5 ms", "p99 1.23 ms", True, trials)),
        ("two", Row("rate", "≥ 150", "100", False)),
        ("three", Row("cost", "≤ 1.5 ms", "no number: disturbed", None)),
    ]
    told = text(rows)
    assert "| lateness | p99 ≤ 5 ms | p99 1.23 ms | yes | 1 / 1 |" in told
    assert "| rate | ≥ 150 | 100 | **no** | 0 / 0 |" in told
    assert "| cost | ≤ 1.5 ms | no number: disturbed | not measured | 0 / 0 |" in told
    assert "| one | us | p99 ms 1.234 | 1.0 | 0.020 | 0.000 |" in told
    assert "| one | us | void | 1.0 | 0.110 | 0.000 |" in told
    assert re.search(r"Machine: .+, \d+ cores, .+ GiB, Linux ", told)
    assert re.search(r"Versions: Python 3\.\d+\.\d+, reliability-toolkit .+ libcurl \d", told)


def test_a_seed_is_a_number_or_drawn_anew() -> None:
    assert seed_of("7") == 7
    assert len({seed_of("new") for _ in range(5)}) > 1
    with pytest.raises(ValueError, match="soon"):
        seed_of("soon")


def test_make_plays_the_rows_that_are_named() -> None:
    done = subprocess.run(
        ["make", "--dry-run", "bench", "verdict", "cost", "SEED=7"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ".venv/bin/python -m bench verdict cost --seed 7" in map(str.strip, done.stdout.splitlines())


def test_what_a_row_has_to_tell_beside_its_figures_stands_below_the_table() -> None:
    told = text([("row", Row("what", "must", "1 ms", True, table="## Errors"))])
    assert told.index("| what |") < told.index("## Errors") < told.index("## Trials")


def test_an_unknown_row_is_refused() -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["nonsense"])


def test_a_row_that_cannot_be_measured_says_why_and_keeps_what_it_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")  # there is no curl
    told = row("reading", Sitting("reading", quick=True))
    assert told.held is None
    assert told.measured.startswith("no number: ")
    assert "curl" in told.measured
    assert told.must.startswith("p50 ≤ 1 ms")


WORKS = Row("lateness", "p99 ≤ 5 ms", "p99 1.23 ms (1.1 to 1.3)", False, (Trial("one", QUIET, {"ms": 1.2}),))


@pytest.mark.parametrize(
    ("name", "found", "does"),
    [
        ("lateness", WORKS, True),
        ("lateness", replace(WORKS, held=None), False),
        ("lateness", replace(WORKS, trials=(Trial("one", OTHERS, None),)), False),
        ("lateness", replace(WORKS, what=""), False),
        ("lateness", replace(WORKS, must=""), False),
        ("lateness", replace(WORKS, measured="p99 1.23 ms"), False),
        ("verdict", replace(WORKS, measured="p99 1.23 ms"), True),
    ],
)
def test_a_quick_row_works_if_it_was_measured_whole(name: str, found: Row, does: bool) -> None:
    assert works(name, found) is does


def test_a_quick_run_leaves_the_results_alone(capsys: pytest.CaptureFixture[str]) -> None:
    before = RESULTS.read_bytes() if RESULTS.exists() else None
    assert main(["startup", "--quick"]) == 0
    assert "**Its numbers mean nothing.**" in capsys.readouterr().out
    assert (RESULTS.read_bytes() if RESULTS.exists() else None) == before
