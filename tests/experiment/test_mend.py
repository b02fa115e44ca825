import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtk.errors import BadInput
from rtk.experiment.mend import mend, place

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_each_line_break_inside_a_text_becomes_one_space(end: str) -> None:
    mended = mend(f'{{"a": "one{end}two{end}{end}three",{end} "b": 1}}', "f")
    assert mended.text == f'{{"a": "one two  three",{end} "b": 1}}'
    assert mended.lines() == ((1, 3),)


def test_each_mended_text_is_told_with_its_own_lines() -> None:
    mended = mend('{\n"a": "x\ny",\n"b": "z",\n"c": "p\nq\nr"}', "f")
    assert mended.lines() == ((2, 2), (5, 6))


def test_escaped_quotes_do_not_end_a_text() -> None:
    text = r'{"a": "\"' + "\n" + r'\\", "b": "\\"}'
    assert json.loads(mend(text, "f").text) == {"a": '" \\', "b": "\\"}


@given(_JSON, st.sampled_from([None, 1, 4]))
def test_strict_json_is_left_as_it_is(value: object, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    mended = mend(text, "f")
    assert (mended.text, mended.breaks) == (text, ())


@given(st.lists(st.text(st.characters(exclude_characters='"\\\r\n', exclude_categories=["Cs"])), min_size=1))
def test_a_wrapped_text_reads_as_its_lines_joined_by_spaces(lines: list[str]) -> None:
    mended = mend('["' + "\r\n".join(lines) + '"]', "f")
    assert mended.text == '["' + " ".join(lines) + '"]'
    assert len(mended.breaks) == len(lines) - 1


def test_a_place_in_the_mended_text_is_told_in_the_original() -> None:
    text = '{"a": "x\r\ny",\r\n  ?'
    mended = mend(text, "f")
    assert mended.place(mended.text.index("?")) == (3, 3) == place(text, text.index("?"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[" * 100_000, "line 1 column 101: nested deeper than 100 levels"),
        ("[" + "1," * 300_000, "more than 200,000 parts"),
        ('["' + "\n" * 20_000, "more than 10,000 line breaks"),
    ],
)
def test_what_no_experiment_needs_is_refused(text: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        mend(text, "f")


@pytest.mark.parametrize("unit", ['\\"', "\\\\", ",", "]", " ", "a"])
def test_mending_is_linear(unit: str) -> None:
    text = '{"a": "' + unit * (2_000_000 // len(unit))
    began = time.process_time()
    mend(text, "f")
    assert time.process_time() - began < 20  # the square of its length would take hours
