"""`tests/attack` reads as a list of what cannot be done: each file begins by saying so, and its index has them all."""

import ast
import re
from pathlib import Path

import pytest

ATTACKS = Path(__file__).parent / "attack"
DOORS = sorted(ATTACKS.glob("test_*.py"))
DENIES = re.compile(r"\b(no|not|nobody|nobody's|nothing|nowhere|none|never|neither|cannot|only)\b", re.IGNORECASE)
LINE = re.compile(r"- \[[a-z ]+\]\((test_[a-z_]+\.py)\): (.+)")


def first_sentence(path: Path) -> str:
    """The first sentence of a file's docstring, in one line."""
    whole = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(re.split(r"(?<=\.)\s", whole)[0].split())


@pytest.mark.parametrize("door", DOORS, ids=lambda path: path.stem)
def test_each_door_begins_with_a_sentence_that_says_what_cannot_be_done(door: Path) -> None:
    sentence = first_sentence(door)
    assert sentence.endswith("."), f"{door.name} begins with no sentence"
    assert DENIES.search(sentence), f"{door.name} begins with what is done, expected what cannot be: {sentence}"


def test_the_index_has_each_door_with_its_sentence() -> None:
    told = dict(LINE.findall((ATTACKS / "README.md").read_text(encoding="utf-8")))
    doors = {door.name: first_sentence(door) for door in DOORS}
    lines = [
        f"- [{name[5:-3].replace('_', ' ')}]({name}): {doors[name]}" for name in doors if told.get(name) != doors[name]
    ]
    assert not lines, "tests/attack/README.md lacks these lines:\n" + "\n".join(lines)
    assert not told.keys() - doors.keys(), "tests/attack/README.md names files that are not there"
