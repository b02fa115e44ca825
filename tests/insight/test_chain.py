"""How likely a chain proves a target: held against all series of a few slots, and against simulated ones."""

import random
from itertools import groupby, pairwise, product

import pytest

from rtk.insight.chain import Chain, chance_of_proof
from rtk.insight.proof import BAD, GOOD, prove


def likelihood(series: tuple[bool, ...], chain: Chain) -> float:
    chance = chain.share if series[0] else 1 - chain.share
    for before, after in pairwise(series):
        turns = chain.begins if before else 1 / chain.length
        chance *= turns if before != after else 1 - turns
    return chance


def marks(series: tuple[bool, ...]) -> bytes:
    return b"".join(GOOD if each else BAD for each in series)


@pytest.mark.parametrize("slots", [1, 2, 7, 11])
@pytest.mark.parametrize("chain", [Chain(0.8, 1.0), Chain(0.7, 2.5), Chain(0.4, 4.0)])
@pytest.mark.parametrize("target", [0.04, 0.2, 0.5])
def test_it_is_the_sum_over_all_series_of_a_few_slots(slots: int, chain: Chain, target: float) -> None:
    expected = 0.0
    for series in product([True, False], repeat=slots):
        found = prove(marks(series), 2.0)
        assert found is not None
        expected += likelihood(series, chain) if found.reaches(target) else 0.0
    assert chance_of_proof(chain, slots, target, 2.0) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("slots", "share", "length"), [(180, 0.99, 3.0), (720, 0.99, 3.0), (1_440, 0.99, 3.0), (6_000, 0.96, 3.0)]
)
def test_it_is_how_often_simulated_series_prove_it(slots: int, share: float, length: float) -> None:
    rng, chain, tries = random.Random(11), Chain(share, length), 400
    passed = 0
    for _ in range(tries):
        found = prove(simulated(slots, chain, rng), length)
        passed += bool(found and found.reaches(0.95))
    assert chance_of_proof(chain, slots, 0.95, length) == pytest.approx(passed / tries, abs=0.08)


def simulated(slots: int, chain: Chain, rng: random.Random) -> bytes:
    good, series = rng.random() < chain.share, bytearray()
    for _ in range(slots):
        series += GOOD if good else BAD
        good = rng.random() >= chain.begins if good else rng.random() < 1 / chain.length
    return bytes(series)


def test_a_simulated_outage_lasts_as_long_as_its_chain_says() -> None:
    series = simulated(200_000, Chain(0.9, 4.0), random.Random(3))
    outages = [len(list(slots)) for mark, slots in groupby(series) if bytes([mark]) == BAD]
    assert sum(outages) / len(outages) == pytest.approx(4.0, rel=0.05)


def test_a_plan_that_is_too_short_never_proves_it() -> None:
    assert chance_of_proof(Chain(0.99, 3.0), 167, 0.95, 3.0) == 0.0


@pytest.mark.parametrize("length", [1.0, 3.0, 5.0])
def test_where_almost_every_series_proves_it_all_chances_add_up_to_one(length: float) -> None:
    assert chance_of_proof(Chain(0.98, length), 1_000, 0.2, length) == pytest.approx(1.0, abs=1e-9)
