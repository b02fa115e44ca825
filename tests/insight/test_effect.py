"""Slots are evidence only while the effect of the conditions shows."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtk.insight.effect import EffectChange, EffectState, Lapse, Lapsed, lapses_of
from rtk.insight.facts import PhaseSpan
from rtk.insight.insight import insight
from rtk.insight.shape import InvalidReason
from tests.insight.builder import run_of

INF = float("inf")


def shown(at: float, before: float | None = None, index: int = 0) -> EffectChange:
    return EffectChange(f"burn-{index}", index, at, EffectState.SHOWN, before)


def gone(at: float, before: float, index: int = 0) -> EffectChange:
    return EffectChange(f"burn-{index}", index, at, EffectState.GONE, before, "no stress-ng")


def over(at: float) -> EffectChange:
    return EffectChange("burn-0", 0, at, EffectState.OVER)


@pytest.mark.parametrize(
    ("changes", "without"),
    [
        ([shown(0)], []),
        ([shown(0), gone(6, 5)], [6, 7, 8, 9]),
        ([shown(0), gone(6, 3.5)], [4, 5, 6, 7, 8, 9]),
        ([shown(0), gone(3, 2), shown(5, 4)], [3, 4]),
        ([shown(0), gone(3, 2), over(6.5)], [3, 4, 5, 6]),
        ([shown(0), over(4)], []),
        ([shown(0), over(0)], []),
        ([shown(0), gone(3, 2), shown(6, 5, index=1)], [3, 4, 5, 6, 7, 8, 9]),
        ([shown(0), shown(0, index=1), gone(3, 1.5), shown(5, 4), gone(4, 3, index=1)], [2, 3, 4, 5, 6, 7, 8, 9]),
    ],
    ids=str,
)
def test_a_slot_counts_where_the_ask_before_and_the_ask_after_it_showed_the_effect(
    changes: list[EffectChange], without: list[int]
) -> None:
    lapsed = Lapsed(lapses_of(changes))
    assert [slot for slot in range(10) if lapsed(float(slot))] == without


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), max_size=8), st.floats(0, 100))
def test_a_moment_is_lapsed_where_any_lapse_holds_it(ends: list[tuple[float, float]], due: float) -> None:
    lapses = sorted((Lapse("a", min(pair), max(pair), 0.0) for pair in ends), key=lambda one: (one.began, one.ended))
    holds = any(lapse.began < due < lapse.ended for lapse in lapses)
    assert Lapsed(lapses)(due) or not holds
    assert holds or not Lapsed(lapses)(due) or any(due in (lapse.began, lapse.ended) for lapse in lapses)


def run(marks: str, *changes: EffectChange, **more: Any) -> Any:
    span = PhaseSpan("conditions", 0.0, float(len(marks)), len(marks))
    return insight(run_of(marks, phases=(span,), effects=changes, **more))


def test_a_condition_that_ends_early_makes_the_run_invalid_and_says_when() -> None:
    found = run("." * 100, shown(0), gone(2, 1))
    assert (found.figures.verdict, found.invalid_reason, found.invalid_condition) == (
        "invalid",
        InvalidReason.EFFECT_GONE,
        "burn-0",
    )
    assert found.headline.startswith('The effect of "burn-0" did not show in 98 of 100 slots, so the run is evidence')
    assert found.why == (
        'The effect of "burn-0" was gone after 1 s of 100 s (no stress-ng); 98 slots without it count as not measured.'
    )
    assert found.figures.proven_at_least is None


def test_less_than_half_without_effect_is_missed_and_can_no_longer_pass() -> None:
    assert run("." * 60).figures.verdict == "pass"
    found = run("." * 60, shown(0), gone(40, 39), shown(51, 50))
    assert found.figures.verdict == "inconclusive"
    assert (found.figures.met, found.figures.missed, found.without_effect) == (49, 11, 11)
    assert any("came back 12 s later; 11 slots without it count as not measured." in limit for limit in found.limits)
    assert found.missed_reasons == {"no-effect": 11}
    (lapse,) = found.lapses
    assert (lapse.after_s, lapse.of_s, lapse.lasted_s, lapse.slots) == (39.0, 60.0, 12.0, 11)


def test_half_of_the_phase_is_not_more_than_half() -> None:
    assert run("." * 10, shown(0), gone(5, 4)).invalid_reason is None
    assert run("." * 10, shown(0), gone(4, 3)).invalid_reason is InvalidReason.EFFECT_GONE


def test_deviations_without_the_effect_are_not_evidence_and_are_paid_for() -> None:
    found = run("." * 20 + "x" * 10, shown(0), gone(20, 19))
    assert (found.figures.deviated, found.figures.missed) == (0, 10)
    assert found.figures.deviating_s == 10.0


def test_what_follows_a_condition_whose_time_is_over_is_its_consequence() -> None:
    found = run("." * 20 + "x" * 40, shown(0), over(0))
    assert (found.figures.verdict, found.figures.deviated, found.without_effect) == ("fail", 40, 0)


def test_slots_that_a_stop_cut_off_were_neither_with_nor_without_effect() -> None:
    found = run("." * 12 + "s" * 48, shown(0), gone(10, 9))
    assert (found.without_effect, found.invalid_reason) == (2, None)
