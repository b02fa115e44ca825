import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from rtk.report.text import ascii_only, plain, whole_sentences


@given(st.text(max_size=2000), st.integers(2, 400))
def test_any_text_becomes_one_short_line_without_controls(text: str, limit: int) -> None:
    line = plain(text, limit)
    assert len(line) <= limit
    assert not {unicodedata.category(c) for c in line} & {"Cc", "Cs", "Zl", "Zp"}
    line.encode("utf-8")


@given(st.text(max_size=500))
def test_ascii_text_is_ascii(text: str) -> None:
    assert ascii_only(text).isascii()


def test_what_is_cut_off_is_marked() -> None:
    assert plain("a" * 10_000, 10) == "a" * 9 + "…"


def test_direction_marks_cannot_turn_a_name_round() -> None:
    assert plain("abc\u202egnp.exe") == "abc gnp.exe"


def test_emoji_survive() -> None:
    assert plain("fire 🔥 and 👩\u200d🚒") == "fire 🔥 and 👩\u200d🚒"


def test_a_sentence_is_shown_whole_or_not_at_all() -> None:
    assert whole_sentences("At least 99.1 %. Were each independent: 99.2 %.", 40) == "At least 99.1 %."
    assert whole_sentences("Both fit. So they are shown.", 40) == "Both fit. So they are shown."
    assert whole_sentences("One that is longer than there is room", 10) == "One that…"
