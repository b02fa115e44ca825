"""The real command: every exit code, signals in every phase, and what a run leaves behind.

The runs of `RUNS` are started together, a few at a time, for most of their time is spent in starting. Those that end as
another one does, and by no signal, are forked from a process that has imported everything.
"""

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from rtk.cli.exit_codes import MEANINGS
from rtk.insight.missed_reason import MissedReason
from tests.conftest import LONG, SHORT, Ended, Home, activity, experiment, noting, probing, python, shell

BUSY_S = 15.0  # what a machine that is slow and has much else to do may add to a bounded time
Ends = Callable[[], Ended]


def hanging(home: Home) -> dict[str, Any]:
    return activity("hang", shell(f"echo burn >> {home.notes}; sleep 1000"))


def passes(home: Home) -> Ended:
    return home.verify(*SHORT, experiment(home))


def inconclusive(home: Home) -> Ended:
    return home.played(*SHORT[:4], "--target", "99%", experiment(home))


def strict(home: Home) -> Ended:
    return home.verify("--strict", *SHORT[:4], "--target", "99%", experiment(home))


def gate_not_met(home: Home) -> Ended:
    return home.played(*SHORT, experiment(home, probing(python("one"), 2)))


def bad_input(home: Home) -> Ended:
    return home.verify(*SHORT, home.write("experiment.json", '{"title": "torn", "meth'))


def usage(home: Home) -> Ended:
    return home.verify("--every", "often", experiment(home))


def fails(home: Home) -> Ended:
    return home.verify(*SHORT[:4], "--target", "95%", experiment(home, probing(python("steady", path=home.notes))))


def costs_too_much(home: Home, *strictly: str) -> Ended:
    """It deviates while the condition lasts: 1,000 of these, 3.6 s each, are all of an hour, and 80 % of it may be."""
    source = experiment(home, probing(python("steady", path=home.notes)))
    return home.played(*SHORT[:4], "--target", "20%", "--occurs", "1000/1h,3.6s", *strictly, source)


def invalid(home: Home) -> Ended:
    method = [noting(home, "burn", fail="refused"), noting(home, "never")]
    probe = probing(python("steady", path=home.notes))  # also deviates: invalid wins over fail
    return home.verify(*SHORT, experiment(home, probe, method))


def exits_1(home: Home) -> Ended:
    return home.played(*SHORT, experiment(home, method=[activity("exits", shell("exit 1"))]))


def not_restored(home: Home) -> Ended:
    method = [noting(home, "burn", fail="refused")]  # not restored wins over invalid
    return home.verify(*SHORT, experiment(home, method=method, rollbacks=[noting(home, "undo", fail="refused")]))


def signalled(home: Home, source: str, *signals: int, at: str, warm_up: str = "0s") -> Ended:
    """Signals, one at once after the other, when the text was noted."""
    process = home.start(*LONG, "--warm-up", warm_up, "--cool-down", "30s", source)
    try:
        home.wait_for(at)
        began = time.monotonic()
        for number in signals:
            process.send_signal(number)
            time.sleep(0.1)
        out, _ = process.communicate(timeout=120)
        code = process.returncode
        # A second signal may come when all is told; a shell knows no difference.
        return Ended(home, code if code >= 0 else 128 - code, out, time.monotonic() - began)
    finally:
        process.kill()


def wait_until_delivered(process: subprocess.Popen[str], number: int) -> None:
    """Two signals that are pending at once reach two threads, in any order."""
    status = Path(f"/proc/{process.pid}/status")
    pending = re.compile(r"^S(?:hd|ig)Pnd:\s*(\w+)$", re.MULTILINE)
    while any(int(mask, 16) >> (number - 1) & 1 for mask in pending.findall(status.read_text())):
        time.sleep(0.001)


def in_baseline(number: int) -> Callable[[Home], Ended]:
    def play(home: Home) -> Ended:
        look = shell(f"echo look >> {home.notes}; echo looked >> {home.notes}", timeout=5)
        return signalled(home, experiment(home, probing(look, 0)), number, at="looked", warm_up="30s")

    return play


def sigterm_in_an_action_that_hangs(home: Home) -> Ended:
    method = [hanging(home), noting(home, "never")]
    return signalled(home, experiment(home, method=method), signal.SIGTERM, at="burn")


def sigint_in_a_python_action_that_hangs(home: Home) -> Ended:
    method = [noting(home, "burn", takes=1000), noting(home, "never")]
    return signalled(home, experiment(home, method=method), signal.SIGINT, at="burn")


def twice_in_conditions(home: Home) -> Ended:
    method = [noting(home, "burn"), activity("pause", python("one"), pauses={"after": 40})]
    return signalled(home, experiment(home, method=method), signal.SIGTERM, signal.SIGTERM, at="burn")


