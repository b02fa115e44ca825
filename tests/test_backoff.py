"""Pauses between tries, longer each time."""

import pytest

from rtk.backoff import Backoff


def test_each_pause_is_longer_up_to_the_longest() -> None:
    pauses = Backoff(0.5, 2.0, 20.0)
    assert [pauses.pause(tries) for tries in range(8)] == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 20.0, 20.0]


@pytest.mark.parametrize("factor", [1.5, 2.0, 3.0])
def test_after_however_many_tries_it_is_the_longest(factor: float) -> None:
    assert Backoff(0.1, factor, 5.0).pause(10_000) == 5.0
