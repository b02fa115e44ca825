"""How often a rollback is tried, by its document."""

from typing import Any

import pytest

from rtk.verify.tries import TRIES, tries_of


@pytest.mark.parametrize(("tries", "expected"), [(1, 1), (7, 7), (0, TRIES), (-1, TRIES), (True, TRIES), ("2", TRIES)])
def test_a_rollback_is_tried_as_often_as_it_says_where_that_can_be(tries: Any, expected: int) -> None:
    assert tries_of({"extensions": [{"name": "rtk", "tries": tries}]}) == expected


def test_a_rollback_that_says_nothing_is_tried_three_times() -> None:
    assert tries_of({}) == TRIES == 3
