"""What `rtk experiment upgrade` leaves of a YAML file: everything."""

import difflib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtk.experiment.block import Overrides
from rtk.experiment.read import document
from rtk.experiment.roundtrip import upgraded_text
from rtk.experiment.upgrade import upgrade
from tests.experiment.samples import small

NUMBERS = Overrides(every_s=10, for_s=300, target=0.95, window_s=86400)
WIDE = """# The shop, by night.
title: "Shop answers"   # for people
description: >
    It answers
    in time.
tags: [a, 'b']
configuration:
    url: {type: env, key: URL}  # from outside
    "on": yes
steady-state-hypothesis:
    title: It answers
    probes:
        # the one that counts
        - type: probe
          name: answers
          tolerance: 200
          provider:
              type: http
              url: "http://shop.example/a-long-address/that-goes-on/and-on/and-on/and-on/and-on/and-on/and-on/and-on/and-on"
method: []   # nothing yet
rollbacks: []
"""
NARROW = """---
title: x # what it is
description: d
extensions:
- name: other # keep
  a: 1
- name: chaosiq # ours
  team_id: t  # the team
steady-state-hypothesis:
  title: It answers
  probes:
  - &up {type: probe, name: answers, tolerance: 200, provider: {type: http, url: 'http://x'}} # in a line
method:
- *up
"""


def upgraded(text: str, replace: bool = False, **more: Any) -> str:
    numbers = Overrides(**{"every_s": 10, "for_s": 300, "target": 0.95, "window_s": 86400, **more})
    whole = upgrade(document(text.encode(), "f", "yaml")[0], numbers, replace=replace, new_id=lambda: "an-id")
    written = upgraded_text(text, whole)
    assert written is not None
    assert document(written.encode(), "f", "yaml")[0] == whole
    return written


def lost_and_new(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines that are gone, and those that came."""
    lines = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    return [each[2:] for each in lines if each[0] == "-"], [each[2:] for each in lines if each[0] == "+"]


@pytest.mark.parametrize("text", [WIDE, NARROW, WIDE.replace("\n", "\r\n"), f"{NARROW}# the end\n"])
def test_nothing_but_the_verification_is_new(text: str) -> None:
    lost, new = lost_and_new(text, upgraded(text))
    assert lost == []
    assert "frequency-of-measurement: 10" in [each.strip() for each in new]
    assert ("\r\n" in text) == ("\r\n" in upgraded(text))


def test_the_numbers_that_are_replaced_leave_comments_beside_them() -> None:
    once = upgraded(NARROW).replace("frequency-of-measurement: 10", "frequency-of-measurement: 10 # as agreed")
    lost, new = lost_and_new(once, upgraded(once, replace=True, target=0.99))
    assert [each.strip() for each in lost] == ["target: 0.95"]
    assert [each.strip() for each in new] == ["target: 0.99"]


def test_no_extensions_at_all_are_as_none() -> None:
    assert "an-id" in upgraded(f"{WIDE}extensions: null\n")


def test_a_file_whose_text_is_not_what_was_read_is_not_kept() -> None:
    whole = upgrade({**document(WIDE.encode(), "f", "yaml")[0], "title": "changed by a control"}, NUMBERS)
    assert upgraded_text(WIDE, whole) is None
    assert upgraded_text("title: [", whole) is None
    assert upgraded_text(f"title: twice\n{WIDE}", upgrade(small(), NUMBERS)) is None


@given(
    st.text(max_size=40), st.sampled_from(["yes", "1e3", "0o17", "12:30", "2020-01-02", "~", "1_000", "null", "'x'"])
)
def test_whatever_a_value_is_written_like_it_is_read_the_same(title: str, odd: str) -> None:
    text = f"{WIDE}contributions: {{a: {odd}}} # {title!r}\n"
    whole = upgrade(document(text.encode("utf-8", "replace"), "f", "yaml")[0], NUMBERS, new_id=lambda: "an-id")
    written = upgraded_text(text, whole)
    assert written is None or document(written.encode(), "f", "yaml")[0] == whole
