"""The log: how many lines of a kind there are in a minute, and how long one is."""

import logging

from hypothesis import given
from hypothesis import strategies as st

from rtk.console.lines import LONGEST, MINUTE_S, Bounded, LineAllowance, SteadyAllowance, with_left_out


class Log:
    """What was logged; `now` is in seconds."""

    def __init__(self, most: int) -> None:
        self.now = 0.0
        self.filter = Bounded(most, lambda: self.now)

    def says(self, message: str, *args: object, name: str = "django.request", level: int = logging.WARNING) -> str:
        """What became of a line, empty where it was left out."""
        record = logging.LogRecord(name, level, "", 0, message, args, None)
        return record.getMessage() if self.filter.filter(record) else ""


def test_no_more_lines_of_a_kind_are_logged_in_a_minute_than_the_bound() -> None:
    log = Log(2)
    assert [log.says("Not Found: %s", "/100%") for _ in range(4)] == ["Not Found: /100%"] * 2 + [""] * 2
    assert log.says("x", name="rtk.console") == log.says("x", level=logging.ERROR) == "x"


def test_after_a_minute_it_goes_on_and_says_how_many_were_left_out() -> None:
    log = Log(1)
    for _ in range(4):
        log.says("x")
    log.now = MINUTE_S - 1
    assert log.says("x") == ""
    log.now = MINUTE_S
    assert log.says("x") == "x (4 more were left out)"
    log.now = 2 * MINUTE_S
    assert log.says("x") == "x"


def test_a_line_is_no_longer_than_the_bound() -> None:
    assert Log(1).says("%s", "x" * LONGEST) == "x" * LONGEST
    assert Log(1).says("%s", "x" * (LONGEST + 1)) == "x" * LONGEST + "…"


def test_lines_that_were_counted_before_they_were_made_all_pass() -> None:
    kept = Bounded(1, counted=["rtk.counted"])
    passed = [kept.filter(logging.LogRecord("rtk.counted", logging.INFO, "", 0, "x", (), None)) for _ in range(3)]
    assert passed == [True] * 3


def test_an_allowance_is_renewed_every_minute_and_tells_how_many_it_refused() -> None:
    now = 0.0
    allowance = LineAllowance(2, lambda: now)
    assert [allowance.used() for _ in range(5)] == [0, 0, None, None, None]
    now = MINUTE_S
    assert [allowance.used() for _ in range(3)] == [3, 0, None]
    assert (with_left_out("x", 1_234), with_left_out("x", 0)) == ("x (1,234 more were left out)", "x")


def test_a_steady_allowance_leaves_lines_for_every_second_of_a_flood() -> None:
    now, written = 0.0, list[float]()
    allowance = SteadyAllowance(600, lambda: now)
    for tick in range(6_000):  # 100 a second for a minute
        now = tick / 100
        if allowance.used() is not None:
            written.append(now)
    assert 590 <= len(written) <= 600
    assert {int(at) for at in written} == set(range(60))


def test_a_steady_allowance_says_with_the_next_line_how_many_it_refused() -> None:
    now = 0.0
    allowance = SteadyAllowance(20, lambda: now)
    assert [allowance.used() for _ in range(5)] == [0, 0, None, None, None]
    now = MINUTE_S
    assert [allowance.used() for _ in range(3)] == [3, 0, None]


@given(st.integers(1, 50), st.lists(st.floats(0, 20), max_size=200))
def test_no_minute_has_more_lines_than_a_steady_allowance_allows(most: int, waits: list[float]) -> None:
    now, written = 0.0, list[float]()
    allowance = SteadyAllowance(most, lambda: now)
    for wait in waits:
        now += wait
        if allowance.used() is not None:
            written.append(now)
    assert all(sum(since <= at < since + MINUTE_S for at in written) <= most for since in written)
