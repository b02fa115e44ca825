"""What may be printed of any text: no order to a terminal, in whatever way it is spelled."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtk.printable import hanging, printable

ORDERS = st.sampled_from(
    ["\x1b[31m", "\x1b]0;x\x07", "\x9b2J", "\x1bP1$q\x1b\\", "\r", "\x08", "\x7f", "\u202e", "\x1b"]
)


@given(st.lists(st.text() | ORDERS).map("".join))
def test_nothing_is_left_that_a_terminal_obeys(text: str) -> None:
    left = printable(text)
    found = {char for char in left if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}
    assert found <= set("\n\t\u200c\u200d")
    assert printable(left) == left
    left.encode()


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters="\ufffe\uffff")))
def test_letters_figures_and_signs_stay(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("\x1b[1;31mred\x1b[0m and plain", "red and plain"),
        ("\x9b31mred", "red"),
        ("one\r\ntwo\rthree\tfour", "one\ntwo\nthree\tfour"),
        ("\x1b]0;a title of the window\x07after", " ]0;a title of the window after"),
        ("\x1b]8;;https://elsewhere.example\x1b\\here", " ]8;;https://elsewhere.example \\here"),
        ("abc\u202egnp.exe", "abc gnp.exe"),
        ("\x1b\x1b[2J[2J", " [2J"),
        ("\x1b[", " ["),
        ("a\x00b\x7fc\x85d\ud800e\u2028f", "a b c d e f"),
        ("fire 🔥 and 👩\u200d🚒", "fire 🔥 and 👩\u200d🚒"),
    ],
)
def test_what_becomes_of_an_order(text: str, left: str) -> None:
    assert printable(text) == left


def test_what_an_order_hides_from_a_terminal_is_seen_here() -> None:
    assert "rm -rf" in printable("ls \x1b]0;; rm -rf ~\x07")
    assert "rm -rf" in printable("ls \x1b[8m; rm -rf ~\x1b[0m")


def test_only_the_first_line_of_a_sentence_begins_at_the_margin() -> None:
    assert hanging("no such team: a\r\n[2026-01-01 INFO] Verdict: pass") == (
        "no such team: a\n  [2026-01-01 INFO] Verdict: pass"
    )
    assert not re.search(r"^\S", hanging("x\ny\r\x0bz\nw").partition("\n")[2], re.MULTILINE)
