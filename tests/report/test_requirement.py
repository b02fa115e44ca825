"""What proof of a target requires, as it is printed."""

import re

from rtk.experiment.block import Overrides, plan_of
from rtk.insight.requirement import requirement
from rtk.report.requirement import lines


def told(target: float, every: float, outage: float | None = None, lasting: float | None = None) -> list[str]:
    plan = plan_of({}, Overrides(every_s=every, for_s=lasting or 0.0, target=target, outage_lasts_s=outage))
    slots = None if lasting is None else plan.slots("conditions")
    return lines(requirement(target, every, outage, slots), plan)


def test_it_says_how_long_to_measure_and_what_that_rests_on() -> None:
    found = told(0.99, 5.0, 30.0)
    assert found[0] == ("To prove 99 %, measured every 5 s, nothing may deviate for 2 h 28 min (1,774 measurements).")
    assert found[-1] == "Outages are taken to last 30 s on average, as declared."


def test_a_plan_is_told_with_its_conclusion_first_and_with_what_fails_it() -> None:
    found = told(0.95, 10.0, 30.0, 1800.0)
    assert found[0].startswith("✓ This plan can prove 95 %: a service that is 99 % good passes it 54 % of the time;")
    assert found[1:3] == [
        "180 clean measurements prove 95.3 % at best.",
        "It fails where 15 or more of 180 deviate, which is 2 min 30 s.",
    ]


def test_a_plan_that_cannot_pass_is_never_passed() -> None:
    found = told(0.95, 10.0, 30.0, 300.0)
    assert found[0].startswith("✗ This plan cannot prove 95 %: ")
    assert [row[2] for row in table(found)] == ["passes this plan", "never", "never", "never"]


def test_where_an_outage_outlasts_the_plan_it_can_only_fail() -> None:
    assert told(0.95, 10.0, 600.0, 300.0)[0] == (
        "✗ This plan cannot prove anything; it can fail: an outage lasts 10 min on average, longer than its 5 min; "
        "--for 9h19m30s could prove 95 %."
    )


def test_an_outage_shorter_than_a_slot_counts_as_one_and_is_said() -> None:
    assert told(0.95, 10.0, 2.0)[-1].endswith("a shorter outage than a slot counts as one slot.")


def test_proof_that_takes_longer_than_any_run_is_told_so() -> None:
    sentence = "No run is that long: 30 days and 10,000,000 measurements are the most."
    assert told(0.95, 86_400.0)[1] == sentence
    assert sentence not in told(0.95, 10.0, 30.0)


def test_the_columns_stand_below_each_other() -> None:
    rows = [line for line in told(0.95, 10.0, 30.0, 300.0) if line.startswith("  ")]
    assert len({tuple(found.start() for found in re.finditer(r"(?<=  )\S", row)) for row in rows}) == 1


def table(found: list[str]) -> list[list[str]]:
    return [re.split(r"\s{2,}", line.strip()) for line in found if line.startswith("  ")]
