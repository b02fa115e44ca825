"""A phase against the baseline, in figures and sentences."""

from rtk.insight.cause import SENTENCES, attribution_of, cause_of, compare, comparisons_of
from rtk.insight.facts import Phase
from rtk.insight.shape import Attribution, Comparison
from rtk.insight.tally import PhaseTally, tallies_of
from tests.insight.builder import run_of


def compared(conditions: str, baseline: str, recovery: str = "", values: bool = True) -> tuple[Comparison, ...]:
    return comparisons_of(tallies_of(run_of(conditions, baseline, recovery, values=values)), "ms")


def tallies(conditions: str, baseline: str, recovery: str = "") -> dict[Phase, PhaseTally]:
    planned: dict[Phase, int] = {"baseline": len(baseline), "conditions": len(conditions), "recovery": len(recovery)}
    spans = {phase: slots for phase, slots in planned.items() if slots}
    return tallies_of(run_of(conditions, baseline, recovery, spans=spans))


def test_a_difference_that_luck_does_not_explain_is_real() -> None:
    (found,) = compared("x" * 20, "." * 20)
    assert found.real is True
    assert (found.share_difference, found.median_difference, found.superiority) == (1.0, 800.0, 1.0)


def test_the_sentence_names_tests_size_and_assumption() -> None:
    sentence = compared("x" * 20, "." * 20)[0].sentence
    assert "100 % deviated, of the baseline 0 % (Fisher's exact test, two-sided: p < 0.001)" in sentence
    assert "900 ms against 100 ms; in 100 % of pairs" in sentence
    assert "Mann-Whitney test, two-sided" in sentence
    assert "if measurements are independent" in sentence


def test_what_luck_explains_is_not_real() -> None:
    (found,) = compared("..x.", "....")
    assert found.real is False
    assert found.sentence.endswith("with independent measurements).")


def tally(outcomes: list[int], values: list[float]) -> PhaseTally:
    return PhaseTally(planned=len(outcomes), outcomes=bytearray(outcomes), values=values)


def test_two_tests_each_need_half_the_chance_of_error() -> None:
    half, clean = [1] * 5 + [0] * 5, [1] * 10
    by_share = compare("conditions", tally(half, []), tally(clean, []))
    by_both = compare("conditions", tally(half, [100.0] * 10), tally(clean, [100.0] * 10))
    assert by_share.fisher_p == by_both.fisher_p
    assert 0.025 < (by_share.fisher_p or 0.0) < 0.05
    assert by_share.real is True
    assert by_both.real is False


def test_without_values_only_the_outcomes_are_compared() -> None:
    (found,) = compared("xxxx", "....", values=False)
    assert found.mann_whitney_p is found.median_difference is found.superiority is None
    assert found.fisher_p is not None
    assert "Mann-Whitney" not in found.sentence


def test_recovery_is_held_against_the_baseline_too() -> None:
    assert [found.phase for found in compared("xx", "....", "....")] == ["conditions", "recovery"]


def test_missed_slots_are_no_part_of_a_comparison() -> None:
    assert compared("xx--", "....") == compared("xx", "....")


def test_without_a_baseline_no_cause_can_be_told() -> None:
    assert attribution_of((), tallies("xxxx", "")) is Attribution.NO_BASELINE
    assert "cannot be told apart from the system's ordinary behaviour" in cause_of(Attribution.NO_BASELINE, ())


def test_without_measured_conditions_there_is_nothing_to_hold_against_it() -> None:
    assert attribution_of(compared("--", "...."), tallies("--", "....")) is Attribution.CONDITIONS_NOT_MEASURED


def test_a_baseline_that_was_planned_and_not_measured_is_not_advised_again() -> None:
    assert compared("xxxx", "---") == ()
    assert attribution_of((), tallies("xxxx", "---")) is Attribution.BASELINE_NOT_MEASURED
    assert "warm-up" not in cause_of(Attribution.BASELINE_NOT_MEASURED, ())


def test_without_a_condition_there_is_none_to_be_the_cause_whatever_was_measured() -> None:
    found = compared("xx", "....")
    assert attribution_of(found, tallies("xx", "...."), applied=False) is Attribution.NO_CONDITION
    assert cause_of(Attribution.NO_CONDITION, found) == SENTENCES[Attribution.NO_CONDITION]


def test_the_cause_is_told_by_the_conditions_and_not_by_the_recovery() -> None:
    found = compared("xx", "....", "....")
    assert cause_of(attribution_of(found, tallies("xx", "....", "....")), found) == found[0].sentence


def test_what_a_comparison_says_is_a_code_too() -> None:
    real, luck = compared("x" * 20, "." * 20), compared("..x.", "....")
    broken = comparisons_of(tallies_of(run_of("xx", "xx")), broken=True)
    told = [attribution_of(found, {}) for found in (real, luck, broken)]
    assert told == [Attribution.DIFFERENT, Attribution.NOT_PROVEN, Attribution.BASELINE_BROKEN]


def test_every_attribution_without_a_comparison_has_its_sentence() -> None:
    of_a_comparison = {Attribution.DIFFERENT, Attribution.NOT_PROVEN}
    assert set(SENTENCES) == set(Attribution) - of_a_comparison
