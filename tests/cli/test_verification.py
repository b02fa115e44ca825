"""What `chaos verify` does around a run: files, variables, secrets, a full disk, and slots on a real target's clock."""

import json
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from rtk.report.write import FORMATS
from tests.conftest import LONG, SHORT, Ended, Home, activity, experiment, noting, probing, python, shell

OF_THE_MACHINE = ("late", "paused")  # why a slot may be missed where others take the machine's time
EARLY_S = 0.02  # by which a moment may be told too early or too late


def plain_and_json(home: Home) -> Ended:
    reports = [part for kind in FORMATS for part in ("--report", f"report{kind}")]
    return home.verify(*SHORT, *reports, experiment(home), flags=("--log-format", "json"))


def test_reports_are_written_and_a_json_log_is_json_line_by_line(home: Home) -> None:
    end = plain_and_json(home)
    assert end.code == 0, end.out
    assert all(isinstance(json.loads(line), dict) for line in end.out.splitlines())
    for kind in FORMATS:
        assert (home.path / f"report{kind}").stat().st_size > 200
    told = json.loads((home.path / "report.json").read_text())
    assert told == {**home.journal()["extensions"][0]["insight"], "standing": None}


def test_a_closed_stdin_is_no_obstacle(home: Home) -> None:
    end = home.verify(*SHORT, experiment(home), before=["sh", "-c", 'exec "$@" <&-', "sh"])
    assert (end.code, end.notes) == (0, ["burn", "undo"])


@pytest.mark.parametrize("closed", ["2>&-", ">&-", "<&- >&- 2>&-"])
def test_a_run_goes_on_without_the_streams_that_are_closed(home: Home, closed: str) -> None:
    end = home.verify(*SHORT, experiment(home), before=["sh", "-c", f'exec "$@" {closed}', "sh"])
    assert (end.code, end.notes) == (0, ["burn", "undo"])
    assert "Traceback" not in end.out
    assert home.journal()["status"] == "completed"


@pytest.mark.parametrize("where", ["nowhere/journal.json", "."])
def test_an_unwritable_journal_is_known_before_the_run(home: Home, where: str) -> None:
    end = home.verify("--journal-path", str(home.path / where), *SHORT, experiment(home))
    assert (end.code, end.notes, home.records()) == (1, [], [])
    assert "Traceback" not in end.out
    assert "the journal" in end.out.splitlines()[-1]


def test_a_full_disk_stops_the_run_and_everything_is_undone(home: Home) -> None:
    source = experiment(
        home, rollbacks=[activity("undo", shell("touch undone")), activity("tidy", shell("touch tidy"))]
    )
    home.environ["PYTHONDONTWRITEBYTECODE"] = "1"  # half a file of bytecode would be left to later tests
    end = home.verify(*LONG, source, before=["sh", "-c", 'ulimit -f 16; exec "$@"', "sh"])
    assert end.code in (1, 5), end.out
    assert end.took < 50, "it was to take a minute"
    assert (home.path / "undone").exists()
    assert (home.path / "tidy").exists()
    assert "cannot be written" in end.out
    assert "Traceback" not in end.out


def test_no_declared_secret_reaches_a_file_or_a_line(home: Home) -> None:
    value = 'p"ss\\word-7f3a'
    home.environ["THE_TOKEN"] = value
    source = experiment(
        home,
        probing(python("secret", name="THE_TOKEN"), {"type": "regex", "pattern": "token"}),
        [
            {**probing(python("refuse", name="THE_TOKEN")), "name": "look"},
            activity("print", shell('printf "%s" "$THE_TOKEN"; printf "%s" "$THE_TOKEN" >&2')),
            activity("return", python("secret", name="THE_TOKEN")),
            activity("refuse", python("refuse", name="THE_TOKEN")),
        ],
        [activity("refuse", python("refuse", name="THE_TOKEN"))],
        secrets={"all": {"token": {"type": "env", "key": "THE_TOKEN"}}},
    )
    reports = [part for kind in FORMATS for part in ("--report", f"report{kind}")]
    end = home.verify(*SHORT, *reports, source, flags=("--verbose",))
    assert end.code == 5, end.out
    texts = {"output": end.out}
    texts |= {str(p): p.read_text(errors="replace") for p in home.path.rglob("*") if p.is_file()}
    assert [where for where, text in texts.items() if "word-7f3a" in text] == []


