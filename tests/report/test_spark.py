from hypothesis import given
from hypothesis import strategies as st

from rtk.insight.facts import Outcome, Threshold
from rtk.report.spark import Canvas, Reading, spark

outcomes: st.SearchStrategy[Outcome] = st.sampled_from(["met", "deviated", "missed"])
readings = st.lists(st.tuples(st.one_of(st.none(), st.floats()), outcomes), max_size=300)
bounds = st.one_of(st.none(), st.floats())


@given(readings, bounds, bounds, st.integers(20, 200), st.booleans())
def test_any_values_fit_the_canvas(
    given_readings: list[Reading], lower: float | None, upper: float | None, width: int, unicode: bool
) -> None:
    rows = spark(given_readings, Threshold(lower, upper, "ms"), Canvas(width, 4, unicode))
    assert 1 <= len(rows) <= 5
    assert all(row.cell_len <= width for row in rows)
    assert unicode or all(row.plain.isascii() for row in rows)


def test_the_threshold_is_drawn_and_named() -> None:
    rows = [row.plain for row in spark([(10.0, "met"), (90.0, "deviated")], Threshold(upper=50, unit="ms"), Canvas(40))]
    assert any("┄" in row and row.endswith("50 ms") for row in rows)


def test_deviated_and_missed_are_marked_by_symbol() -> None:
    marks = spark([(10.0, "met"), (90.0, "deviated"), (None, "missed")], Threshold(upper=50), Canvas(40))[-1]
    assert marks.plain == " ◆○"


def test_a_missed_slot_is_a_gap() -> None:
    rows = spark([(10.0, "met"), (None, "missed"), (10.0, "met")], Threshold(), Canvas(40))
    assert all(row.plain[1] == " " for row in rows[:-1])


def test_a_measure_without_values_is_a_row_of_marks() -> None:
    (row,) = spark([(None, "met"), (None, "deviated")], Threshold(), Canvas(40))
    assert row.plain == "●◆"


def test_only_the_last_readings_are_shown_where_not_all_fit() -> None:
    many: list[Reading] = [(None, "met")] * 50
    (row,) = spark([*many, (None, "deviated"), (None, "deviated")], Threshold(), Canvas(11))
    assert row.plain == "●" * 8 + "◆◆"
