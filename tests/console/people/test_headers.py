"""What browsers are told to refuse."""

import re
from pathlib import Path

import pytest

from rtk.console.people import headers
from tests.console.people.world import World, signed_in

TEMPLATES = sorted(Path(headers.__file__).parents[1].rglob("templates/**/*.html"))
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:|https?://(?!www\.w3\.org)", re.IGNORECASE
)


@pytest.mark.parametrize("address", ["/", "/tokens", "/acme/members", "/accounts/2fa/", "/nowhere/at/all"])
def test_every_answer_carries_a_strict_policy(world: World, address: str) -> None:
    policy = signed_in(world.owner).get(address)["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "form-action 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_no_page_holds_what_the_policy_forbids_or_loads_from_elsewhere(template: Path) -> None:
    assert not INLINE.search(template.read_text())


def test_pages_are_kept_by_nobody(world: World) -> None:
    assert signed_in(world.owner).get("/")["Cache-Control"] == "private, no-store"


def test_what_is_no_page_is_asked_for_again(world: World) -> None:
    assert signed_in(world.owner).get("/api/v1/organizations")["Cache-Control"] == "private, no-cache"


def test_the_answer_with_a_token_is_not_kept_at_all(world: World) -> None:
    answer = signed_in(world.owner).post("/tokens", {"name": "CI", "scopes": ["read"], "days": 1})
    assert b"rtk_" in answer.content
    assert answer["Cache-Control"] == "no-store"
