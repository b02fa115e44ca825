"""How an objective's page says how long an outage lasts, and under which conditions it is promised."""

import pytest

from rtk.console.pages.objectives.queries import outage, under
from rtk.console.store.models import Objective
from rtk.insight.outage_length import Learned

LEARNED = Learned(41.238, 12, 5)
TOLD = "41.2 s on average, as learned from 12 outages in 5 earlier runs for the objective"


@pytest.mark.parametrize(
    ("declared", "learned", "said"),
    [
        (None, None, "nobody said: three measurements or 10 s are assumed, whichever is longer"),
        (30.0, None, "30 s on average, as declared"),
        (
            60.0,
            LEARNED,
            "1 min on average, as declared; 12 outages in 5 earlier runs for the objective say no more than 41.2 s",
        ),
        (None, LEARNED, TOLD),
        (
            30.0,
            LEARNED,
            f"{TOLD}; the 30 s that was declared is shorter and does not count",
        ),
    ],
)
def test_the_length_is_told_with_where_it_is_from(declared: float | None, learned: Learned | None, said: str) -> None:
    assert outage(Objective(outage_lasts_s=declared), learned) == said


@pytest.mark.parametrize(
    ("method", "said"),
    [
        ([{"type": "action", "name": "burn"}], 'while "burn" lasts'),
        ([{"type": "action", "name": "burn"}, {"ref": "probe"}], 'while "burn" and "probe" last'),
        ([{"type": "probe", "name": "look"}], "without any condition"),
        (None, "without any condition"),
    ],
)
def test_the_conditions_that_it_is_promised_under_are_named(method: object, said: str) -> None:
    assert under({"method": method}) == said
