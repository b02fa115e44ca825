"""The two ways that ARCHITECTURE.md tells in ten steps: every name in them is found by a search."""

import re
from functools import cache

import pytest

from tests.test_house_rules import ROOT

NOT_OURS = {"GET", "people_token"}  # a method of HTTP, and a table that Django names
WAYS = ("A token's way from header to row", "A measurement's way from probe to page")


def steps(way: str) -> str:
    """The text of a way."""
    found = re.search(rf"^## {way}\n(.*?)^## ", (ROOT / "ARCHITECTURE.md").read_text(), re.MULTILINE | re.DOTALL)
    assert found, way
    return found[1]


@cache
def defined() -> frozenset[str]:
    """The names of all classes, functions and constants of the product."""
    names = set[str]()
    for path in [*(ROOT / "src").rglob("*.py"), *(ROOT / "frontend" / "src").rglob("*.ts")]:
        names |= set(
            re.findall(r"^\s*(?:async )?(?:def|class|export (?:class|function)) (\w+)", path.read_text(), re.MULTILINE)
        )
        names |= set(re.findall(r"^(\w+)(?:: [^=\n]+)? = ", path.read_text(), re.MULTILINE))
        names.add(path.stem)
    return frozenset(names)


@pytest.mark.parametrize("way", WAYS)
def test_a_way_has_ten_steps(way: str) -> None:
    assert re.findall(r"^(\d+)\.", steps(way), re.MULTILINE) == [str(number) for number in range(1, 11)]


@pytest.mark.parametrize("way", WAYS)
def test_every_name_on_a_way_is_found_by_a_search(way: str) -> None:
    named = {name for name in re.findall(r"`([A-Za-z_][A-Za-z_.]*)`", steps(way)) if not name.endswith(".py")}
    assert len(named) >= 10
    assert not {name for name in named - NOT_OURS for part in name.split(".") if part not in defined()}


@pytest.mark.parametrize("way", WAYS)
def test_every_module_on_a_way_is_there(way: str) -> None:
    modules = re.findall(r"`([\w/]+\.(?:py|ts))`", steps(way))
    places = [ROOT, ROOT / "src" / "rtk", ROOT / "src" / "rtk" / "console"]
    assert modules
    assert not [module for module in modules if not any((place / module).exists() for place in places)]