def slow_undo(home: Home) -> list[dict[str, Any]]:
    return [noting(home, "undo", takes=1.5), noting(home, "tidy")]


def in_a_rollback(home: Home) -> Ended:
    options = ("--every", "50ms", "--for", "400ms")
    process = home.start(*options, "--cool-down", "30s", experiment(home, rollbacks=slow_undo(home)))
    home.wait_for("undo")
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    wait_until_delivered(process, signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=120)
    return Ended(home, process.returncode, out, time.monotonic() - began)


def in_recovery(home: Home) -> Ended:
    process = home.start("--every", "50ms", "--for", "400ms", "--cool-down", "30s", experiment(home))
    home.wait_for("undo")
    time.sleep(0.5)
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=120)
    return Ended(home, process.returncode, out, time.monotonic() - began)


def signalled_and_not_restored(home: Home) -> Ended:
    rollbacks = [noting(home, "undo", fail="refused"), noting(home, "tidy")]
    method = [noting(home, "burn", takes=1.0)]
    return signalled(home, experiment(home, method=method, rollbacks=rollbacks), signal.SIGTERM, at="burn")


def hanging_process_probe(home: Home) -> Ended:
    script = f"if grep -q burn {home.notes} 2>/dev/null; then sleep 1000; fi"
    probe = probing(shell(script, timeout=1), 0)
    return home.played("--every", "100ms", "--for", "2s", "--target", "50%", experiment(home, probe))


def hanging_python_probe(home: Home) -> Ended:
    probe = probing(python("hang", path=home.notes), 1, timeout=1)
    return home.played("--every", "100ms", "--for", "2s", "--target", "50%", experiment(home, probe))


def with_strategy(strategy: str) -> Callable[[Home], Ended]:
    return lambda home: home.played("--rollback-strategy", strategy, *SHORT, experiment(home))


RUNS: dict[str, Callable[[Home], Ended]] = {
    "passes": passes,
    "inconclusive": inconclusive,
    "strict": strict,
    "gate not met": gate_not_met,
    "bad input": bad_input,
    "usage": usage,
    "fails": fails,
    "costs too much": costs_too_much,
    "costs too much, strictly": lambda home: costs_too_much(home, "--strict-cost"),
    "invalid": invalid,
    "exits 1": exits_1,
    "not restored": not_restored,
    "SIGINT in the baseline": in_baseline(signal.SIGINT),
    "SIGTERM in the baseline": in_baseline(signal.SIGTERM),
    "SIGTERM in a process that hangs": sigterm_in_an_action_that_hangs,
    "SIGINT in a function that hangs": sigint_in_a_python_action_that_hangs,
    "SIGTERM twice": twice_in_conditions,
    "SIGINT and SIGTERM in a rollback": in_a_rollback,
    "SIGTERM in the recovery": in_recovery,
    "SIGTERM and not restored": signalled_and_not_restored,
    "strategy never": with_strategy("never"),
    "strategy deviated": with_strategy("deviated"),
    "a process probe hangs": hanging_process_probe,
    "a function probe hangs": hanging_python_probe,
}


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Ended]:
    """How each of the runs ended."""
    with ThreadPoolExecutor(5) as pool:
        under_way = {name: pool.submit(play, Home(tmp_path_factory.mktemp("home"))) for name, play in RUNS.items()}
    return lambda name: under_way[name].result()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("passes", 0),
        ("inconclusive", 0),
        ("strict", 3),
        ("costs too much", 0),
        ("costs too much, strictly", 2),
        ("gate not met", 1),
        ("bad input", 1),
        ("usage", 1),
        ("fails", 2),
        ("invalid", 4),
        ("exits 1", 4),
        ("not restored", 5),
        ("SIGINT in the baseline", 130),
        ("SIGTERM in the baseline", 143),
        ("SIGTERM in a process that hangs", 143),
        ("SIGINT in a function that hangs", 130),
        ("SIGTERM twice", 143),
        ("SIGINT and SIGTERM in a rollback", 130),
        ("SIGTERM in the recovery", 143),
        ("SIGTERM and not restored", 5),
        ("a process probe hangs", 2),
        ("a function probe hangs", 2),
    ],
)
def test_each_ending_has_its_exit_code(ended: Callable[[str], Ended], name: str, code: int) -> None:
    assert ended(name).code == code, ended(name).out
    assert code in MEANINGS


@pytest.mark.parametrize("name", RUNS)
def test_no_ending_shows_a_traceback_or_colour_codes(ended: Callable[[str], Ended], name: str) -> None:
    assert "Traceback" not in ended(name).out
    assert "\x1b" not in ended(name).out


