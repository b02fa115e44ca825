"""However a writer spells a secret, its spelling is found, and only where its clue stands."""

import base64
import html
import json
import shlex
import time
from collections.abc import Callable
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtk.verify.redact import MASK, Redactor
from rtk.verify.spelling import clue_of, spellings

WAYS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "in JSON": lambda text: json.dumps(text)[1:-1],
    "in JSON, signs left": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "in JSON within JSON": lambda text: json.dumps(json.dumps(text))[3:-3],
    "as Python tells it": lambda text: repr(text)[1:-1],
    "as Python tells it in ASCII": lambda text: ascii(text)[1:-1],
    "as Python tells its bytes": lambda text: repr(text.encode())[2:-1],
    "in an address": lambda text: quote(text, safe=""),
    "in an address, in small letters": lambda text: quote(text, safe="").lower() if text.islower() else text,
    "in a path": quote,
    "in a form": quote_plus,
    "in an address within an address": lambda text: quote(quote(text, safe=""), safe=""),
    "in HTML": html.escape,
    "in XML": escape,
    "in an XML attribute": lambda text: quoteattr(text)[1:-1],
    "in HTML within HTML": lambda text: html.escape(html.escape(text)),
    "in markup by numbers": lambda text: "".join(c if c.isalnum() and c.isascii() else f"&#{ord(c)};" for c in text),
    "in JSON for a page": lambda text: json.dumps(text)[1:-1].replace("<", "\\u003c").replace("&", "\\u0026"),
    "for a shell": lambda text: shlex.quote(text).removeprefix("'").removesuffix("'"),
    "for a shell, in JSON": lambda text: json.dumps(shlex.quote(text).removeprefix("'").removesuffix("'"))[1:-1],
    "on one line": lambda text: " ".join(text.split()),
    "in hexadecimal": lambda text: text.encode().hex(),
    "in hexadecimal, in capitals": lambda text: text.encode().hex().upper(),
    "in base64": lambda text: base64.b64encode(text.encode()).decode(),
    "in base64 for addresses": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "in base64, on lines": lambda text: base64.encodebytes(text.encode()).decode(),
    "in base64 in an address": lambda text: quote(base64.b64encode(text.encode()).decode(), safe=""),
}
SIGNS = "abzAZ019 -_+=/\\%&<>\"'$`{}[]()!?#;:,.~^|@\n\t\r\x00\x7fäßé€ł中😀"


@pytest.mark.parametrize("way", WAYS)
@given(body=st.text(SIGNS, max_size=120))
def test_a_secret_is_found_however_it_is_written(way: str, body: str) -> None:
    secret = f"q7{body}7q"  # some letters of its own, so that no mask and no other text holds it by chance
    written = WAYS[way](secret)
    told = Redactor({"group": {"name": secret}}, {})(f"before <{written}> after")
    assert told in (f"before <{MASK}> after", f"before <{MASK}\n> after")  # the last is the end of base64 on lines


@pytest.mark.parametrize("before", ["", "u", "us", "user:"])
@given(secret=st.text(SIGNS, min_size=9).filter(lambda text: len(text.strip()) > 8))
def test_base64_is_found_wherever_the_secret_stands_in_what_is_encoded(before: str, secret: str) -> None:
    encoded = base64.b64encode(f"{before}{secret.strip()} and more".encode()).decode()
    told = Redactor({"name": secret}, {})(encoded)
    assert MASK in told
    assert len(told) < len(base64.b64encode(f"{before} and more".encode())) + len(MASK) + 8


def test_letters_and_digits_are_the_clue() -> None:
    assert clue_of("-longest.of-these+") == "longest"
    assert clue_of("1e+22") == "22"
    assert clue_of("äöü") == ""


def test_long_base64_is_found_where_it_is_broken_into_lines() -> None:
    secret = "\n".join(f"line {number} of a very long secret" for number in range(40))
    for width in (64, 76):
        whole = base64.b64encode(secret.encode()).decode()
        lines = "\n".join(whole[at : at + width] for at in range(0, len(whole), width))
        assert Redactor({"name": secret}, {})(f"<{lines}>") == f"<{MASK}>"


def test_a_number_counts_where_no_other_digit_adjoins_it() -> None:
    redact = Redactor({"port": 5432, "code": 12345.5}, {})
    assert redact("port 5432, x5432y, 5432.0, 154321, 1.5432, 5432.5") == (
        f"port {MASK}, x{MASK}y, {MASK}, 154321, 1.5432, 5432.5"
    )
    assert redact("12345.5 112345.5") == f"{MASK} 112345.5"


def test_a_long_number_counts_wherever_it_stands() -> None:
    assert Redactor({"pin": 90817263}, {})("0090817263") == f"00{MASK}"
    assert Redactor({"huge": 1e22}, {})("1e+22 and 1e22") == "1e+22 and 1e22"  # three digits: a whole field only


@pytest.mark.timeout(20)
def test_looking_takes_no_longer_for_texts_that_almost_match() -> None:
    began = time.process_time()
    for secret in ("\\" * 40 + "a", "' ' ' ' ' ' ' 'a", " \n" * 30 + "a b", "%" * 40 + "25a", "&" * 40 + "a"):
        for text in ("\\" * 5000, "' " * 3000, " \n" * 3000, "%25" * 2000, "&amp;" * 2000):
            for each in spellings(secret):
                list(each.spans(f"a{text}"))
    assert time.process_time() - began < 10


def test_six_characters_of_base64_are_known_and_five_are_not() -> None:
    six, five = (base64.b64encode(f"{secret} and more".encode()).decode() for secret in ("abcde", "abcd"))
    assert Redactor({"name": "abcde"}, {})(six) == f"{MASK}{six[6:]}"
    assert Redactor({"name": "abcd"}, {})(five) == five


