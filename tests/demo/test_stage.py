"""Commands on the stage: what they say when they fail, and that none is lost when somebody ends it all."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from rtk.demo.commands import Commands, environment
from rtk.demo.interrupted import Hearing, Interrupted
from rtk.demo.keeper import Keeper
from rtk.demo.place import DemoDirectory
from rtk.demo.stage import Stage, StepFailed
from rtk.demo.step_printer import StepPrinter
from rtk.errors import ToolkitError


class Scripted(Commands):
    """Commands that are Python programs, in place of those of the console and the lab."""

    def __init__(self, place: DemoDirectory, **programs: str) -> None:
        super().__init__(place, environment(place))
        self.programs = programs

    def _python(self, name: str, *more: str) -> list[str]:
        return [sys.executable, "-c", self.programs[name], *more]

    def up(self) -> list[str]:
        return self._python("up")

    def lab_up(self, port: int, web_port: int, *more: str) -> list[str]:
        return self._python("lab_up", *more)

    def verify(self, address: str) -> list[str]:
        return self._python("verify", address)


@pytest.fixture
def hearing() -> Iterator[Hearing]:
    with Hearing() as found:
        yield found


Staged = Callable[..., Stage]


@pytest.fixture
def stage(tmp_path: Path, hearing: Hearing) -> Iterator[Staged]:
    """A stage whose commands are the programs given, with a keeper that has nothing to end."""
    with ExitStack() as at_the_end:

        def made(**programs: str) -> Stage:
            commands = Scripted(DemoDirectory(tmp_path), **programs)
            keeper = Keeper(commands.place, commands.environ, at_the_end.enter_context(commands.place.alone()))
            at_the_end.callback(keeper.clears)
            at_the_end.callback(keeper.keep)
            return Stage(commands, keeper, hearing, StepPrinter(7))

        yield made


def test_a_step_that_fails_has_its_last_words_and_its_code(stage: Staged) -> None:
    fails = "import sys; print('first', file=sys.stderr); print('rtk: the disk is full', file=sys.stderr); sys.exit(4)"
    with pytest.raises(StepFailed, match="the disk is full") as failed:
        stage(up=fails).console()
    assert failed.value.exit_code == 4


def test_without_namespaces_the_instance_is_not_isolated_and_that_is_said(
    stage: Staged, capsys: pytest.CaptureFixture[str]
) -> None:
    refuses = """
import sys
if "--no-isolation" not in sys.argv:
    print("rtk lab: this machine cannot give an instance its own namespaces", file=sys.stderr)
    sys.exit(3)
print("up")
"""
    with pytest.raises(ToolkitError, match="no lab is running"):  # for it is none
        stage(lab_up=refuses).lab()
    assert "the instance is not isolated from this machine" in capsys.readouterr().out


def test_any_other_refusal_of_the_lab_is_the_end(stage: Staged) -> None:
    with pytest.raises(StepFailed, match="port 4566 cannot be used"):
        stage(lab_up="import sys; sys.exit('rtk lab: port 4566 cannot be used')").lab()


def test_a_run_is_told_of_a_signal_and_comes_to_its_own_end(stage: Staged, tmp_path: Path) -> None:
    undoes = f"""
import os, pathlib, signal, time
def undo(*_):
    pathlib.Path("undone").touch()
    raise SystemExit(130)
signal.signal(signal.SIGINT, undo)
os.kill({os.getpid()}, signal.SIGINT)
while True: time.sleep(1)
"""
    with pytest.raises(Interrupted) as told:
        stage(verify=undoes).run("address")
    assert told.value.number == signal.SIGINT
    assert (tmp_path / "undone").exists()


def test_a_signal_is_heard_once_what_must_not_be_lost_has_begun(hearing: Hearing) -> None:
    begun = []

    def begin() -> None:
        with hearing.later():
            os.kill(os.getpid(), signal.SIGTERM)
            begun.append("it")

    with pytest.raises(Interrupted):
        begin()
    assert begun == ["it"]
