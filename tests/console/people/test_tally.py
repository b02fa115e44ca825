"""Counting tries: before they are made, one after another, within a time."""

from datetime import UTC, datetime, timedelta

import pytest

from rtk.console.people import tally
from rtk.console.people.gate import TooMany
from rtk.console.people.models import Tally
from rtk.console.people.tally import Count, ThrottledAction

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
TRY = Count(ThrottledAction.PASSWORD, "alice@example.org")

pytestmark = pytest.mark.django_db


def take(number: int, now: datetime = NOON) -> int:
    """How many of so many tries are possible."""
    possible = 0
    for _ in range(number):
        try:
            tally.take([TRY], now)
        except TooMany:
            return possible
        possible += 1
    return possible


def test_no_more_are_possible_than_the_limit() -> None:
    assert take(9) == 5


def test_the_limit_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTK_WRONG_PASSWORDS", "2")
    assert take(9) == 2


def test_the_time_begins_with_the_first_try_and_ends_however_often_one_goes_on() -> None:
    assert take(5) == 5
    assert take(1, NOON + timedelta(minutes=4, seconds=59)) == 0
    assert take(9, NOON + timedelta(minutes=5)) == 5


@pytest.mark.parametrize(("passed", "wait", "words"), [(0, 300, "5 min"), (181, 119, "2 min"), (299, 1, "1 min")])
def test_the_sentence_says_how_many_and_when_again(passed: int, wait: int, words: str) -> None:
    take(5)
    with pytest.raises(TooMany) as refused:
        tally.take([TRY], NOON + timedelta(seconds=passed))
    assert refused.value.retry_after == wait
    expected = f"No more than 5 wrong passwords for an address are possible within 5 min: try again in {words}."
    assert str(refused.value) == expected


def test_longer_times_are_told_in_hours_and_minutes() -> None:
    day = Count(ThrottledAction.CODE_DAY, "x", 30)
    tally.take([day], NOON)
    with pytest.raises(TooMany, match=r"within 1 day: try again in 21 h 30 min\.$"):
        tally.take([day], NOON + timedelta(hours=2, minutes=30))


def test_more_than_a_limit_at_once_is_never_possible() -> None:
    with pytest.raises(TooMany):
        tally.take([Count(ThrottledAction.PASSWORD, "x", 6)], NOON)
    assert not Tally.objects.exists()


def test_all_or_nothing_is_counted() -> None:
    take(5)
    other = Count(ThrottledAction.PASSWORD, "bob@example.org", 5)
    with pytest.raises(TooMany):
        tally.take([other, TRY], NOON)
    tally.take([other], NOON)


def test_what_was_right_is_taken_back_and_no_more_than_that() -> None:
    take(5)
    tally.give_back([TRY])
    assert take(9) == 1
    Tally.objects.update(number=0)
    tally.give_back([TRY])
    assert Tally.objects.get().number == 0


def test_what_fails_while_it_is_counted_was_not_done() -> None:
    with pytest.raises(ZeroDivisionError), tally.taken([TRY]):
        raise ZeroDivisionError
    assert Tally.objects.get().number == 0
    with tally.taken([TRY]):
        pass
    assert Tally.objects.get().number == 1


def test_kinds_and_whom_they_are_of_are_counted_apart() -> None:
    take(5)
    tally.take(
        [Count(ThrottledAction.PASSWORD, "bob@example.org"), Count(ThrottledAction.MAIL_ADDRESS, "alice@example.org")],
        NOON,
    )
    assert Tally.objects.count() == 3


def test_what_counts_no_more_is_removed() -> None:
    take(1)
    tally.tidy(NOON + tally.LONGEST)
    assert Tally.objects.exists()
    tally.tidy(NOON + tally.LONGEST + timedelta(seconds=1))
    assert not Tally.objects.exists()


def test_a_code_is_used_first_once() -> None:
    uses = [tally.is_first("alice 123456", timedelta(minutes=2), NOON + timedelta(minutes=n)) for n in (0, 0, 1, 2)]
    assert uses == [True, False, False, True]


def test_half_a_character_is_counted_like_any_other() -> None:
    tally.take([Count(ThrottledAction.PASSWORD, "\ud800")], NOON)
    assert Tally.objects.count() == 1


def test_every_kind_but_used_codes_has_its_bound() -> None:
    assert set(tally._BOUNDS) == set(ThrottledAction) - {ThrottledAction.CODE_USED}
