"""The standing of a promise over simulated nights, in short, and that rules which err would be found."""

import random
from itertools import takewhile
from pathlib import Path

import pytest

from bench import standing
from bench.sitting import Sitting
from bench.standing import CELLS, SLOTS, Found
from rtk.insight.proof import BAD, MISSED

ROOT = Path(__file__).parents[2]


def test_the_row_holds_in_short() -> None:
    row = standing.run(Sitting("standing", quick=True))
    assert row.held
    assert "98.9 % good: 0.0 % at some night" in row.measured


def test_a_cell_that_errs_is_found() -> None:
    right = {name: Found(each.least_ever or 0.0, 0.0) for name, each in CELLS.items()}
    assert standing.held(right, 1_000)
    for name in CELLS:
        wrong = Found(0.0, 0.0) if CELLS[name].least_ever else Found(1.0, 1.0)
        assert not standing.held({**right, name: wrong}, 1_000), name


def test_a_run_that_is_stopped_ends_with_its_first_bad_slot() -> None:
    series, cut_off = standing.stopped(0.5)(random.Random(1))
    assert series.count(BAD) == 1
    assert series.endswith(BAD + MISSED * cut_off)
    assert len(series) == SLOTS


@pytest.mark.parametrize(("of_bad", "of_good", "lost"), [(1.0, 0.0, 0.1), (0.0, 1.0, 0.9), (0.5, 0.5, 0.5)])
def test_a_measurer_misses_as_many_slots_as_it_says(of_bad: float, of_good: float, lost: float) -> None:
    rng, night = random.Random(2), standing.losing(0.9, of_bad, of_good)
    missed = sum(night(rng)[0].count(MISSED) for _ in range(200))
    assert missed / (200 * SLOTS) == pytest.approx(lost, abs=0.02)


def test_the_table_of_the_page_is_the_one_that_was_measured() -> None:
    measured, page = (rows_of(ROOT / each) for each in ("bench/RESULTS.md", "docs/explanation/standing.md"))
    assert [row.split(" | ")[0].removeprefix("| ") for row in page] == list(CELLS)
    assert page == measured


def rows_of(page: Path) -> list[str]:
    lines = page.read_text().splitlines()
    first = lines.index("| the service | kept at some night | kept at the last |") + 2
    return list(takewhile(lambda line: line.startswith("|"), lines[first:]))
