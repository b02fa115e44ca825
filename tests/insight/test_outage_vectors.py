"""Every case of `outage-vectors.json`: it is right by exact arithmetic, and the code says the same."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from rtk.insight.bounds import proven_at_most
from rtk.insight.judgement import judge
from rtk.insight.proof import BAD, GOOD, MISSED, prove
from rtk.insight.verdict import Case, verdict_of
from tests.insight import exact

CASES = json.loads(Path(__file__).with_name("outage-vectors.json").read_text())["cases"]
MARKS, OUTCOMES = {"g": GOOD, "b": BAD, "m": MISSED}, {"g": True, "b": False, "m": None}
A_LITTLE = Fraction(1, 10**8)
every_case = pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])


def number(value: float) -> Fraction:
    return Fraction(str(value))


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 60
    assert {case["expect"]["verdict"] for case in CASES} == {"pass", "fail", "inconclusive"}
    assert sum("drawn" in case for case in CASES) >= 20


@every_case
def test_a_series_that_was_drawn_is_that_of_its_seed(case: dict[str, Any]) -> None:
    if drawn := case.get("drawn"):
        assert exact.text_of(exact.drawn(**drawn)) == case["series"]


@every_case
def test_what_is_proven_is_the_edge_of_what_is_refuted(case: dict[str, Any]) -> None:
    series, given, more = exact.series_of(case["series"]), number(case["outage_slots"]), case.get("outlasting", 0)
    lengths = {each: exact.lasting(each, given, more) for each in exact.readings(series)}
    share, expect = number(case["expect"]["at_least"]), case["expect"]
    if share:
        assert all(exact.refuted(each, share * (1 - A_LITTLE), length) for each, length in lengths.items())
    above = share * (1 + A_LITTLE) if share else Fraction(1, 10**12)
    worse = [each for each, length in lengths.items() if not exact.refuted(each, above, length)]
    assert worse
    told = [(exact.counts(each)[1], *_chances(each), pytest.approx(float(lengths[each]), rel=1e-9)) for each in worse]
    assert (expect["outages"], expect["chances"], expect["length"]) in told


def _chances(reading: str) -> tuple[int]:
    """Chances to begin an outage; a series without one tells its slots."""
    return (exact.counts(reading)[2] if "b" in reading else len(reading),)


@every_case
def test_the_upper_bound_is_where_so_few_good_ones_are_as_likely_as_the_risk(case: dict[str, Any]) -> None:
    series, highest = exact.series_of(case["series"]), case["expect"]["at_most"]
    good, measured = series.count("g"), series.count("g") + series.count("b")
    if not measured:
        assert highest is None
    elif good == measured:
        assert highest == 1.0
    else:
        share = number(highest)
        assert exact.few(good, measured, share * (1 + A_LITTLE)) < exact.RISK
        assert exact.few(good, measured, share * (1 - A_LITTLE)) > exact.RISK


@every_case
def test_the_verdict_follows_exactly(case: dict[str, Any]) -> None:
    series, target = exact.series_of(case["series"]), number(case["target"])
    passes = exact.passes(series, target, number(case["outage_slots"]), case.get("outlasting", 0))
    fails = exact.fails(series, target)
    assert not (passes and fails)
    assert case["expect"]["verdict"] == ("pass" if passes else "fail" if fails else "inconclusive")


@every_case
def test_the_code_says_the_same(case: dict[str, Any]) -> None:
    series, expect = exact.series_of(case["series"]), case["expect"]
    marks = b"".join(MARKS[mark] for mark in series)
    proof = prove(marks, case["outage_slots"], outlasting=case.get("outlasting", 0))
    assert proof is not None
    assert proof.at_least == pytest.approx(expect["at_least"], rel=1e-9)
    assert proof.length == pytest.approx(expect["length"], rel=1e-9)
    assert (proof.outages, proof.chances, str(proof.length_from)) == (
        expect["outages"],
        expect["chances"],
        expect["length_from"],
    )
    good, bad, missed = (series.count(mark) for mark in "gbm")
    judged = Case(case["target"], len(series), good, bad, missed, proof=proof)
    assert (verdict_of(judged) or "inconclusive") == expect["verdict"]
    highest = proven_at_most(good, good + bad)
    assert highest == (expect["at_most"] if highest is None else pytest.approx(expect["at_most"], rel=1e-9))


@every_case
def test_what_is_public_says_it_too(case: dict[str, Any]) -> None:
    if not case.get("outlasting"):
        outcomes = [OUTCOMES[mark] for mark in exact.series_of(case["series"])]
        found = judge(outcomes, case["target"], case["outage_slots"])
        assert found.verdict == case["expect"]["verdict"]
        assert found.at_least == pytest.approx(case["expect"]["at_least"], rel=1e-9)
