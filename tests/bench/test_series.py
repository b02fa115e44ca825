"""Simulated services are as good, and their outages as long, as they say."""

import random
from itertools import groupby
from statistics import mean, median

import pytest

from bench.series import Lengths, Service, lognormal, outcomes


def outages(service: Service, seed: int = 1) -> list[int]:
    """The lengths of the outages of a run, without those that its ends cut off."""
    series = outcomes(service, random.Random(seed))
    return [len(list(group)) for good, group in groupby(series) if not good][1:-1]


@pytest.mark.parametrize("kind", Lengths)
@pytest.mark.parametrize("lasts", [1, 4])
def test_a_service_is_as_good_and_its_outages_as_long_as_it_says(kind: Lengths, lasts: float) -> None:
    service = Service(300_000, 0.9, lasts, lasts, kind)
    series = outcomes(service, random.Random(1))
    assert len(series) == 300_000
    assert sum(series) / len(series) == pytest.approx(0.9, abs=0.01)
    assert mean(outages(service)) == pytest.approx(lasts, rel=0.05)


def test_lognormal_outages_are_mostly_shorter_and_sometimes_far_longer() -> None:
    plain, skewed = (outages(Service(300_000, 0.9, 10, 10, kind)) for kind in Lengths)
    assert median(skewed) < median(plain)
    assert max(skewed) > 1.5 * max(plain)


@pytest.mark.parametrize("kind", Lengths)
def test_a_run_begins_within_an_outage_as_often_as_the_service_is_in_one(kind: Lengths) -> None:
    rng, service = random.Random(1), Service(1, 0.7, 10, 10, kind)
    assert mean(outcomes(service, rng)[0] for _ in range(5_000)) == pytest.approx(0.7, abs=0.02)


@pytest.mark.parametrize("kind", Lengths)
def test_every_slot_of_a_run_is_as_good_as_the_first(kind: Lengths) -> None:
    rng, service = random.Random(1), Service(15, 0.7, 10, 10, kind)
    runs = [outcomes(service, rng) for _ in range(5_000)]
    for slot in (0, 7, 14):
        assert mean(run[slot] for run in runs) == pytest.approx(0.7, abs=0.02)


def test_the_mean_of_lognormal_lengths_is_exact() -> None:
    chances = [after - before for before, after in zip((0.0, *lognormal(3).whole), lognormal(3).whole, strict=False)]
    assert sum(length * chance for length, chance in enumerate(chances, 1)) / sum(chances) == pytest.approx(3, abs=1e-6)
