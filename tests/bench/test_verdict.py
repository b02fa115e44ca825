"""The error rates of the verdict, in short, and that a verdict which errs would be found."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from re import MULTILINE, findall

import pytest

from bench import verdict
from bench.row import Row
from bench.series import Lengths, Service
from bench.sitting import Sitting
from bench.verdict import AT, BAD, BROKEN, FAILS, FALSE, GOOD, LONGER, PASSES, RUNS, SEED, Shares

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "explanation" / "what-a-verdict-proves.md").read_text(encoding="utf-8")
RESULTS = (ROOT / "bench" / "RESULTS.md").read_text(encoding="utf-8")
RIGHTLY = r"^\| (\w+) \| ([\d,]+) \| (\d+) \| ([\d.]+) % \| ([\d.]+) % \| ([\d.]+) % \| ([\d.]+) % \|$"
WRONGLY = r"^\| (\w+) \| ([\d,]+) \| (\d+) \| (\d+) \| ([\d.]+) % \|$"


@cache
def quick() -> Row:
    return verdict.run(Sitting("verdict", quick=True))


@cache
def all_cells() -> Shares:
    """Every cell, in which nothing ever comes out so."""
    return dict.fromkeys(verdict.shares(1, SEED), 0.0)


def of(cells: dict[Service, float] | list[Service], verdict: str, share: float) -> Shares:
    return {(each, verdict): share for each in cells}


def within_all_bounds() -> Shares:
    passing = {(each, "pass"): pinned for each, pinned in PASSES.items()}
    failing = {(each, "fail"): pinned for each, pinned in FAILS.items()}
    return {**all_cells(), **of(FALSE, "pass", 0.05), **of(LONGER, "pass", 0.07), **passing, **failing}


def test_the_row_holds_in_short() -> None:
    assert quick().held
    assert "94.9 % good pass at most so many runs: " in quick().measured


def test_what_is_within_every_bound_holds() -> None:
    assert verdict.held(within_all_bounds(), RUNS)


def one_off() -> Iterator[tuple[Service, str, float]]:
    yield from ((each, "pass", 0.062) for each in (FALSE[0], FALSE[-1], replace(FALSE[0], share=AT)))
    yield from ((each, "pass", 0.083) for each in LONGER if each.slots == 1_440 and each.lengths is Lengths.GEOMETRIC)
    yield from ((each, "pass", pinned - 0.025) for each, pinned in PASSES.items())
    yield from ((each, "fail", pinned - 0.025) for each, pinned in FAILS.items())


@pytest.mark.parametrize(("service", "told", "share"), list(one_off()))
def test_one_cell_that_errs_is_found(service: Service, told: str, share: float) -> None:
    assert not verdict.held({**within_all_bounds(), (service, told): share}, RUNS)


def test_never_passing_is_no_way_to_hold() -> None:
    assert not verdict.held(all_cells(), RUNS)


def test_a_seed_drawn_anew_simulates_other_runs_and_is_told() -> None:
    service = Service(180, GOOD, 3, 3)
    shares = {verdict.share(service, "pass", 50, seed) for seed in (1, 2, 3)}
    assert len(shares) > 1
    assert verdict.share(service, "pass", 50, 1) == verdict.share(service, "pass", 50, 1)
    assert f"seed {SEED}" in quick().what


@pytest.mark.parametrize("kind", Lengths)
def test_every_length_and_size_that_is_claimed_has_a_cell(kind: Lengths) -> None:
    means = {Lengths.GEOMETRIC: (1, 3, 10), Lengths.LOGNORMAL: (3, 10)}[kind]
    for share in (AT, BROKEN):
        cells = {(each.slots, each.lasts) for each in FALSE if each.lengths is kind and each.share == share}
        assert cells >= {(n, mean) for n in (60, 180, 360, 720, 1_440) for mean in means}
    assert all(each.assumed >= each.lasts for each in FALSE)
    assert {(each.slots, each.lasts, each.assumed) for each in LONGER} >= {(1_440, 5, 3), (1_440, 10, 3)}


@pytest.mark.parametrize("pattern", [RIGHTLY, WRONGLY])
def test_the_page_has_the_tables_of_the_bench(pattern: str) -> None:
    told, measured = findall(pattern, PAGE, MULTILINE), findall(pattern, RESULTS, MULTILINE)
    assert len(told) > 10
    assert told == measured


@pytest.mark.parametrize("cell", [0, 4])
def test_the_tables_are_what_is_simulated(cell: int) -> None:
    kind, slots, lasts, at, broken, good, bad = findall(RIGHTLY, RESULTS, MULTILINE)[cell]
    for share, told, found in ((AT, "pass", at), (BROKEN, "pass", broken), (GOOD, "pass", good), (BAD, "fail", bad)):
        service = Service(int(slots.replace(",", "")), share, int(lasts), int(lasts), Lengths(kind))
        assert f"{verdict.share(service, told, RUNS, SEED):.1%}" == f"{found}%"
