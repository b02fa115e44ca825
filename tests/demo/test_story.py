"""The demonstration played for real: to its end, twice, beside another, and ended in the middle."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from rtk.demo import console, story
from rtk.demo.console import FULL, SHORT, TeamClient, Times
from rtk.demo.place import DemoDirectory
from rtk.verify.record import Recorded
from tests import clusters
from tests.console.conftest import place
from tests.demo.playing import Demo, read_until, until

pytestmark = pytest.mark.timeout(400)
LONG_S = 60.0
UNDER_WAY = "Playing your experiment's method now"


@pytest.fixture
def demo() -> Iterator[Demo]:
    """A demonstration whose directory a database's user can reach, ended whatever a test does."""
    with place() as found:
        made = Demo(Path(found) / "demo")
        clusters.give(DemoDirectory(made.data).console.path)
        yield made
        made.rtk("--end")
        nothing_is_left(made)


def nothing_is_left(demo: Demo) -> None:
    """A process lets go of its lock a moment before it is gone."""
    until(lambda: demo.left() == [], "something goes on")


def said_by(process: "subprocess.Popen[str]") -> str:
    with process:
        assert process.stdout is not None
        return process.stdout.read()


def records(demo: Demo) -> list[Path]:
    return sorted((demo.data / "state/rtk/runs").glob("*.record"))


def kinds(record: Path) -> list[str]:
    return [str(entry["kind"]) for entry in Recorded(record).entries()]


def test_it_is_played_to_its_end_and_again_for_the_same_verification(demo: Demo) -> None:
    first = demo.begin(keep=True)
    said = said_by(first)
    assert first.returncode == 0, said
    assert re.findall(r"^\d of 7", said, re.MULTILINE) == [f"{step} of 7" for step in range(1, 8)]
    assert "lines 59 to 63: each raw line break" in said
    assert "So short a run can show that the promise is broken, and never that it holds" in said
    assert re.search(r"^Verdict: (pass|fail|inconclusive)\. .* The story is complete\.$", said, re.MULTILINE), said
    assert "<svg" in (demo.data / "insight.html").read_text()
    (page,) = set(re.findall(r"^ +(http://localhost:\d+/demo/web/insights/\S+)$", said, re.MULTILINE))
    (link,) = re.findall(r"Open it, as demo@example\.org: (\S+)", said)
    with requests.Session() as browser:
        shown = browser.get(link)
        assert (shown.status_code, shown.url) == (200, page)
    again_is_the_second_run_of_one_verification(demo, page)


def again_is_the_second_run_of_one_verification(demo: Demo, page: str) -> None:
    team = TeamClient(page.partition("/demo/")[0], (demo.data / "token").read_text().strip())
    again = demo.begin(keep=True)
    said = said_by(again)
    assert again.returncode == 0, said
    assert "its token is still good" not in said
    (verification,) = team._asked("GET", f"{team._path}/verifications")["items"]
    runs = team._asked("GET", f"{team._path}/verifications/{verification['id']}/runs")["items"]
    assert [run["state"] for run in runs] == ["ended", "ended"]
    assert all(run["restored"] for run in runs)
    assert demo.left() != []
    assert demo.rtk("--end").stdout == "Nothing of the demonstration runs.\n"
    nothing_is_left(demo)


def test_a_second_one_at_once_is_refused_and_ctrl_c_undoes_and_ends_the_first(demo: Demo) -> None:
    process = demo.begin(LONG_S)
    read_until(process, UNDER_WAY)
    refused = demo.rtk("--headless", "--exit")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "a demonstration is playing" in refused.stderr
    process.send_signal(signal.SIGINT)
    said = said_by(process)
    assert process.returncode == 130, said
    assert "rollback" in "".join(kinds(records(demo)[0]))
    assert "Ending the console and the lab" in said
    nothing_is_left(demo)


def test_one_that_is_killed_is_undone_and_ended_all_the_same(demo: Demo) -> None:
    process = demo.begin(LONG_S)
    read_until(process, UNDER_WAY)
    os.kill(process.pid, signal.SIGKILL)
    said_by(process)
    nothing_is_left(demo)
    (record,) = records(demo)
    assert kinds(record)[-1] == "end"
    assert "rollback" in "".join(kinds(record))


def test_one_that_is_told_to_end_while_it_begins_leaves_nothing(demo: Demo) -> None:
    process = demo.begin()
    read_until(process, "rtk up")
    process.send_signal(signal.SIGTERM)
    said = said_by(process)
    assert process.returncode == 143, said
    nothing_is_left(demo)


@pytest.mark.parametrize(("times", "lasting"), [(SHORT, "9 min 20 s"), (FULL, "28 min")])
def test_a_run_too_short_to_prove_anything_says_so(times: Times, lasting: str) -> None:
    assert story.what_it_can_show(times).startswith(
        "So short a run can show that the promise is broken, and never that"
    )
    assert f"95 % takes {lasting} without an outage" in story.what_it_can_show(times)


def test_a_run_that_can_prove_it_says_so() -> None:
    told = story.what_it_can_show(Times(10.0, 1680.0, 60.0, 60.0))
    assert told == ("It can show that the promise is broken, and that it holds: 95 % takes 28 min without an outage.")


def test_what_it_says_of_its_own_is_plain_for_any_terminal() -> None:
    for path in Path(story.__file__).parent.glob("*.py"):
        assert path.read_text().isascii(), path.name


def test_a_directory_that_cannot_be_used_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused = Demo(tmp_path / "file" / "demo").rtk("--headless", "--exit")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "name another directory with --data" in refused.stderr


def test_the_short_one_plans_enough_to_prove_the_objective_and_the_full_one_is_as_published() -> None:
    assert SHORT.duration / SHORT.frequency == 60
    assert Times(10, 300, 60, 60) == FULL
    full = story.asked(full=True, headless=False, exit_=False, keep=False)
    assert (full.times, full.server) == (FULL, ())
    assert SHORT.warm_up + SHORT.duration + SHORT.cool_down + story.AROUND_S <= 90


def test_its_directory_is_beside_that_of_the_console(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("XDG_DATA_HOME", "/srv/alice/data")
    from rtk.demo.place import place_of

    assert place_of(None).path == Path("/srv/alice/data/rtk-demo")
    assert isinstance(place_of("here"), DemoDirectory)


def test_the_experiment_is_as_it_was_published() -> None:
    published = Path(__file__).parents[1] / "tutorial" / console.EXPERIMENT
    assert console.experiment() == published.read_text()
