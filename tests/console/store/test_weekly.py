"""Hours of each week: by the clock on the wall, also where that jumps."""

from datetime import UTC, datetime, time, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtk.console.store.problem import Problem
from rtk.console.store.weekly import DAYS, Weekly, kept_hours, kept_sentence, sentence, weekly_of

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Australia/Lord_Howe")
OFFICE = {"days": ["mon", "tue"], "from": "09:00", "to": "17:00", "zone": "UTC"}

clocks = st.times().map(lambda at: time(at.hour, at.minute))
weeklies = st.builds(
    Weekly,
    st.sets(st.sampled_from(DAYS), min_size=1).map(lambda some: tuple(day for day in DAYS if day in some)),
    clocks,
    clocks,
    st.sampled_from(ZONES).map(ZoneInfo),
)
moments = st.integers(1_577_836_800, 2_051_222_400).map(lambda at: datetime.fromtimestamp(at, UTC))  # to 2034


def within_by_the_wall(weekly: Weekly, at: datetime) -> bool:
    """Whether a clock on the wall says that the hours go on."""
    wall = at.astimezone(weekly.zone)
    today, before = DAYS[wall.weekday()], DAYS[wall.weekday() - 1]
    clock, over_night = wall.time(), weekly.end <= weekly.begin
    began_today = today in weekly.days and clock >= weekly.begin and (over_night or clock < weekly.end)
    return began_today or (over_night and before in weekly.days and clock < weekly.end)


@given(weeklies, moments)
def test_a_moment_is_within_where_the_clock_on_the_wall_says_so(weekly: Weekly, at: datetime) -> None:
    around = [(at + timedelta(hours=hours)).astimezone(weekly.zone).utcoffset() for hours in (-48, 0, 48)]
    if len(set(around)) > 1:
        return  # clocks jump near by: what holds then is below
    assert (next(weekly.hours(at)).begins_at <= at) is within_by_the_wall(weekly, at)


@given(weeklies, moments)
def test_hours_come_in_order_none_is_over_and_none_is_empty(weekly: Weekly, at: datetime) -> None:
    found = list(islice(weekly.hours(at), 10))
    assert found[0].ends_at > at
    assert all(each.begins_at < each.ends_at for each in found)
    assert [each.begins_at for each in found] == sorted({each.begins_at for each in found})


@given(weeklies)
def test_what_is_kept_is_read_as_the_same(weekly: Weekly) -> None:
    assert weekly_of(weekly.as_dict()) == weekly


@pytest.mark.parametrize(
    ("begin", "end", "after", "hours"),
    [
        # Clocks go from 02:00 to 03:00 on 29 March 2026: half past two does not come.
        ("02:30", "05:00", "2026-03-29T00:00Z", "00:30 to 03:00"),
        ("00:00", "02:30", "2026-03-28T23:30Z", "23:00 to 01:30"),
        # From 03:00 back to 02:00 on 25 October 2026: half past two comes twice, and both are within.
        ("02:30", "04:00", "2026-10-24T23:00Z", "00:30 to 03:00"),
        ("01:00", "02:30", "2026-10-24T22:30Z", "23:00 to 01:30"),
    ],
)
def test_where_clocks_jump_no_hour_is_left_out(begin: str, end: str, after: str, hours: str) -> None:
    weekly = weekly_of({"days": ["sun"], "from": begin, "to": end, "zone": "Europe/Berlin"})
    found = next(weekly.hours(datetime.fromisoformat(after)))
    assert f"{found.begins_at:%H:%M} to {found.ends_at:%H:%M}" == hours


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"days": []}, "days"),
        ({"days": ["monday"]}, "days"),
        ({"days": "mon"}, "days"),
        ({"days": [["mon"]]}, "days"),
        ({"from": "9:00"}, "from"),
        ({"from": "24:00"}, "from"),
        ({"to": 17}, "to"),
        ({"to": "17:00:30"}, "to"),
        ({"zone": "Mars"}, "zone"),
        ({"zone": "../etc/passwd"}, "zone"),
        ({"zone": "/etc/localtime"}, "zone"),
        ({"zone": "Europe"}, "zone"),
        ({"zone": "a\0b"}, "zone"),
        ({"zone": ""}, "zone"),
        ({"zone": "x" * 5000}, "zone"),
        ({"zone": None}, "zone"),
        ({"until": "17:00"}, "until"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(changed: dict[str, Any], place: str) -> None:
    with pytest.raises(Problem) as refused:
        weekly_of({**OFFICE, **changed})
    assert str(refused.value).startswith(f"weekly.{place}: expected ")


@pytest.mark.parametrize(
    ("days", "hours", "says"),
    [
        (DAYS[:5], ("09:00", "17:00"), "Mon to Fri, 09:00 to 17:00, UTC"),
        (("sat", "sun"), ("00:00", "00:00"), "Sat, Sun, all day, UTC"),
        (("mon", "wed", "fri"), ("22:00", "06:00"), "Mon, Wed, Fri, 22:00 to 06:00, UTC"),
        (DAYS, ("12:00", "12:00"), "Every day, 12:00 to 12:00, UTC"),
        (("thu",), ("09:00", "09:30"), "Thu, 09:00 to 09:30, UTC"),
    ],
)
def test_hours_are_said_as_a_person_says_them(days: tuple[str, ...], hours: tuple[str, str], says: str) -> None:
    told = {"days": list(days), "from": hours[0], "to": hours[1], "zone": "UTC"}
    assert sentence(weekly_of(told)) == kept_sentence(told) == says


def test_hours_of_a_zone_that_is_no_longer_known_are_always() -> None:
    told, at = {**OFFICE, "zone": "Europe/Atlantis"}, datetime(2026, 12, 7, 3, tzinfo=UTC)
    assert next(kept_hours(told, at)).begins_at == at
    assert kept_sentence(told) == "always, as its hours can no longer be read"
