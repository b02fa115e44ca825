"""A handler of the Chaos Toolkit's events is somebody else's code, and may raise anything."""

import asyncio

import pytest
from chaoslib.run import RunEventHandler

from rtk.verify.handlers import registry_of


class Broken(RunEventHandler):  # type: ignore[misc]
    def __init__(self, error: BaseException) -> None:
        self.error = error

    def start_rollbacks(self, experiment: object) -> None:
        raise self.error


class Whole(RunEventHandler):  # type: ignore[misc]
    def __init__(self) -> None:
        self.heard: list[object] = []

    def start_rollbacks(self, experiment: object) -> None:
        self.heard.append(experiment)


@pytest.mark.parametrize(
    "error", [KeyboardInterrupt(), asyncio.CancelledError(), SystemExit(2), GeneratorExit(), ValueError()], ids=repr
)
def test_whatever_one_raises_the_next_is_called_and_nothing_comes_out(error: BaseException) -> None:
    registry, whole = registry_of(has_controls=True), Whole()
    registry.register(Broken(error))
    registry.register(whole)
    registry.start_rollbacks({"title": "t"})
    assert whole.heard == [{"title": "t"}]


def test_without_controls_events_reach_nobody() -> None:
    registry = registry_of(has_controls=False)
    assert registry.start_rollbacks({"title": "t"}) is None
