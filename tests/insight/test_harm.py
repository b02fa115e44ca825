"""Which deviations are a condition's: the same however long one measures, on a quiet service and on one that is not."""

from random import Random

import pytest

from rtk.insight.harm import Background, Harm, background_of, harm_of
from rtk.insight.proof import BAD, GOOD

QUIET = background_of(0.95, 4.0, GOOD * 12)


def series_of(marks: str) -> bytes:
    return marks.replace(".", "\1").replace("x", "\0").encode()


def chain(slots: int, share: float, length: float, rng: Random) -> bytes:
    """A service of which this share is good, with outages of a mean length."""
    begins = (1 - share) / share / length
    good, found = rng.random() < share, bytearray()
    for _ in range(slots):
        found += GOOD if good else BAD
        good = rng.random() >= begins if good else rng.random() < 1 / length
    return bytes(found)


def found(marks: str, ends: int | None = None, background: Background = QUIET) -> Harm:
    return harm_of(series_of(marks), len(marks) if ends is None else ends, background)


def test_harm_is_over_when_three_in_a_row_are_good() -> None:
    assert found(".xxxx" + 20 * ".") == Harm(1, 5, lasting=False, recovered=True)
    assert found(".xx..xx" + 20 * ".") == Harm(1, 7, lasting=False, recovered=True)


def test_without_deviations_there_is_no_harm() -> None:
    assert found(40 * ".") == Harm(0, 0, lasting=False, recovered=True)
    assert found("") == Harm(0, 0, lasting=False, recovered=True)


def test_what_deviates_long_after_is_the_services_own() -> None:
    assert found("xxxx" + 100 * "." + "xx" + 100 * ".") == Harm(0, 4, lasting=False, recovered=True)
    assert found(200 * "." + "xx" + 20 * ".").until == 0


def test_what_deviates_soon_after_a_recovery_is_the_harms() -> None:
    assert found("xxxx...xxxxxxxx" + 60 * ".") == Harm(0, 15, lasting=False, recovered=True)


def test_harm_that_shows_late_is_harm() -> None:
    assert found(20 * "." + "xxxxxxxx" + 60 * ".") == Harm(20, 28, lasting=False, recovered=True)


@pytest.mark.parametrize("slots", [12, 60, 240])
def test_what_deviates_until_the_condition_ends_lasts_as_long_as_it(slots: int) -> None:
    assert found(slots * "x" + 12 * ".", slots) == Harm(0, slots, lasting=True, recovered=True)
    assert found(slots // 3 * "x.." + 12 * ".", slots) == Harm(0, slots - 2, lasting=True, recovered=True)
    assert found(slots * "x" + "xx" + 12 * ".", slots) == Harm(0, slots + 2, lasting=True, recovered=True)


def test_harm_in_many_outages_lasts_though_the_last_slots_happen_to_be_good() -> None:
    marks = 20 * "x....xx..." + 4 * "."
    assert found(marks + 40 * ".", len(marks)).lasting
    assert not found(marks + 60 * ".", len(marks) + 60).lasting


def test_a_good_slot_before_the_condition_ends_ends_one_outage() -> None:
    assert not found("xxxx." + 6 * ".", 5).lasting
    assert found("xxxx" + 6 * ".", 4).lasting


def test_without_three_good_ones_it_had_not_recovered() -> None:
    assert not found("xxxx..").recovered
    assert not found("xxxxxx", 3).recovered


def test_the_baselines_own_outages_are_no_harm() -> None:
    """It deviates more often than its objective allows, and goes on doing so."""
    baseline = series_of(20 * "..........x")
    assert found(20 * "..........x" + "...", background=background_of(0.99, 1.0, baseline)).until == 0
    assert found(20 * "..........x" + "...", background=background_of(0.99, 1.0, GOOD * 100)).lasting


def test_a_long_clean_baseline_leaves_less_to_the_background() -> None:
    marks = 12 * "." + "x" + 30 * "."
    assert found(marks, background=background_of(0.9, 1.0, GOOD * 12)).until == 0
    assert found(marks, background=background_of(0.9, 1.0, GOOD * 300)).until == 13


@pytest.mark.parametrize(("every", "outage"), [(1, 1), (1, 3), (1, 10), (5, 1), (5, 3)])
@pytest.mark.parametrize("minutes", [1, 5, 20])
def test_a_failover_costs_the_same_on_a_service_that_is_99_per_cent_good(every: int, outage: int, minutes: int) -> None:
    """To within two slots in 95 of 100 runs: where an outage of its own follows at once, nothing can tell."""
    rng, slots, right = Random(20), minutes * 60 // every, 0
    for _ in range(200):
        after = chain(slots - 20 // every + 60 // every, 0.99, outage, rng)
        background = background_of(0.95, max(3.0, 10 / every), chain(60 // every, 0.99, outage, rng))
        harm = harm_of(20 // every * BAD + after, slots, background)
        right += abs(harm.until - 20 // every) <= 2 and not harm.lasting
    assert right >= 0.95 * 200


@pytest.mark.parametrize("minutes", [5, 20])
def test_harm_of_a_third_of_the_time_lasts(minutes: int) -> None:
    rng, slots, lasting = Random(20), minutes * 12, 0
    for _ in range(100):
        background = background_of(0.95, 3.0, chain(12, 0.99, 1.0, rng))
        lasting += harm_of(chain(slots, 0.67, 1.0, rng) + 12 * GOOD, slots, background).lasting
    assert lasting >= 95