@pytest.mark.parametrize("name", RUNS)
def test_rollbacks_are_played_exactly_once_after_the_method_or_a_failed_gate_and_never_before(
    ended: Callable[[str], Ended], name: str
) -> None:
    notes = ended(name).notes
    tries = 3 if "not restored" in name else 1
    undone = 0 if name == "exits 1" else notes.count("undo")
    began = "burn" in notes or name == "gate not met"
    assert undone == (tries if began and "strategy" not in name else 0)
    assert "never" not in notes


@pytest.mark.parametrize("name", [name for name in RUNS if "SIG" in name])
def test_a_signal_ends_a_run_in_bounded_time(ended: Callable[[str], Ended], name: str) -> None:
    bound = 10 + (3 if "not restored" in name else 1.5 if "rollback" in name else 0)
    assert ended(name).took < bound + BUSY_S, "the least that would be waited for without a bound is 30 s"


@pytest.mark.parametrize("name", RUNS)
def test_a_run_leaves_no_process_and_no_file_but_its_own(ended: Callable[[str], Ended], name: str) -> None:
    home = ended(name).home
    files = {str(p.relative_to(home.path)) for p in home.path.rglob("*") if p.is_file()}
    allowed = {"experiment.json", "notes", "journal.json"} | {str(r.relative_to(home.path)) for r in home.records()}
    if "not restored" in name or "strategy" in name:  # what was not restored is held on to
        allowed |= {f"state/rtk/holds/{record.stem}.hold" for record in home.records()}
    assert files <= allowed
    assert len(home.records()) == (0 if name in ("bad input", "usage") else 1)
    for record in home.records():
        assert not left_of(record.stem)
        assert record.stat().st_mode & 0o777 == 0o600


def left_of(run_id: str) -> list[str]:
    """The processes that carry the run's marker."""
    mark = f"RTK_RUN_ID={run_id}".encode()
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in environ.read_bytes():
                found.append(environ.parent.joinpath("cmdline").read_text())
        except OSError:
            continue
    return found


@pytest.mark.parametrize("name", ["bad input", "usage"])
def test_bad_input_is_one_sentence_and_nothing_begins(ended: Callable[[str], Ended], name: str) -> None:
    assert not ended(name).notes
    assert not (ended(name).home.path / "journal.json").exists()
    assert len(ended(name).out.strip().splitlines()) <= (1 if name == "bad input" else 4)


@pytest.mark.parametrize("name", ["a process probe hangs", "a function probe hangs"])
def test_a_probe_that_hangs_is_deviated_never_missed_never_met(ended: Callable[[str], Ended], name: str) -> None:
    states = ended(name).home.journal()["steady_states"]["during"]
    met = [state["steady_state_met"] for state in states]
    assert [state["rtk"]["phase"] for state in states].count("conditions") == 20
    missed = {state["rtk"]["code"] for state in states if state["steady_state_met"] is None}
    assert missed <= {MissedReason.LATE, MissedReason.PAUSED}, (
        "a busy machine may begin some late; none for its hanging"
    )
    assert met.count(None) <= 5
    assert met.count(False) >= 10
    assert met.count(True) <= 10, "the first ones may be made before the condition has begun, and none after"


@pytest.mark.parametrize("name", [name for name in RUNS if name not in ("bad input", "usage")])
def test_the_journal_is_the_chaos_toolkits_and_tells_of_every_slot(ended: Callable[[str], Ended], name: str) -> None:
    journal = ended(name).home.journal()
    assert journal["status"] in ("completed", "failed", "aborted", "interrupted")
    assert ("SIG" in name) == (journal["status"] == "interrupted")
    insight = journal["extensions"][0]["insight"]
    assert len(journal["steady_states"]["during"]) == insight["run"]["planned"]
    if "SIG" in name:
        assert insight["verdict"] != "pass"


def test_a_stopped_run_is_told_as_such_with_what_to_do_by_hand(ended: Callable[[str], Ended]) -> None:
    out = ended("SIGTERM and not restored").out
    assert "NOT RESTORED: undo: " in out
    assert "from tests.targets import note; print(note(" in out
    assert "interrupted by SIGTERM" in out


def test_rtk_insight_tells_the_same_of_the_journal_and_of_the_record(ended: Callable[[str], Ended]) -> None:
    home = ended("fails").home
    told = [
        json.loads(
            subprocess.run(
                [str(Path(os.environ.get("RTK", home.command()[0])).with_name("rtk")), "insight", "--json", str(path)],
                env=home.env(),
                capture_output=True,
                check=True,
                timeout=120,
            ).stdout
        )
        for path in (home.path / "journal.json", home.records()[0])
    ]
    assert told[0] == told[1] == {**home.journal()["extensions"][0]["insight"], "standing": None}


@pytest.mark.parametrize("name", ["strategy never", "strategy deviated"])
def test_rollbacks_follow_the_option(ended: Callable[[str], Ended], name: str) -> None:
    assert ended(name).notes == ["burn"]
    assert "Rollbacks are not played" in ended(name).out
