import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtk.errors import BadInput
from rtk.experiment.read import LARGEST, document
from tests.experiment.samples import PLAIN, VERIFICATION, WRAPPED, refusal_of

_INJECT = (
    'ssm send-command --document-name "cpu-stress" --document-version "1" --targets '
    '\'[{"Key":"InstanceIds", "Values":["${instance_id}"]}]\' --parameters \'{"duration":["180"], "cpu":["0"]}\' '
    '--timeout-seconds 60 --max-concurrency "50" --max-errors "0" --output-s3-bucket-name "gtf-chaos-output" '
    "--cloud-watch-output-config '{\"CloudWatchOutputEnabled\":true}' --region eu-west-1 "
    "--query 'Command.CommandId' > CommandId.info"
)


def test_the_published_verification_is_read_as_it_was_meant_and_warns_of_the_lines() -> None:
    read, warnings = document(VERIFICATION.read_bytes(), "verification.json", "json")
    assert read["method"][0]["provider"]["arguments"] == _INJECT
    assert len(warnings) == 1
    assert warnings[0].startswith("verification.json, lines 59 to 64: ")


def test_the_published_experiment_is_read_as_it_was_meant_and_warns_of_the_lines() -> None:
    read, warnings = document(WRAPPED.read_bytes(), "experiment.json", "json")
    wrapped = _INJECT.replace('", "', '","').replace('], "cpu"', '],"cpu"')
    assert read["method"][0]["provider"]["arguments"] == wrapped
    assert warnings[0].startswith("experiment.json, lines 59 to 63: ")


def test_strict_json_is_read_without_a_warning() -> None:
    assert document(PLAIN.read_bytes(), "f", "json") == (json.loads(PLAIN.read_bytes()), ())


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "f is empty: expected an experiment"),
        (b" \n\t", "f is empty"),
        (b"# nothing", "f is empty"),
        (b"\x89PNG\r\n\x1a\n", "f, line 1 column 1: not text .byte 0x89., expected UTF-8"),
        (b'{"a":\n "\xff"}', "f, line 2 column 3: not text"),
        (b"a: 1\nb: \x00", "f, line 2 column 4: not text .a zero byte."),
        ('{"a": 1}'.encode("utf-16"), "f is UTF-16 or UTF-32 text"),
        (b'{"a": 1', "f, line 1 column 8: expected a comma or the closing bracket, but the file ends here"),
        (b'{"a": "b', "f, line 1 column 7: the text that begins here has no closing quote"),
        (b'{"a": }', "f, line 1 column 7: expected a value"),
        (b'{"a" 1}', "f, line 1 column 6: expected a colon after the name"),
        (b"{'a': 1, \"b\"]}", "f, line 1 column 2: expected a name in double quotes"),
        (b'{"a": 1} x', "f, line 1 column 10: expected the end of the document"),
        (b'{"a": "\t"}', "f, line 1 column 8: a control character must be written as an escape"),
        (
            b'{"a": "x,\n "b": 1}',
            "f, line 2 column 3: .*the text that begins in line 1 lacks its closing quote",
        ),
        (b"[1]", "f holds a list: expected an experiment"),
        (b"hello", "f holds text"),
        (b"<!DOCTYPE html><html></html>", "f is a web page .HTML."),
        (b'{"a": {"b": [NaN]}}', r"f, a.b\[0\]: expected a finite number"),
        (b'{"a": 1e999}', "f, a: expected a finite number"),
        (b'{"a": ' + b"1" * 5000 + b"}", "f, a: expected a finite number"),
        (b'{"a": "\\ud800"}', "f, a: the text holds half a character"),
        (b"a: b: c", "f, line 1 column 5: mapping values are not allowed"),
        (b"a: 1\n---\nb: 1", "f, line 2 column 1: .*found another document"),
        (b"a: 2020-13-45", 'f, line 1 column 4: "2020-13-45" is no valid timestamp'),
        (b"a: !!python/object/apply:os.system [ls]", "f, line 1 column 4: could not determine a constructor"),
        (b"a: &a [*a]", "f, line 1 column 8: the alias .a stands inside what it names"),
        (b"a: *b", "f, line 1 column 4: found undefined alias"),
        (b"a: !!set {b}", "f, a: expected text, a number, a list or a mapping, not set"),
        (b"a: \x01", "f: unacceptable character"),
        (b"[" * 100_000, "f, line 1 column 101: nested deeper than 100 levels"),
        (b'{"a":' * 100_000, "f, line 1 column 501: nested deeper than 100 levels"),
        (b"- " * 100_000, "f, line 1 column 201: nested deeper than 100 levels"),
        (b" " * 50_000_000, "f is larger than 16 MiB, the most an experiment may have"),
    ],
)
def test_bad_input_is_refused_in_one_sentence_with_its_place(data: bytes, says: str) -> None:
    form = "json" if data[:1] == b"{" else None
    with pytest.raises(BadInput, match=f"^{says}") as refusal:
        document(data, "f", form)
    assert "\n" not in str(refusal.value)


