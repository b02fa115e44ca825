"""A value of a file is what its key expects, or is refused with its place."""

from collections.abc import Callable
from typing import Any

import pytest

from rtk.errors import BadInput
from rtk.experiment import values
from rtk.insight.plan_limits import Range


@pytest.mark.parametrize(
    ("read", "good", "bad"),
    [
        (values.text, "a", ["", " ", 3, "a" * 501]),
        (values.flag, True, [1, 0, "true", None]),
        (lambda v, p: values.count(v, p, 5), 5, [0, 6, 1.5, "1", True]),
        (lambda v, p: values.within(v, p, Range(0, 9)), 0.0, [-1, 9.5, "1s", float("nan")]),
        (lambda v, p: values.within(v, p, Range(0, 9, above=True)), 9.0, [0]),
        (values.outage, 60.0, [0, "31d", "-1s"]),
        (values.proof, 60.0, [59, "367d", "-1s"]),
        (values.budget, 1.0, [0, 1.1, "half"]),
        (values.budget_window, 60.0, [0, "-1s", "a while"]),
        (lambda v, p: values.known(v, p, frozenset(("a",))), {"a": 1}, [{"b": 1}, [], "a"]),
        (lambda v, p: values.typed(v, list, p), [1], [{}, 1]),
    ],
)
def test_what_is_expected_is_taken_and_all_else_refused(
    read: Callable[[Any, str], Any], good: Any, bad: list[Any]
) -> None:
    assert read(good, "here") == good
    for value in bad:
        with pytest.raises(BadInput, match=r"^here"):
            read(value, "here")