def test_variables_reach_the_run_from_options_and_files(home: Home) -> None:
    (home.path / "vars.json").write_text(json.dumps({"configuration": {"second": "two"}}))
    (home.path / ".env").write_text("NO_third=three\n")
    words = " ".join(f"${{{name}}}" for name in ("first", "second", "third"))
    source = experiment(
        home,
        method=[noting(home, "burn"), activity("say", python("note", path=home.notes, text=words))],
        configuration={name: {"type": "env", "key": f"NO_{name}"} for name in ("first", "second", "third")},
    )
    end = home.verify(*SHORT, "--var", "first=one", "--var-file", "vars.json", "--var-file", ".env", source)
    assert end.code == 0, end.out
    assert "one two three" in end.notes


Place = Callable[[], Home]


@pytest.fixture
def homes(tmp_path: Path) -> Place:
    """Makes one home after another."""
    numbers = count()

    def make() -> Home:
        place = tmp_path / str(next(numbers))
        place.mkdir()
        return Home(place)

    return make


@pytest.mark.parametrize(
    ("answer_s", "every_ms", "slots", "limit_ms"), [(0.06, 200, 30, 120), (0.12, 100, 25, 200)], ids=["short", "long"]
)
def test_every_slot_is_measured_on_its_grid_however_long_its_answer_takes(
    homes: Place, target: Any, answer_s: float, every_ms: int, slots: int, limit_ms: float
) -> None:
    server, home = target(lambda n: answer_s * (1 + 4 / 3 * ((n * 0.618) % 1))), homes()
    states = truth(home, server, ("--every", f"{every_ms}ms", "--for", f"{every_ms * slots}ms"), limit_ms)
    assert len(states) == slots
    on_grid(server, states, home)


def truth(home: Home, server: Any, options: tuple[str, ...], limit_ms: float, code: int = 2) -> list[dict[str, Any]]:
    """The states of a run's conditions against a server, whose verdict must be as its answers were."""
    probe = probing(
        {
            "type": "python",
            "module": "chaoscloud.probes.http",
            "func": "time_http_call",
            "arguments": {"url": server.url, "timeout": 1},
        },
        {
            "type": "probe",
            "name": "in time",
            "provider": {
                "type": "python",
                "module": "chaoscloud.tolerances.http",
                "func": "response_time_under",
                "arguments": {"duration": limit_ms},
            },
        },
    )
    burn = activity("burn", shell("timeout 1 sh -c 'while :; do :; done' || true"), background=True)
    end = home.verify(*options, "--target", "95%", experiment(home, probe, [burn]))
    assert end.code == code, end.out
    states: list[dict[str, Any]] = home.journal()["steady_states"]["during"]
    missed = [state["rtk"] for state in states if state["rtk"]["outcome"] == "missed"]
    assert [each for each in missed if each["code"] not in OF_THE_MACHINE] == []  # a failure says why
    assert len(missed) <= len(states) // 4, missed
    return [state for state in states if state["rtk"]["phase"] == "conditions"]


def on_grid(server: Any, states: list[dict[str, Any]], home: Home) -> None:
    """Each slot's own request reached the server when it was due, and its outcome is what the server did."""
    line = home.records()[0].read_text().splitlines()[0]
    began = json.loads(line[9:])["monotonic"]
    due = [began + state["rtk"]["due"] for state in states if state["rtk"]["outcome"] != "missed"]
    measured = [state for state in home.journal()["steady_states"]["during"] if state["rtk"]["outcome"] != "missed"]
    others = len(server.asked) - len(measured)  # the hypothesis before and after, and what the end cut off
    assert 2 <= others <= 2 + len(due) // 4, "slots that are asked twice would be as many again"
    asked = [at for at in sorted(server.asked) if at >= due[0] - EARLY_S][: len(due)]
    late = [at - planned for at, planned in zip(asked, due, strict=True)]
    assert min(late) >= -EARLY_S
    assert sorted(late)[len(late) // 2] <= 0.5, "slots that wait for one another would be seconds late by now"


def test_a_target_that_hangs_for_good_is_deviated_never_missed(homes: Place, target: Any) -> None:
    server = target(lambda n: 0.02 if n < 8 else 1000.0)
    states = truth(homes(), server, ("--every", "200ms", "--for", "3s"), 120)
    outcomes = [state["rtk"]["outcome"] for state in states]
    assert len(outcomes) == 15
    assert set(outcomes[8:]) - {"missed"} == {"deviated"}  # what is missed is the machine's doing


REFUSED = """
import threading
from rtk.cli import verification

def refused(self):
    raise RuntimeError("can't start new thread")

threading.Thread.start = refused
print("told")
verification._leave_within(60.0, 5)
print("too late")
"""


def test_at_a_limit_of_threads_a_run_ends_with_its_own_code() -> None:
    done = subprocess.run([sys.executable, "-c", REFUSED], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (5, "told\n")
