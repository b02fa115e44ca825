"""Insights from before there were codes: what their sentences say is read here alone."""

import pytest

from rtk.insight.old_insight import attribution_of, unrestored_of
from rtk.insight.shape import Attribution, Comparison, RestoreProblem, Unrestored

# As they were made, word for word: consoles keep them.
CAUSES = {
    "No condition was applied, so no condition can be the cause.": Attribution.NO_CONDITION,
    "There is no baseline, so the condition cannot be told apart from the system's ordinary behaviour; "
    "a warm-up gives one.": Attribution.NO_BASELINE,
    "Nothing was measured in the baseline, so the condition cannot be told apart from the system's ordinary "
    "behaviour.": Attribution.BASELINE_NOT_MEASURED,
    "Nothing was measured in the conditions that could be held against the baseline.": (
        Attribution.CONDITIONS_NOT_MEASURED
    ),
}


def compared(real: bool | None) -> tuple[Comparison, ...]:
    return (Comparison("conditions", 0.1, 0.1, None, None, None, real, "Of the measurements …"),)


@pytest.mark.parametrize("sentence", CAUSES)
def test_what_it_said_of_the_cause_has_its_code(sentence: str) -> None:
    assert attribution_of(sentence, ()) is CAUSES[sentence]


@pytest.mark.parametrize(
    ("real", "told"),
    [(True, Attribution.DIFFERENT), (False, Attribution.NOT_PROVEN), (None, Attribution.BASELINE_BROKEN)],
)
def test_what_its_comparison_says_is_the_cause(real: bool | None, told: Attribution) -> None:
    assert attribution_of("Of the measurements …", compared(real)) is told


def test_without_a_condition_a_comparison_says_nothing_of_the_cause() -> None:
    assert attribution_of("No condition was applied, so no condition …", compared(True)) is Attribution.NO_CONDITION


def test_other_words_have_no_code() -> None:
    assert attribution_of("It was the moon.", ()) is None


LEFT = {
    "Rollbacks were due and were not played.": Unrestored(RestoreProblem.NOT_PLAYED),
    'The rollback "stop the load" failed after 3 tries: It ended with 3. Run by hand: kill 4711; echo "a: b."': (
        Unrestored(RestoreProblem.FAILED, "stop the load", 3, "It ended with 3", 'kill 4711; echo "a: b."')
    ),
    'The rollback "stop the load" was interrupted.': Unrestored(RestoreProblem.INTERRUPTED, "stop the load"),
    'The rollback "stop the load" interrupted.': Unrestored(RestoreProblem.INTERRUPTED, "stop the load"),
    'The rollback "say "no"" failed: no. such. host.': Unrestored(
        RestoreProblem.FAILED, 'say "no"', 1, "no. such. host"
    ),
    'The rollback "proof that burn is gone" failed: not shown: 3 of 5.': Unrestored(
        RestoreProblem.NOT_GONE, "proof that burn is gone", 1, "not shown: 3 of 5"
    ),
}


@pytest.mark.parametrize("sentence", LEFT)
def test_what_it_said_was_not_undone_has_its_code(sentence: str) -> None:
    assert unrestored_of([sentence]) == (LEFT[sentence],)


def test_of_what_is_not_known_nothing_is_guessed() -> None:
    assert unrestored_of([*LEFT, "The moon is still there."]) == ()
