"""Whether it got worse, as every report answers it."""

from msgspec.structs import replace

from rtk.insight.facts import Facts, Threshold
from rtk.insight.insight import insight
from rtk.report.worsening import answer
from tests.insight.builder import run_of


def answered(facts: Facts) -> tuple[str, str]:
    return answer(insight(facts), facts)


def compared(conditions: str, baseline: str) -> Facts:
    return replace(run_of(conditions, baseline, values=True), threshold=Threshold(upper=500.0, unit="ms"))


def test_a_difference_that_luck_does_not_explain_is_a_yes_with_its_p_value_and_what_that_is() -> None:
    word, why = answered(compared("x" * 20, "." * 20))
    assert word == "Yes (p < 0.001)"
    assert why.startswith("100 % deviated (baseline 0 %), median 900 ms (baseline 100 ms). ")
    assert why.endswith("p: its chance by luck alone.")


def test_what_luck_explains_is_not_certain() -> None:
    word, why = answered(compared("..x.", "...."))
    assert word == "Not certain"
    assert why.endswith(" Such a difference can be chance.")


def test_beside_a_fail_it_is_said_that_the_fail_does_not_rest_on_it() -> None:
    word, why = answered(compared("x" * 4 + "." * 16, "." * 6))
    assert word == "Not certain"
    assert why.endswith(
        " Such a difference can be chance. The run fails all the same: too little was good, whatever the cause."
    )


def test_a_service_that_was_better_under_the_conditions_did_not_get_worse() -> None:
    word, _ = answered(replace(compared("." * 60, "x" * 6 + "." * 14), objective=None))
    assert word == "No, it got better (p < 0.001)"


def test_without_a_condition_there_is_nothing_that_could_have_made_it_worse() -> None:
    facts = replace(compared("xx..", "...."), conditions=())
    assert answered(facts) == ("No condition", "No condition was applied, so no condition can be the cause.")


def test_without_a_baseline_it_is_unknown() -> None:
    word, why = answered(run_of("xx.."))
    assert word == "Unknown"
    assert why.startswith("There is no baseline")
