"""Runs put together are one series, however many of the latest are asked for."""

import pytest

from rtk.insight.dispersion import spread_of
from rtk.insight.pool import Pool
from rtk.insight.proof import Counts, counted
from rtk.insight.sums import RunSums, columns_of, sums_of
from rtk.insight.weighted_events import Weights
from tests.insight.test_sums import series

RUNS = ["ggbgg", "gmg", "bbg", "gggggg", "gbmbg"]


def pool(marks: list[str], outage_slots: float = 2.0) -> Pool:
    found = [sums_of(series(each)) for each in marks]
    return pooled([RunSums(str(n), -n, "pass", each, outage_slots) for n, each in enumerate(found) if each])


def pooled(runs: list[RunSums]) -> Pool:
    return Pool(columns_of(runs))


@pytest.mark.parametrize("latest", range(1, 6))
def test_so_many_of_the_latest_are_as_if_there_were_no_others(latest: int) -> None:
    assert pool(RUNS).proof(latest) == pool(RUNS[:latest]).proof(latest)
    assert pool(RUNS).dispersion(latest) == pool(RUNS[:latest]).dispersion(latest)
    assert pool(RUNS).measured(latest) == pool(RUNS[:latest]).measured(latest)


def test_outages_and_chances_add_up() -> None:
    proof = pool(["ggbgg", "gggg"]).proof(2)
    assert (proof.outages, proof.chances, proof.slots) == (1, 4 + 4, 9)


def test_clean_slots_more_are_chances_more() -> None:
    with_more = counted(Counts(slots=105, good=104, outages=1, chances=104), 2.0, 0.02).at_least
    assert pool(["ggbgg"]).proves(with_more - 1e-9, 1, clean=100)
    assert not pool(["ggbgg"]).proves(with_more + 1e-9, 1, clean=100)


def test_missed_slots_are_read_alike_in_all_runs() -> None:
    found = [sums_of(series(each)) for each in RUNS]
    as_bad = [each.as_bad for each in found if each]
    as_good = [each.as_good for each in found if each]
    both = []
    for reading in (as_bad, as_good):
        rows = [(each.outages, each.chances) for each in reading]
        both.append(spread_of(rows))
    assert pool(RUNS)._readings[0].spread(5) == both[0]
    assert pool(RUNS)._readings[1].spread(5) == both[1]


def test_measured_slots_leave_missed_ones_out_and_take_those_that_were_cut_off_for_good() -> None:
    stopped = sums_of(series("ggb" + "m" * 7), 7)
    missed = sums_of(series("gmg"))
    assert stopped
    assert missed
    found = pooled([RunSums("a", 2, "fail", stopped, 2.0), RunSums("b", 1, "pass", missed, 2.0)])
    assert found.measured(1) == (9, 10)
    assert found.measured(2) == (11, 12)
    assert (found.seen(1), found.seen(2)) == (3, 5), "nobody measured what a stop cut off"


def test_the_bad_slots_of_a_run_include_those_after_its_end() -> None:
    lasting, clean = sums_of(series("ggb"), outlasting=4), sums_of(series("g" * 97))
    assert lasting
    assert clean
    found = pooled([RunSums("a", 2, "fail", lasting, 2.0), RunSums("b", 1, "pass", clean, 2.0)])
    assert found.by_runs(2, differ=True) == pytest.approx(1 - Weights(5, 25, 5).at_most(0.02) / 100)


def test_where_runs_differ_one_more_would_be_as_heavy_as_the_heaviest() -> None:
    found = pool(["g" * 500 + "b" * 18, "g" * 500 + "b" * 2, "g" * 502])
    for differ, another in ((True, 18), (False, 10)):
        bound = 1 - Weights(20, 18**2 + 2**2, another).at_most(0.02) / found.proof(3).slots
        assert found.by_runs(3, differ=differ) == pytest.approx(bound)


def test_a_few_bad_runs_among_good_ones_prove_less_than_their_outages_would() -> None:
    spread, heavy = ["g" * 500 + "b" * 3] * 6 + ["g" * 503] * 6, ["g" * 500 + "b" * 18] + ["g" * 501] * 11
    assert pool(spread).by_runs(12, differ=False) > pool(heavy).by_runs(12, differ=False)


def test_the_length_is_the_longest_that_was_taken() -> None:
    sums = sums_of(series("gg"))
    assert sums
    found = pooled([RunSums("a", 2, "pass", sums, 2.0), RunSums("b", 1, "pass", sums, 5.0)])
    assert (found.length(1), found.length(2)) == (2.0, 5.0)
    assert counted(sums.as_bad, 2.0, 0.02).length == found.proof(1).length
