"""What is found in hostile and large texts: one sentence each, in bounded time and memory."""

import json
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from rtk.console import client
from rtk.console.pages.importing.experiment_summary import ExperimentSummary, excerpt
from rtk.console.store.experiment_preview import read
from rtk.console.store.problem import Problem
from tests.console.live import EXPERIMENT

TEXT = json.dumps(EXPERIMENT, indent=2)
YAML = """title: Answers
description: It answers
steady-state-hypothesis:
  title: It answers 200
  probes:
    - {type: probe, name: answers, tolerance: 200, provider: {type: http, url: "http://localhost"}}
method: []
"""
LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{now}: &{now} [{', '.join([f'*{before}'] * 9)}]\n" for before, now in zip("abcdefgh", "bcdefghi", strict=True)
)
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "an alias bomb": ((LAUGHS + YAML).encode, "more than 200,000 parts with its aliases written out"),
    "an alias within itself": (f"x: &x [*x]\n{YAML}".encode, "the alias *x stands inside what it names"),
    "an anchor that is none": (f"x: *nothing\n{YAML}".encode, "undefined alias"),
    "deep JSON": (lambda: b"[" * 100_000, "nested deeper than 100 levels"),
    "deep YAML": (lambda: b"- " * 100_000, "nested deeper than 100 levels"),
    "deep flow YAML": (lambda: b"x: " + b"[" * 100_000, "nested deeper than 100 levels"),
    "five megabytes of brackets": (lambda: b"[" + b"[]," * 1_700_000, "more than 200,000 parts"),
    "five megabytes of line breaks": (lambda: b'{"title": "' + b"\n" * 5_000_000, "more than 10,000 line breaks"),
    "five megabytes of one unclosed text": (lambda: b'{"title": "' + b"x" * 5_000_000, "no closing quote"),
    "more than an experiment may have": (lambda: b" " * (16 * 2**20 + 1), "larger than 16 MiB"),
    "UTF-16": (lambda: TEXT.encode("utf-16"), "is UTF-16 or UTF-32 text: save it as UTF-8"),
    "latin-1": (lambda: TEXT.replace("busy", "b\u00fcsy").encode("latin-1"), "not text (byte 0xfc), expected UTF-8"),
    "a zero byte": (lambda: TEXT.replace("busy", "b\0sy").encode(), "not text (a zero byte), expected UTF-8"),
    "tabs in YAML": (lambda: YAML.replace("  title", "\ttitle").encode(), "line 4 column 1"),
    "a web page": (lambda: b"<!doctype html><title>Sign in</title>", "is a web page (HTML)"),
    "a list": (lambda: b"[1, 2]", "holds a list"),
    "a Python object": (lambda: b"!!python/object/apply:os.system [true]", "could not determine a constructor"),
    "an experiment without a hypothesis": (lambda: b'{"title": "x"}', "missing"),
    "a number without end": (lambda: TEXT.replace("6000", "1" * 5000).encode(), "expected a finite number"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_text_is_refused_in_one_sentence_and_in_bounded_time_and_memory(name: str) -> None:
    made, told = REFUSED[name]
    data = made()
    tracemalloc.start()
    began = time.process_time()
    with pytest.raises(Problem) as refused:
        read(data)
    took, (_, peak) = time.process_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert told in refused.value.detail
    assert "\n" not in refused.value.detail
    assert len(refused.value.detail) < 400
    assert took < 10
    assert peak < 20 * len(data) + 50 * 2**20


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode("utf-8-sig"),
        TEXT.replace("\n", "\r\n").encode(),
        YAML.encode("utf-8-sig"),
        YAML.replace("\n", "\r\n").encode(),
        f"base: &base {{a: 1}}\nextensions: [{{name: x, <<: *base}}]\n{YAML}".encode(),
    ],
)
def test_a_byte_order_mark_other_line_ends_and_few_anchors_are_read(data: bytes) -> None:
    document, mended = read(data)
    assert ExperimentSummary(document, mended).hypothesis in ("Checkout answers", "It answers 200")
    assert mended == ()


def test_five_megabytes_of_an_experiment_are_read() -> None:
    document, _ = read(json.dumps({**EXPERIMENT, "description": "x" * 5_000_000}).encode())
    assert ExperimentSummary(document).title == EXPERIMENT["title"]


def test_names_that_stand_twice_are_told() -> None:
    for text in (TEXT.replace("{", '{"title": "first",', 1), f"title: first\n{YAML}"):
        _, mended = read(text.encode())
        assert "stands twice in one mapping, the last one counts" in mended[0]


def test_the_lines_around_a_mistake_are_shown_with_a_mark_below_it() -> None:
    text = "one\r\ntwo\nthree\rfour\nfive"
    shown = excerpt(text, (3, 2))
    assert [(line.number, line.text, line.mark) for line in shown] == [
        (1, "one", ""),
        (2, "two", ""),
        (3, "three", " ^"),
        (4, "four", ""),
        (5, "five", ""),
    ]


def test_of_a_long_line_the_part_around_the_mistake_is_shown() -> None:
    (shown,) = excerpt("x" * 5_000 + "!" + "x" * 5_000, (1, 5001))
    assert len(shown.text) == 160
    assert shown.text[len(shown.mark) - 1] == "!"


def test_what_names_hold_is_harmless_in_a_line() -> None:
    action = {"type": "action", "name": "a\u202eb\x1b[31m" * 100, "provider": {"type": "process", "path": "p\nq"}}
    (shown,) = ExperimentSummary({**EXPERIMENT, "method": [action]}).conditions
    assert len(shown.name) <= 160
    assert "\u202e" not in shown.name
    assert shown.carrier == "process p q"


def test_a_variable_is_needed_once_and_only_where_it_has_no_default() -> None:
    env = {"type": "env", "key": "URL"}
    configuration = {"a": env, "b": env, "c": {**env, "key": "D", "default": 1}, "d": {**env, "key": "A B; rm"}}
    found = ExperimentSummary({**EXPERIMENT, "configuration": configuration})
    assert [each.name for each in found.variables] == ["URL", "D", "A B; rm"]
    assert [each.name for each in found.needed()] == ["URL"]
    assert "No shell can set" in found.warnings[-1]


def test_our_own_package_comes_from_this_console_or_from_where_a_setting_says(settings: Any) -> None:
    provider = {"type": "python", "module": "chaoscloud.actions.ssm", "func": "send_command"}
    document = {**EXPERIMENT, "method": [{"type": "action", "name": "load", "provider": provider}]}
    assert ExperimentSummary(document).install == f"'reliability-toolkit[aws] @ {client.address()}'"
    settings.PACKAGE = "https://files.example.com/reliability_toolkit-0.1.0-py3-none-any.whl"
    assert ExperimentSummary(document).install == f"'reliability-toolkit[aws] @ {settings.PACKAGE}'"


def test_what_a_page_shows_several_times_is_found_once() -> None:
    found = ExperimentSummary(EXPERIMENT)
    assert found.distributions is found.distributions
    assert found.programs is found.programs
