import pytest
from msgspec.structs import replace

from rtk.insight.insight import insight
from rtk.insight.shape import Insight
from rtk.report import certainty
from rtk.report.story import story
from tests.report.judged import facts, record
from tests.report.samples import a_run

CHANCE = "That allows for chance: measurements may have met more bad moments than there were."
WRONG = "Of 20 such proofs at most 1 is wrong."


def answer(found: Insight) -> tuple[str, str]:
    return certainty.figure(found), certainty.explanation(found)


def test_of_an_inconclusive_run_the_proof_answers_with_what_it_assumes() -> None:
    found, _ = a_run("clean")
    assert answer(found) == (
        "at least 78.6 % good",
        "Over the 5 min measured, 95 % sure, if outages last 30 s on average, as assumed. " + WRONG,
    )
    assert "at least 78.6 %" in str(story(*a_run("clean")).answers)


def test_of_a_fail_the_upper_bound_answers() -> None:
    found, _ = a_run("published")
    assert answer(found) == (
        "at most 92.9 % good",
        "Of the 3 min 20 s measured in this run, 95 % sure. " + CHANCE,
    )


def test_an_insight_that_counted_slots_answers_as_it_did() -> None:
    found = replace(a_run("clean")[0], version=1, proof=None)
    assert answer(found)[0] == "90.5 % to 100.0 %"
    assert "95 % sure of each end (a 90 % interval), if they are independent" in answer(found)[1]


def test_a_fail_that_does_not_tell_its_bound_has_that_of_its_measurements() -> None:
    assert answer(replace(a_run("published")[0], at_most=None)) == answer(a_run("published")[0])


@pytest.mark.parametrize("seed", range(120))
def test_the_answer_has_the_bound_that_the_headline_has(seed: int) -> None:
    found = insight(facts(record(seed)))
    if not found.is_evidence or found.figures.observed is None:
        return
    told = certainty.figure(found)
    if found.figures.verdict in ("pass", "fail"):
        assert told.removesuffix(" good") in found.headline
    assert told.startswith("at most" if found.figures.verdict == "fail" else "at least")


def test_of_a_stopped_fail_what_was_cut_off_is_taken_for_good() -> None:
    drawn = (insight(facts(record(seed))) for seed in range(400))
    found = next(each for each in drawn if "that were cut off been good" in each.headline)
    figure, explanation = answer(found)
    assert figure.removesuffix(" good") in found.headline
    assert " measured in this run, 95 % sure, had what was cut off been good. That allows for chance: " in explanation


def test_where_slots_were_missed_it_is_told_how_they_were_read() -> None:
    found = next(each for each in (insight(facts(record(seed))) for seed in range(200)) if _open_and_missed(each))
    assert answer(found)[1].endswith(f" The {found.figures.missed:,} slots not measured are taken as the worst case.")


def _open_and_missed(found: Insight) -> bool:
    return found.figures.verdict == "inconclusive" and found.figures.missed > 0 and found.figures.observed is not None
