"""The page of the limits: each one with the value that is in force."""

import re
from html import unescape

import pytest

from rtk.console.limits import LIMITS
from tests.console.people.world import World, signed_in


def shown(text: str) -> str:
    """A page's text without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def test_whoever_signed_in_sees_every_limit_with_its_value(world: World) -> None:
    text = shown(signed_in(world.viewer).get("/settings/limits").content.decode())
    for each in LIMITS:
        assert f"{each.what} {each.shown(each.default)} {each.name}" in text


def test_a_limit_that_was_moved_says_what_it_usually_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTK_RETENTION_DAYS", "0")
    text = shown(signed_in(world.viewer).get("/settings/limits").content.decode())
    assert "kept for ever (default: 400 days) RTK_RETENTION_DAYS" in text
