"""What an insight of an earlier version said, beside the one that was made anew."""

from msgspec.structs import asdict

from rtk.insight.former import CURRENT, Former, former_from, former_of, said
from rtk.insight.insight import insight
from tests.insight.builder import run_of

OLD = {
    "version": 1,
    "verdict": "pass",
    "headline": "While inject-cpu lasted at least 95.1 % was good.",
    "objective": {"target": 0.95},
    "proven_at_least": 0.9505,
    "proven_at_most": 1.0,
    "needed": 59,
    "met": 60,
    "deviated": 0,
    "missed": 0,
    "deviating_s": 0.0,
    "restored": None,
    "recovered": None,
}
NEW = {**OLD, "version": 2, "verdict": "inconclusive", "needed": 168, "proof": {"at_least": 0.8764}}


def test_it_says_what_the_earlier_one_said_and_what_changed() -> None:
    found = former_of(OLD, NEW)
    assert (found.version, found.verdict) == (1, "pass")
    assert found.sentence() == (
        "Version 1 of the rules said pass; changed: the verdict, from pass to inconclusive; what is proven, from 95.0 "
        "% to 87.6 %; what would prove it, from 59 clean measurements to 168 clean measurements."
    )


def test_where_the_figures_are_the_same_it_says_so() -> None:
    assert (
        former_of(OLD, {**OLD, "version": 2}).sentence()
        == "Version 1 of the rules said pass; changed: nothing but the words."
    )


def test_an_insight_without_a_verdict_is_told_so() -> None:
    found = former_of({**OLD, "verdict": None, "recovered": True}, {**NEW, "verdict": None})
    assert found.sentence().startswith("Version 1 of the rules said no verdict; changed: ")
    assert "whether the service recovered, from yes to not known" in found.changed


def test_what_an_insight_keeps_of_it_is_read_back() -> None:
    found = former_of(OLD, NEW)
    kept = asdict(found)
    assert former_from({**kept, "changed": list(kept["changed"])}) == found
    assert former_from(None) is None


def test_an_insight_that_is_made_has_no_former_one() -> None:
    made = insight(run_of("...."))
    assert (made.version, made.versions, made.former) == (CURRENT, (CURRENT,), None)


def test_an_insight_that_could_not_be_made_anew_says_by_which_rules_it_is_told() -> None:
    assert said(1, None) == "Told by the rules of version 1."
    assert said(CURRENT, None) == ""
    assert (
        said(CURRENT, Former(1, "pass", "", ())) == "Version 1 of the rules said pass; changed: nothing but the words."
    )
