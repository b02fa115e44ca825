"""The bounds of connections: below what the system allows, and said with their figures."""

import resource

import pytest

from rtk.console import bounds as module
from rtk.console.bounds import Cause, ConnectionBounds, bounds, most_streams, room_for, sentence


@pytest.mark.parametrize(("files", "room"), [(1024, 768), (512, 256), (256, 128), (20_000, 19_744), (1, 1)])
def test_there_are_always_fewer_connections_than_files(files: int, room: int) -> None:
    assert room_for(files) == room


def test_the_bounds_are_those_that_are_set_within_what_files_allow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_files", lambda: 1024)
    assert bounds() == ConnectionBounds(768, 384, 10, 1024, 300)
    monkeypatch.setenv("RTK_CONNECTIONS_PER_ADDRESS", "50")
    assert bounds().of_address == 9
    monkeypatch.setenv("RTK_CONNECTIONS", "500")
    assert bounds() == ConnectionBounds(500, 50, 10, 1024, 300)
    monkeypatch.setenv("RTK_CONNECTIONS_PER_ADDRESS", "1000")
    assert bounds().of_address == 500
    monkeypatch.setenv("RTK_CONNECTIONS_PER_ADDRESS", "1")
    assert bounds().of_address == 1
    monkeypatch.setenv("RTK_TRUSTED_PROXIES", "1")
    assert bounds().of_address == 500


def test_as_many_files_may_be_open_as_the_system_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1024, 524_288))
    monkeypatch.setattr(resource, "setrlimit", lambda _, wanted: asked.append(wanted))
    assert module._files() == module.HARD_LIMIT
    assert asked == [(module.HARD_LIMIT, 524_288)]


@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_is_one_sentence_with_its_figure(cause: Cause) -> None:
    said = sentence(cause, ConnectionBounds(768, 192, 10, 1024, 300))
    figures = ("768", "192", "200 fields", "300 connections", "10 seconds", "64 KiB", str(most_streams(192)))
    assert any(figure in said for figure in figures)
    assert "\n" not in said
