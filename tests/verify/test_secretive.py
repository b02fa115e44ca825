"""What counts as a secret: every single value of whatever declares it, and parts that are secret by themselves."""

import base64
import json
import os
from dataclasses import dataclass
from typing import Any

import pytest

from rtk.verify.redact import MASK, Redactor
from rtk.verify.secretive import number, scalars, texts


@dataclass
class Handed:
    """Something that an extension put among the secrets."""

    token: str = "wrapped-secret-1"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"a": {"b": ["one", ("two", {"three"})]}}, ["one", "two", "three"]),
        ([1, 2.5, b"raw", bytearray(b"array")], [1, 2.5, b"raw", b"array"]),
        ({"yes": True, "no": False, "nothing": None}, []),
        (Handed(), ["Handed(token='wrapped-secret-1')"]),
    ],
)
def test_every_single_value_is_found(value: Any, found: list[Any]) -> None:
    assert list(scalars(value)) == found


@pytest.mark.parametrize(
    ("secret", "part"),
    [
        ("kept-secret\n", "kept-secret"),
        ("  spaced-secret  ", "spaced-secret"),
        ("-----BEGIN-----\nMIIEabc\r\nMIIEdef\n-----END-----", "MIIEdef"),
        ("-----BEGIN-----\\nMIIEabc\\nMIIEdef", "MIIEabc"),
        ("postgres://user:pa55w@host/db", "pa55w"),
        ("postgres://user:p%40ss%2Fw@host/db", "p@ss/w"),
        ("p%40ss%2Fword", "p@ss/word"),
        (json.dumps({"user": "jane", "private_key": "-----BEGIN-----\nMIIEabc"}), "MIIEabc"),
        (json.dumps([{"deep": {"password": 90817263}}]), "90817263"),
        ("export DB_PASSWORD='of-the-file'", "of-the-file"),
        ("Endpoint=sb://x;SharedAccessKey=abc+def=", "abc+def="),
        (base64.b64encode(b"hidden-in-base64").decode(), "hidden-in-base64"),
        (b"raw-bytes\n", "raw-bytes"),
        (b"\xff\xfekept-in-bytes\x80", "kept-in-bytes"),
        (os.fsdecode(b"of-a-variable\xff"), "of-a-variable\ufffd"),
        (1234567.0, "1234567"),
    ],
)
def test_what_is_in_a_secret_is_secret(secret: Any, part: str) -> None:
    assert part in {text.strip() for text in texts(secret)}
    assert Redactor({"group": {"name": secret}}, {})(f"it was {part}!") == f"it was {MASK}!"


def test_short_lines_and_plain_leaves_are_ordinary_text() -> None:
    redact = Redactor({"a": "{\n}\nadmin\nlonger-line", "b": json.dumps({"region": "eu-west-1", "token": "t0ken"})}, {})
    assert redact("admin of eu-west-1 } t0ken longer-line") == f"admin of eu-west-1 }} {MASK} {MASK}"


def test_what_cannot_be_told_in_words_is_passed_over() -> None:
    class Mute:
        def __repr__(self) -> str:
            raise RuntimeError("no words")

    assert list(scalars({"a": Mute(), "b": "told"})) == ["told"]


def found(secret: Any) -> set[str]:
    return {text.strip() for text in texts(secret)}


def encoded(hidden: str) -> str:
    return base64.b64encode(hidden.encode()).decode()


def test_what_base64_hides_counts_from_six_printable_characters_on() -> None:
    assert "sixsix" in found(encoded("sixsix"))
    assert "fives" not in found(encoded("fives"))
    assert "with\x00zero" not in found(encoded("with\x00zero"))
    assert {"line-1", "a longer line"} <= found(encoded("line-1\na longer line\nshort"))
    assert "short" not in found(encoded("line-1\na longer line\nshort"))


def test_half_characters_are_those_of_a_variable_that_is_no_utf8() -> None:
    for half in ("\ud800", "\udbff", "\udc80", "\udcff", "\udfff"):
        assert Redactor({"a": f"before-{half}-behind"}, {})(f"x before-{half}-behind y") == f"x {MASK} y"


def test_a_number_is_what_is_written_as_one() -> None:
    assert [number(text) for text in ("12", " 12 ", "-1.5", "1e3", "+7")] == [12, 12, -1.5, 1000.0, 7]
    assert [number(text) for text in ("", "12a", "1.", ".5", "1e999", "9" * 301, "0x1f")] == [None] * 7
    assert number("9" * 300) == int("9" * 300)


def test_whole_numbers_of_a_float_are_written_without_a_point_as_well() -> None:
    assert found(1e15) == {"1000000000000000.0", "1000000000000000"}
    assert found(5e18) == {"5e+18", "5000000000000000000"}
    assert found(2.0**63) == {"9.223372036854776e+18"}
    assert found(1e19) == {"1e+19"}
    assert found(1.5) == {"1.5"}
    assert found(1e300) == {"1e+300"}
    assert found(float("inf")) == set()
    assert found(12) == {"12"}


def test_only_an_address_has_a_password() -> None:
    assert "pw" not in found("user:pw@host")
    assert "host/b" not in found("http://host/a:host/b")


def test_a_line_counts_from_six_characters_on() -> None:
    assert {"sixsix"} == found("a\nfives\nsixsix") - {"a\nfives\nsixsix"}


def test_what_has_other_signs_in_it_is_no_base64() -> None:
    whole = encoded("hidden-in-base64")
    assert "hidden-in-base64" in found(f"{whole[:8]}\n{whole[8:]}")
    assert "hidden-in-base64" not in found(f"{whole[:8]}!{whole[8:]}")


def test_the_name_says_whether_a_value_is_secret_not_the_value() -> None:
    assert "my-token" in found("export API_TOKEN=my-token")
    assert "my-token" not in found("export REGION=my-token")


def test_a_secret_that_is_one_long_word_is_read_in_linear_time() -> None:
    long = "x" * 1_000_000  # hours, if it began anew at each sign
    assert "my-token" in found(f"{long} API_TOKEN=my-token")