@pytest.mark.parametrize("sign", ["\u8000", "\uffff", "\U00010000", "\U00010401", "\U0002f8a1", "\U0010ffff"])
def test_a_sign_is_found_by_its_number_and_by_its_halves(sign: str) -> None:
    redact = Redactor({"name": f"q7-{sign}-7q"}, {})
    for written in (json.dumps(sign)[1:-1], ascii(sign)[1:-1]):
        assert redact(f"<q7-{written}-7q>") == f"<{MASK}>"


def test_eight_digits_count_wherever_they_stand_and_seven_do_not() -> None:
    for digits in ("9081726", "90817263", "908172635"):
        told = Redactor({"pin": int(digits)}, {})(f"00{digits}")
        assert told == (f"00{MASK}" if len(digits) > 7 else f"00{digits}")


@pytest.mark.parametrize("blank", ["\xa0", "\u1680", "\u2003", "\u3000"])
def test_a_rare_blank_is_found_by_its_number(blank: str) -> None:
    written = f"one{json.dumps(blank)[1:-1]}two"
    assert Redactor({"name": f"one{blank}two"}, {})(f"<{written}>") == f"<{MASK}>"


@pytest.mark.parametrize("sign", ["-", "é", "\ufffd", "😀"])
def test_a_question_mark_stands_for_half_a_character_only(sign: str) -> None:
    redact = Redactor({"group": {"name": f"pass{sign}word"}}, {})
    assert redact("pass?word") == "pass?word"
    assert Redactor({"group": {"name": "pass\udfffword"}}, {})("pass?word") == MASK
    assert Redactor({"group": {"name": "pass\ud800word"}}, {})("pass?word") == MASK


@pytest.mark.parametrize("encoded", ["+/" * 32, "abcdef" + "+/" * 29])
def test_base64_with_less_than_two_rows_of_letters_is_found_where_a_line_ends(encoded: str) -> None:
    redact = Redactor({"group": {"name": base64.b64decode(encoded)}}, {})
    assert redact(f"<{encoded[:3]}\n{encoded[3:]}>") == f"<{MASK}>"


@pytest.mark.parametrize(("before", "first"), [("", 0), ("x", 2), ("xy", 3)])
@pytest.mark.parametrize("length", range(4, 12))
def test_base64_is_known_by_what_it_has_of_the_secret_alone(before: str, first: int, length: int) -> None:
    secret = "abcdefghijkl"[:length]
    encoded, last = base64.b64encode(f"{before}{secret} and more".encode()).decode(), (len(before) + length) * 8 // 6
    known = f"{encoded[:first]}{MASK}{encoded[last:]}"
    assert Redactor({"name": secret}, {})(encoded) == (known if length > 4 else encoded)


def test_base64_that_is_one_character_longer_than_a_line_is_found_where_the_line_ends() -> None:
    secret = "secret" * 7 + "1234"
    encoded = base64.b64encode(f"{secret} and more".encode()).decode()
    assert Redactor({"name": secret}, {})(f"{encoded[:60]}\n{encoded[60:]}") == f"{MASK}{encoded[61:]}"


@pytest.mark.parametrize("sign", ["£", "\x80", "Â", "Ã", "é", "ÿ"])
def test_a_sign_is_found_in_an_address_in_latin_1(sign: str) -> None:
    secret = f"q7-{sign}-7q"
    assert Redactor({"name": secret}, {})(f"<{quote(secret.encode('latin-1'), safe='')}>") == f"<{MASK}>"


@pytest.mark.parametrize("sign", ["Ā", "ā", "€"])
def test_a_sign_that_latin_1_lacks_is_found_in_an_address(sign: str) -> None:
    secret = f"q7-{sign}-7q"
    assert Redactor({"name": secret}, {})(f"<{quote(secret, safe='')}>") == f"<{MASK}>"


@pytest.mark.parametrize("blank", ["\x1c", "\x85", "\xa0", "\u1680", "\u2028", "\u3000"])
def test_a_blank_is_found_in_bytes_as_programs_tell_them(blank: str) -> None:
    secret, raw = f"one{blank}two", blank.encode()
    redact = Redactor({"name": secret}, {})
    for told in ("".join(f"\\x{byte:02x}" for byte in raw), "".join(f"\\{byte:03o}" for byte in raw)):
        assert redact(f"<one{told}two>") == f"<{MASK}>"


@pytest.mark.parametrize("row", [1, 2, 3])
def test_backslashes_are_found_in_json_within_json_within_json(row: int) -> None:
    secret = written = f"q7{chr(92) * row}7q"
    for _ in range(3):
        written = json.dumps(written)[1:-1]
        assert Redactor({"name": secret}, {})(f"<{written}>") == f"<{MASK}>"


def test_nothing_is_left_of_an_apostrophe_at_the_end_that_a_shell_was_given() -> None:
    secret = "q7 of jane's and ours'"
    assert Redactor({"name": secret}, {})(f"echo {shlex.quote(secret)} now") == f"echo '{MASK}' now"


def test_a_number_below_zero_is_found_without_its_sign() -> None:
    assert Redactor({"offset": -54321}, {})("54321") == MASK
    assert Redactor({"offset": -54321}, {}).within({"a": "54321", "b": 7}) == {"a": MASK, "b": 7}


def test_a_number_with_a_point_has_no_second_one() -> None:
    assert Redactor({"rate": 12345.5}, {})("version 12345.5.0") == "version 12345.5.0"