def test_aliases_that_multiply_are_refused_before_they_are_written_out() -> None:
    lines = ["a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"{chr(n)}: &{chr(n)} [{', '.join(['*' + chr(n - 1)] * 10)}]" for n in range(98, 108)]
    with pytest.raises(BadInput, match="more than 200,000 parts with its aliases written out"):
        document("\n".join(lines).encode(), "f", "yaml")


def test_yaml_is_read_in_json_values_that_share_no_part() -> None:
    text = b"day: 2026-01-02\nat: 2026-01-02 10:00:00\nnull: a\n1: b\none: &x {y: [1]}\ntwo: *x\nthree: {<<: *x}"
    read, warnings = document(text, "f", "yaml")
    same = {"y": [1]}
    expected = {
        "day": "2026-01-02",
        "at": "2026-01-02T10:00:00",
        "null": "a",
        "1": "b",
        "one": same,
        "two": same,
    }
    assert (read, warnings) == ({**expected, "three": same}, ())
    assert read["one"] is not read["two"]
    assert read["one"]["y"] is not read["three"]["y"]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (b'{"x": 1,\n\n"x": 2}', "f, lines 1 and 3: "),
        (b'{\n\t"x": 1,\n\t"x": 2\n}', "f, lines 2 and 3: "),
        (b'{"x": "\\ud83d\\ude00", "y": 1, "x": "a\nb"}', "f: "),
        (b'{"x": 1, "x": 2}', "f, line 1: "),
        (b"y:\n  x: 1\n  x: 2", "f, lines 2 and 3: "),
    ],
)
def test_a_name_that_stands_twice_is_warned_of(text: bytes, where: str) -> None:
    assert document(text, "f")[1][-1:] == (f'{where}"x" stands twice in one mapping, the last one counts',)


def test_a_byte_order_mark_is_no_matter() -> None:
    assert document(b'\xef\xbb\xbf{"a": 1}', "f")[0] == {"a": 1}


def test_the_largest_file_is_still_read() -> None:
    data = b'{"a": "' + b"x" * (LARGEST - 9) + b'"}'
    assert len(document(data, "f")[0]["a"]) == LARGEST - 9


def _read(data: bytes, form: str | None) -> dict[str, Any] | None:
    if refusal_of(lambda: document(data, "f", form)) is not None:
        return None
    read, warnings = document(data, "f", form)
    assert all("\n" not in warning for warning in warnings)
    return read


@given(st.binary(max_size=200), st.sampled_from([None, "json", "yaml"]))
@settings(max_examples=300)
def test_any_bytes_are_a_document_or_bad_input(data: bytes, form: str | None) -> None:
    read = _read(data, form)
    assert read is None or json.loads(json.dumps(read, allow_nan=False)) == read


_YAML = st.text("{}[]:,-?&*!|>%@#'\" \n\tab01<~.=", max_size=60).map(str.encode)


@given(_YAML, st.sampled_from([None, "json", "yaml"]))
@settings(max_examples=600)
def test_any_text_that_looks_like_a_document_is_one_or_bad_input(data: bytes, form: str | None) -> None:
    read = _read(data, form)
    assert read is None or json.loads(json.dumps(read, allow_nan=False)) == read


@given(st.data())
def test_the_tutorial_with_bytes_cut_or_changed_is_a_document_or_bad_input(data: st.DataObject) -> None:
    whole = VERIFICATION.read_bytes()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    _read(
        whole[:start] + data.draw(st.binary(max_size=5)) + whole[end:],
        data.draw(st.sampled_from(["json", None])),
    )
