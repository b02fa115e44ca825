"""What was not undone, in sentences."""

import pytest

from rtk.insight.restoration_wording import NOT_PLAYED, problem_of, sentence_of
from rtk.insight.shape import RestoreProblem, Unrestored


def test_a_failed_rollback_is_told_with_the_command_to_run_by_hand() -> None:
    left = Unrestored(RestoreProblem.FAILED, "stop the load", 3, "It ended with status 3.", "kill 4711")
    told = 'The rollback "stop the load" failed after 3 tries: It ended with status 3.'
    assert problem_of(left) == told
    assert sentence_of(left) == f"{told} Run by hand: kill 4711"


@pytest.mark.parametrize("name", ["stop the load", 'the "load" interrupted', ""])
def test_an_interrupted_rollback_was_interrupted_whatever_its_name(name: str) -> None:
    assert sentence_of(Unrestored(RestoreProblem.INTERRUPTED, name)) == f'The rollback "{name}" was interrupted.'


def test_rollbacks_that_were_not_played_have_no_name() -> None:
    assert sentence_of(Unrestored(RestoreProblem.NOT_PLAYED)) == NOT_PLAYED


@pytest.mark.parametrize("problem", RestoreProblem)
def test_every_problem_is_a_sentence(problem: RestoreProblem) -> None:
    assert sentence_of(Unrestored(problem, "stop")).endswith(".")
