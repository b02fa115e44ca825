"""What a console learned of outages, read from a file."""

from typing import Any

import pytest

from rtk.errors import BadInput
from rtk.experiment.learned import learned_in
from rtk.insight.outage_length import Learned


def test_what_a_console_wrote_is_read() -> None:
    assert learned_in({"seconds": 41.2, "outages": 12, "runs": 5}, "x") == Learned(41.2, 12, 5)
    assert learned_in(None, "x") is None


@pytest.mark.parametrize(
    ("learned", "said"),
    [
        ("41 s", "x: expected a mapping, not "),
        ({"seconds": 0, "outages": 12, "runs": 5}, "x.seconds: expected seconds above 0 and at most 2592000, not 0"),
        ({"seconds": 41.2, "outages": 0, "runs": 5}, "x.outages: expected a whole number from 1 to 1,000,000,000,000"),
        ({"seconds": 41.2, "outages": 12}, "x.runs: expected a whole number from 1 to"),
        ({"seconds": 41.2, "outages": 12, "runs": 5, "days": 90}, "x.days: unknown"),
    ],
)
def test_what_cannot_have_been_learned_is_refused_in_one_sentence(learned: Any, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        learned_in(learned, "x")
    assert str(refused.value).startswith(said)
