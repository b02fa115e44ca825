"""How long what could not be sent waits."""

from datetime import timedelta

from rtk.console.notify.patience import CLAIMED, delay


def test_each_try_waits_longer_up_to_an_hour() -> None:
    assert [delay(tries).total_seconds() for tries in (1, 2, 3, 4)] == [10, 30, 90, 270]
    assert max(delay(tries) for tries in range(1, 1000)) == timedelta(hours=1)


def test_a_try_is_over_before_another_begins() -> None:
    assert timedelta(seconds=10) < CLAIMED
