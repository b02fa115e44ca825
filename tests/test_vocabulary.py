"""A word has one meaning: the glossary's names are there, and no other class or module passes for them."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GLOSSARY = (ROOT / "docs" / "reference" / "glossary.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| ([a-z ]+) \| (.+) \| `(rtk\.[\w.]+)` \|$", re.M)
WORDS = {word: (meaning, place) for word, meaning, place in ROW.findall(GLOSSARY) if word != "word"}
MODULES = sorted(
    path.relative_to(ROOT / "src")
    for path in (ROOT / "src").rglob("*.py")
    if "migrations" not in path.parts and "static" not in path.parts
)


@pytest.mark.parametrize("word", WORDS)
def test_each_word_stands_for_something_that_is_there(word: str) -> None:
    place = WORDS[word][1]
    owner, _, name = place.rpartition(".")
    path = ROOT / "src" / place.replace(".", "/")
    if path.is_dir() or path.with_suffix(".py").exists():
        return
    source = (ROOT / "src" / owner.replace(".", "/")).with_suffix(".py").read_text(encoding="utf-8")
    assert re.search(rf"^(class )?{name}\b", source, re.M)


def test_each_word_has_one_meaning() -> None:
    rows = [line for line in GLOSSARY.splitlines() if line.startswith("| ") and not line.startswith("| word")]
    assert len(rows) == len(WORDS)
    meanings = Counter(meaning for meaning, _ in WORDS.values())
    assert [meaning for meaning, times in meanings.items() if times > 1] == []


def test_no_module_is_told_from_another_by_a_suffix_alone() -> None:
    """`undo` and `undoing` in one package are two names for a reader to mix up."""
    stems = {(path.parent, path.stem) for path in MODULES}
    twins = [
        f"{parent / stem} and {stem}{suffix}"
        for parent, stem in sorted(stems)
        for suffix in ("ing", "er", "ed", "s")
        for base in {stem, stem.removesuffix("e")}
        if len(base) > 2 and (parent, base + suffix) in stems
    ]
    assert twins == []


def test_modules_are_nouns() -> None:
    """A participle says what goes on; a noun says what a module owns. These are nouns of the field that end alike."""
    nouns = {"costing", "heading", "listing", "mailing", "planning", "setting", "sharing", "spelling", "spending"}
    nouns |= {"standing", "streaming", "thinning", "wording", "worsening"}
    last = {path.stem.rpartition("_")[2] for path in MODULES}
    assert sorted(stem for stem in last if stem.endswith("ing") and stem not in nouns) == []
