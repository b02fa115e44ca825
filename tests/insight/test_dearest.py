"""The dearest of several runs counts, and another may be dearer."""

import pytest
from msgspec.structs import replace

from rtk.insight.dearest import dearest_of
from rtk.insight.occurrence import Allowance, Occurrence
from rtk.insight.occurs import Occurs
from tests.insight.test_occurrence import FOR_20_MIN, TWICE, priced

CHEAP, DEAR = priced(4 * "x" + 40 * "."), priced(20 * "x" + 40 * ".")
OPEN = priced(60 * "x")


def test_the_dearest_counts_and_says_how_much_it_covers() -> None:
    found = dearest_of([CHEAP, DEAR, CHEAP], TWICE)
    assert found is not None
    assert (found.occurrence, found.runs, found.answer) == (DEAR, 3, Allowance.WITHIN)
    assert found.covered == pytest.approx(0.368, abs=1e-3)
    assert found.sentence.startswith(
        "By the run that cost most of 3 runs: one occurrence costs 21 s of bad time. Expected 2 times in 30 days:"
    )


def test_of_many_runs_nothing_is_said_of_few() -> None:
    found = dearest_of(5 * [CHEAP], TWICE)
    assert found is not None
    assert "say little" not in found.sentence


def test_one_that_is_beyond_is_beyond_for_all() -> None:
    occurs = Occurs(9, 3600.0)
    runs = [priced(marks + 40 * ".", occurs=occurs) for marks in ("x", 20 * "x")]
    found = dearest_of(runs, occurs)
    assert found is not None
    assert found.answer is Allowance.BEYOND


def test_while_the_cost_of_one_is_not_known_the_answer_is_not() -> None:
    found = dearest_of([CHEAP, OPEN], TWICE)
    assert found is not None
    assert (found.answer, found.runs, found.unpriced) == (Allowance.UNKNOWN, 1, 1)
    assert found.sentence.endswith("Of 1 run the whole cost is not known.")
    alone = dearest_of([OPEN], TWICE)
    assert alone is not None
    assert (alone.occurrence, alone.sentence) == (None, "Of 1 run the whole cost is not known.")


def test_runs_that_say_nothing_are_not_counted() -> None:
    nothing = priced(60 * "-", recovery=6 * "-")
    assert dearest_of([nothing], TWICE) is None
    found = dearest_of([nothing, CHEAP], TWICE)
    assert found is not None
    assert (found.runs, found.unpriced) == (1, 0)


def test_runs_of_which_something_else_was_expected_answer_another_question() -> None:
    lasting = priced(60 * "x", occurs=FOR_20_MIN)
    assert dearest_of([lasting], TWICE) is None
    strict = replace(TWICE, strict=True)
    assert dearest_of([CHEAP], strict) is not None


def test_without_runs_there_is_none() -> None:
    none: list[Occurrence] = []
    assert dearest_of(none, TWICE) is None
