"""Measurements as rows of a table, and as text that no spreadsheet takes for a formula."""

from django.http import QueryDict

from rtk.console.pages.insights.measurement_table import (
    ROWS,
    NumberedMeasurement,
    TablePosition,
    follows,
    harmless,
    moment,
    place_of,
    rows,
)
from rtk.insight.facts import SlotMeasurement, Threshold

ONE = SlotMeasurement("conditions", 1_234, 65.0, 65.0, 65.25, "deviated", 6_100.0, "above\x00 6000")


def test_a_measurement_in_words() -> None:
    (row,) = rows([NumberedMeasurement(1, ONE)], Threshold(unit="ms"), 10.0, 0.0)
    assert (row.slot, row.clock, row.value, row.took, row.reason) == (
        "1,234",
        "1:05",
        "6,100 ms",
        "0.250 s",
        "above 6000",
    )
    assert row.at == moment(65.0)


def test_a_missed_slot_has_no_value_and_took_nothing() -> None:
    missed = ONE._replace(outcome="missed", started=None, ended=None, value=None, reason=None)
    (row,) = rows([NumberedMeasurement(1, missed)], Threshold(), 0.1, 1e300)
    assert (row.value, row.took, row.reason, row.at) == ("no data", "no data", "", None)


def test_a_page_follows_only_when_there_is_more() -> None:
    found = [NumberedMeasurement(n, ONE) for n in range(ROWS + 1)]
    assert follows(found) == ROWS - 1
    assert follows(found[:-1]) is None
    assert len(rows(found, Threshold(), 1.0, 0.0)) == ROWS


def test_an_address_of_no_sense_begins_at_the_beginning() -> None:
    assert place_of(QueryDict("after=7&outcome=missed")) == TablePosition(7, "missed")
    for query in ("after=-1", "after=²", "after=1e3", "outcome=Met", "after=" + "9" * 19, ""):
        assert place_of(QueryDict(query)) == TablePosition()


def test_what_begins_as_a_formula_does_is_text() -> None:
    for text in ("=1+1", "+1", "-1", "@a", "|calc", "%0A=1", "\n=1", "  =1", "\u202e=1"):
        assert harmless(text).startswith("'"), repr(text)
    assert harmless("the connection was refused = bad") == "the connection was refused = bad"
    assert harmless("") == ""
