"""Limits: each is a setting with a documented default, refused where it makes no sense, shown with its unit."""

import pytest

from rtk.console import options
from rtk.console.limits import LIMITS, Limit, LimitSubject, Unit
from rtk.errors import BadInput

DAYS = Limit(
    "RTK_RETENTION_DAYS", 400, Unit.DAYS, LimitSubject.STORAGE, "Time for which it is kept", 2, 500, "for ever"
)
CALLS = Limit("RTK_BODY_LIMIT_MIB", 64, Unit.COUNT, LimitSubject.WORK, "Most calls at once")


@pytest.mark.parametrize("limit", LIMITS, ids=lambda each: each.name)
def test_each_limit_is_a_setting_with_its_default(limit: Limit) -> None:
    assert limit.name in {option.name for option in options.OPTIONS}
    assert options.limit(limit, {}) == limit.default


@pytest.mark.parametrize("limit", LIMITS, ids=lambda each: each.name)
def test_each_limit_is_a_phrase_that_becomes_a_sentence(limit: Limit) -> None:
    assert limit.what[0].isupper()
    assert not limit.what.endswith(".")
    assert limit.help.endswith(".")


def test_no_limit_is_there_twice() -> None:
    assert len({limit.name for limit in LIMITS}) == len(LIMITS)


def test_a_limit_says_its_unit_and_what_zero_means() -> None:
    assert DAYS.help == "Time for which it is kept, in days; 0: for ever."
    assert CALLS.help == "Most calls at once."


def test_a_value_is_shown_with_its_unit() -> None:
    assert [DAYS.shown(400), DAYS.shown(0), CALLS.shown(1000)] == ["400 days", "for ever", "1,000"]


def test_a_value_between_the_least_and_the_most_is_in_force() -> None:
    assert [options.limit(DAYS, {DAYS.name: value}) for value in ("2", "500", "0")] == [2, 500, 0]


@pytest.mark.parametrize("value", ["1", "501"])
def test_a_value_beyond_them_is_refused(value: str) -> None:
    sentence = f"RTK_RETENTION_DAYS is {value}; expected a whole number from 2 to 500, or 0"
    with pytest.raises(BadInput, match=f"^{sentence}$"):
        options.limit(DAYS, {DAYS.name: value})


def test_nothing_is_unlimited_that_does_not_say_so() -> None:
    with pytest.raises(BadInput, match=r"RTK_BODY_LIMIT_MIB is 0; expected a whole number from 1 to 1000000$"):
        options.limit(CALLS, {CALLS.name: "0"})
