from hypothesis import given
from hypothesis import strategies as st

from rtk.insight.facts import Facts, MeasurementSeries, Outcome, SlotMeasurement, Threshold
from rtk.report.columns import columns, thinned
from tests.report.samples import a_run

values = st.one_of(st.none(), st.floats(0, 1e6), st.just(float("inf")))
slots = st.lists(st.tuples(st.sampled_from(["met", "deviated", "missed"]), values), max_size=300)


def facts_of(given_slots: list[tuple[Outcome, float | None]]) -> Facts:
    measurements = MeasurementSeries(
        SlotMeasurement("conditions", k, float(k), None, None, outcome, value)
        for k, (outcome, value) in enumerate(given_slots)
    )
    return Facts("r", "t", 1.0, float(len(given_slots)), 0.0, measurements, threshold=Threshold(upper=10))


@given(slots, st.integers(1, 50))
def test_thinning_loses_no_measurement_and_stays_within_its_columns(
    given_slots: list[tuple[Outcome, float | None]], at_most: int
) -> None:
    found = columns(facts_of(given_slots), at_most)
    assert len(found) <= at_most
    for outcome in ("met", "deviated", "missed"):
        assert sum(getattr(c, outcome) for c in found) == [o for o, _ in given_slots].count(outcome)


@given(slots, st.integers(1, 50))
def test_every_deviation_stays_visible(given_slots: list[tuple[Outcome, float | None]], at_most: int) -> None:
    for column in columns(facts_of(given_slots), at_most):
        assert (column.deviated > 0) == (column.worst is not None or column.silent > 0)


def test_one_deviation_among_a_hundred_thousand_is_seen() -> None:
    _, facts = a_run("long")
    found = columns(facts, 400)
    assert len(found) <= 400
    assert max(c.worst or 0 for c in found) > 600
    assert sum(1 for c in found if c.deviated) == 9


def test_few_measurements_stand_each_for_itself() -> None:
    _, facts = a_run("published")
    assert len(columns(facts, 400)) == 30


@given(slots, st.integers(1, 20))
def test_columns_can_be_joined_further_without_losing_anything(
    given_slots: list[tuple[Outcome, float | None]], at_most: int
) -> None:
    facts = facts_of(given_slots)
    found = thinned(columns(facts, 60), facts, at_most)
    assert len(found) <= at_most
    assert sum(c.met + c.deviated + c.missed for c in found) == len(given_slots)
    values = [v for o, v in given_slots if o != "missed" and v is not None and v < 1e300]
    assert max((c.high for c in found if c.high is not None), default=None) == max(values, default=None)
    assert all((c.deviated > 0) == (c.worst is not None or c.silent > 0) for c in found)
