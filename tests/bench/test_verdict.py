"""The error rates of the verdict, in short, and that a verdict which errs would be found."""

import random
from itertools import pairwise
from pathlib import Path
from re import MULTILINE, findall

import pytest

from bench import verdict
from bench.sitting import Sitting
from bench.verdict import BROKEN, FALSE, GOOD, SEED, Service

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "what-a-verdict-proves.md"


def test_the_row_holds_in_short() -> None:
    row = verdict.run(Sitting("verdict", quick=True))
    assert row.held
    assert "94.9 % good passes at most" in row.measured


def test_one_cell_that_errs_is_found() -> None:
    found = dict(verdict._shares(20))
    passing = {**found, **dict.fromkeys(found, 1.0)}
    assert not verdict.held(passing, 2_000)
    never = dict.fromkeys(found, 0.0)
    assert not verdict.held(never, 2_000)


def test_a_service_is_as_good_and_its_outages_as_long_as_it_says() -> None:
    series = verdict.outcomes(Service(300_000, 0.9, 4, 4), random.Random(1))
    begun = sum(before and not after for before, after in pairwise(series))
    assert sum(series) / len(series) == pytest.approx(0.9, abs=0.01)
    assert series.count(False) / begun == pytest.approx(4, rel=0.05)


@pytest.mark.parametrize("cell", [0, 4])
def test_the_table_of_the_page_is_what_is_simulated(cell: int) -> None:
    rows = findall(r"^\| ([\d,]+) \| (\d+) \| ([\d.]+) % \| (\d+) % \| (\d+) % \|$", PAGE.read_text(), MULTILINE)
    assert len(rows) == 12
    slots, lasts, false, passes, _ = rows[cell]
    rng, service = random.Random(SEED), Service(int(slots.replace(",", "")), BROKEN, int(lasts), int(lasts))
    assert f"{verdict.share(service, 'pass', 2_000, rng):.1%}" == f"{false}%"
    good = Service(service.slots, GOOD, service.lasts, service.assumed)
    assert f"{verdict.share(good, 'pass', 2_000, rng):.0%}" == f"{passes}%"


def test_every_length_and_size_that_is_claimed_has_a_cell() -> None:
    assert {(each.slots, each.lasts) for each in FALSE} == {
        (n, each) for n in (60, 180, 360, 720, 1_440) for each in (1, 3, 10)
    }
