"""What an installation brings stays small: reckoned by the files of the distributions that it consists of."""

import importlib.metadata
import re
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "tutorial" / "first-verification.md"
MB = 1_000_000
BYTECODE = 1.22  # bytes of it for a byte of Python; 1.21 to 1.23 in fresh environments, compiled as pip does
BOUNDS = {"": 55, "console": 260}  # MB
ROW = re.compile(r"^\| `reliability-toolkit(?:\[(\w+)\])?` \|.*\| (\d+) MB \|$", re.MULTILINE)


@cache
def needs(name: str, extras: frozenset[str]) -> frozenset[tuple[str, frozenset[str]]]:
    """What a distribution needs, by name, each with the extras that are asked for."""
    found = set()
    for line in importlib.metadata.requires(name) or []:
        requirement = Requirement(line)
        wanted = [{"extra": extra} for extra in extras] or [{"extra": ""}]
        if requirement.marker is None or any(requirement.marker.evaluate(each) for each in wanted):
            found.add((canonicalize_name(requirement.name), frozenset(requirement.extras)))
    return frozenset(found)


def brings(extra: str) -> set[str]:
    """The names of all distributions that an installation with an extra consists of."""
    waiting = [("reliability-toolkit", frozenset({extra} if extra else ()))]
    seen = set(waiting)
    while waiting:
        more = needs(*waiting.pop()) - seen
        seen |= more
        waiting += more
    return {name for name, _ in seen}


@cache
def size(name: str) -> float:
    """How large a distribution is on the disk, with bytecode (MB)."""
    if name == "reliability-toolkit":  # installed as it lies in the checkout
        paths = [path for top in ("rtk", "chaoscloud") for path in (ROOT / "src" / top).rglob("*") if path.is_file()]
    else:
        paths = [Path(str(each.locate())) for each in importlib.metadata.files(name) or []]
    kept = [path for path in paths if path.suffix != ".pyc" and path.is_file()]
    return sum(path.stat().st_size * (1 + BYTECODE * (path.suffix == ".py")) for path in kept) / MB


def total(extra: str) -> float:
    return sum(map(size, brings(extra)))


@pytest.mark.parametrize("extra", BOUNDS)
def test_an_installation_is_no_larger_than_its_bound(extra: str) -> None:
    largest = sorted(((round(size(name), 1), name) for name in brings(extra)), reverse=True)[:8]
    assert total(extra) <= BOUNDS[extra], largest


def test_the_sizes_on_the_page_are_those_of_today() -> None:
    rows = {extra: int(told) for extra, told in ROW.findall(PAGE.read_text())}
    assert sorted(rows) == ["", "all", "aws", "console", "lab"]
    assert {extra: told for extra, told in rows.items() if abs(total(extra) - told) > 0.05 * told} == {}


def test_what_only_the_lab_needs_comes_with_it_alone() -> None:
    assert {"awscli", "moto", "flask"} <= brings("lab")
    for extra in ("", "aws", "console"):
        assert not {"awscli", "moto", "flask"} & brings(extra), extra
