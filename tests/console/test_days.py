"""A search is limited to whole days, in UTC, both included."""

from datetime import UTC, datetime

import pytest

from rtk.console.days import DaysForm


def test_both_days_are_included() -> None:
    form = DaysForm({"since": "2026-01-30", "until": "2026-01-31"})
    assert form.is_valid()
    assert (form.begin, form.end) == (datetime(2026, 1, 30, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))


def test_without_days_there_is_no_bound() -> None:
    form = DaysForm({})
    assert form.is_valid()
    assert (form.begin, form.end) == (None, None)


def test_there_is_no_moment_after_the_last_day_of_all() -> None:
    form = DaysForm({"until": "9999-12-31"})
    assert form.is_valid()
    assert form.end is None


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"since": "yesterday"}, {"since": ["Expected a day such as 2026-01-31."]}),
        ({"since": "2026-02-01", "until": "2026-01-31"}, {"until": ["Expected the first day or a later one."]}),
    ],
)
def test_a_day_that_cannot_be_is_said_at_its_field(given: dict[str, str], wrong: dict[str, list[str]]) -> None:
    assert DaysForm(given).errors == wrong
