"""What waits to be sent: for its owner alone, whole or not at all, through a power failure, and told once."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rtk.publish import spool
from rtk.publish.console import Console, ConsoleRefused
from rtk.publish.destination import Destination
from rtk.publish.http_transport import NoAnswer, Request, Response
from rtk.publish.spool import Kept, deliver, keep, read, send, waiting
from tests.verify.disk import Disk

HERE = "https://one.example"


class Executions:
    """A console for executions: notes each call, and answers as one that is well unless it is told otherwise."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.fails: Callable[[str], bool] = lambda _: False
        self.page = "https://one.example/api/Org/A/executions/e-2"

    def __call__(self, request: Request) -> Response:
        self.calls.append(f"{request.method} {request.url.removeprefix(HERE).removeprefix('/api/v1/organizations/')}")
        if self.fails(self.calls[-1]):
            raise NoAnswer("away")
        if request.method == "PUT":
            return Response(204)
        answer = {"id": "e-2" if request.url.endswith("executions") else "e-1"}
        return Response(201, {"content-location": self.page}, json.dumps(answer).encode())

    def console(self) -> Console:
        return Console(Destination(HERE, "Bearer x", True, "o-1", "t-1"), self)


def kept(**more: Any) -> Kept:
    return Kept(HERE, {"experiment": {"title": "x"}, "status": "completed"}, **more)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "runs" / f"one{spool.SUFFIX}"


def test_what_is_kept_is_read_as_it_was(path: Path) -> None:
    keep(path, whole := kept(experiment_id="e-1", key="k"))
    assert read(path) == whole
    assert list(path.parent.iterdir()) == [path], "nothing else is left there"


def test_it_is_for_its_owner_alone(path: Path) -> None:
    before = os.umask(0)
    try:
        keep(path, kept())
    finally:
        os.umask(before)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_it_is_there_after_a_power_failure(path: Path) -> None:
    disk = Disk()
    keep(path, kept(), disk.sync)
    assert disk.after_power_loss(path) == path.read_bytes()


def test_a_longer_one_of_before_leaves_nothing_of_itself(path: Path) -> None:
    keep(path, kept(page="p" * 1000))
    keep(path, short := kept())
    assert read(path) == short


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"url":"x","what":1}', b"\xff"])
def test_a_damaged_one_says_nothing_is_refused_and_stays(path: Path, text: bytes) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(text)
    assert read(path) is None
    assert list(waiting(path.parent, HERE)) == []
    with pytest.raises(ConsoleRefused, match=r"one\.execution is damaged") as refused:
        send(path, Executions().console())
    assert refused.value.status == 0, "no console has said so"
    assert path.exists()


def test_one_that_another_process_has_sent_meanwhile_is_sent(path: Path) -> None:
    console = Executions()
    assert send(path, console.console()) is True
    assert console.calls == []


def test_only_what_is_meant_for_a_console_waits_for_it_and_the_oldest_comes_first(path: Path) -> None:
    for name, url in (("b", HERE), ("a", HERE), ("c", "https://another.example"), ("d", "https://zzz.example")):
        keep(path.with_stem(name), Kept(url, {}))
    assert [each.stem for each in waiting(path.parent, HERE)] == ["a", "b"]


def test_a_new_one_is_told_from_its_experiment_to_its_end_and_dropped(path: Path) -> None:
    keep(path, kept())
    console = Executions()
    assert send(path, console.console()) is True
    assert console.calls == [
        "POST o-1/teams/t-1/experiments",
        "POST o-1/teams/t-1/experiments/e-1/executions",
        "PUT o-1/teams/t-1/experiments/e-1/executions/e-2",
    ]
    assert not path.exists()


def test_a_crash_between_two_steps_repeats_none_that_was_answered(path: Path) -> None:
    keep(path, kept())
    console = Executions()
    console.fails = lambda call: call.endswith("executions")
    with pytest.raises(NoAnswer):
        send(path, console.console())
    console.fails = lambda call: call.startswith("PUT")
    with pytest.raises(NoAnswer):
        send(path, console.console())
    console.fails = lambda _: False
    assert send(path, console.console()) is True
    executions = "o-1/teams/t-1/experiments/e-1/executions"
    assert console.calls == [
        "POST o-1/teams/t-1/experiments",
        *[f"POST {executions}"] * 2,
        *[f"PUT {executions}/e-2"] * 2,
    ]


def test_one_of_a_team_goes_there_whichever_is_chosen_now() -> None:
    console = Executions()
    deliver(kept(organization="o-9", team="t-9", experiment_id="e-1", execution_id="e-2"), console.console())
    assert console.calls == ["PUT o-9/teams/t-9/experiments/e-1/executions/e-2"]


def test_the_page_is_that_of_the_last_answer_that_names_one() -> None:
    console = Executions()
    assert deliver(kept(), console.console()) == "https://one.example/Org/A/executions/e-2"
    known = kept(experiment_id="e-1", execution_id="e-2", page="https://one.example/known")
    assert deliver(known, console.console()) == "https://one.example/known"
    moved = Response(200, {"content-location": "https://one.example/api/moved"})
    assert deliver(known, Console(console.console().where, lambda _: moved)) == "https://one.example/moved"


def test_what_is_set_aside_waits_no_longer_and_is_still_there(path: Path) -> None:
    keep(path, kept())
    aside = spool.set_aside(path)
    assert (list(waiting(path.parent, HERE)), aside.exists(), aside.suffix) == ([], True, spool.ASIDE)
