"""Which steps run, and what becomes of the whole, without any process."""

import json
from typing import Any, NamedTuple

import pytest

from rtk.lab.document import parse
from rtk.lab.procedure import Job, Procedure, StepResult
from tests.lab.world import shell


class Played(NamedTuple):
    outcome: tuple[str, str]
    results: list[StepResult]


def played(steps: list[dict[str, Any]], codes: dict[str, list[int]], cancel_after: str | None = None) -> Played:
    """Carry out steps whose scripts end with these codes in turn; "timeout" is -1."""
    document = parse(json.dumps({"schemaVersion": "2.2", "mainSteps": steps}), "JSON")
    ran: list[str] = []

    def run(_: Job, result: StepResult) -> None:
        ran.append(result.name)
        result.code = codes.get(result.name, [0]).pop(0) if codes.get(result.name) else 0
        outcome = {0: ("Success", "Success"), -1: ("TimedOut", "ExecutionTimedOut")}.get(
            result.code, ("Failed", "Failed")
        )
        result.status, result.details = outcome

    procedure = Procedure(document, {}, run, lambda: cancel_after in ran)
    return Played(procedure.carry_out(), procedure.results)


def told(played: Played) -> list[str]:
    return [result.details for result in played.results]


def abc(**of_a: Any) -> list[dict[str, Any]]:
    return [shell("x", name="a", **of_a), shell("x", name="b"), shell("x", name="c")]


def test_a_failed_step_does_not_stop_the_others_but_fails_the_whole() -> None:
    procedure = played(abc(), {"a": [1]})
    assert told(procedure) == ["Failed", "Success", "Success"]
    assert procedure.outcome == ("Failed", "Failed")


@pytest.mark.parametrize(
    ("options", "code", "details", "whole"),
    [
        ({"inputs": {"onFailure": "exit"}}, 1, ["Failed", "Skipped", "Skipped"], "Failed"),
        ({"onFailure": "Abort"}, 1, ["Failed", "Skipped", "Skipped"], "Failed"),
        ({"onFailure": "Continue"}, 1, ["Failed", "Success", "Success"], "Failed"),
        ({"inputs": {"onFailure": "successAndExit"}}, 1, ["Success", "Skipped", "Skipped"], "Success"),
        ({"inputs": {"onFailure": "exit"}}, 0, ["Success", "Success", "Success"], "Success"),
        ({"inputs": {"onSuccess": "exit"}}, 0, ["Success", "Skipped", "Skipped"], "Success"),
        ({"isEnd": True}, 0, ["Success", "Skipped", "Skipped"], "Success"),
        ({"isEnd": True}, 1, ["Failed", "Skipped", "Skipped"], "Failed"),
        ({"isCritical": False}, 1, ["Failed", "Success", "Success"], "Success"),
        ({"isCritical": "false"}, -1, ["ExecutionTimedOut", "Success", "Success"], "Success"),
        ({}, -1, ["ExecutionTimedOut", "Success", "Success"], "TimedOut"),
    ],
)
def test_what_a_step_does_to_those_after_it(options: dict[str, Any], code: int, details: list[str], whole: str) -> None:
    procedure = played(abc(**options), {"a": [code]})
    assert told(procedure) == details
    assert procedure.outcome[0] == whole


def test_the_finally_step_runs_after_an_exit() -> None:
    steps = [shell("x", name="a", inputs={"onFailure": "exit"}), shell("x", name="b")]
    steps.append(shell("x", name="c", inputs={"finallyStep": True}))
    assert told(played(steps, {"a": [1]})) == ["Failed", "Skipped", "Success"]


def test_a_step_is_attempted_as_often_as_it_may() -> None:
    assert told(played(abc(maxAttempts=3), {"a": [1, 1, 0]}))[0] == "Success"
    assert told(played(abc(maxAttempts=2), {"a": [1, 1, 0]}))[0] == "Failed"
    assert told(played(abc(inputs={"maxAttempts": "2"}), {"a": [1, 0]}))[0] == "Success"


def test_nothing_more_is_begun_once_cancelled() -> None:
    procedure = played(abc(), {}, cancel_after="a")
    assert told(procedure) == ["Success", "Cancelled", "Cancelled"]
    assert procedure.outcome == ("Cancelled", "Cancelled")


@pytest.mark.parametrize(
    ("operands", "runs"),
    [
        (["platformType", "Linux"], True),
        (["Linux", "platformType"], True),
        (["platformType", "Windows"], False),
        (["platformType"], False),
    ],
)
def test_a_precondition_decides_whether_a_step_runs(operands: list[str], runs: bool) -> None:
    procedure = played(abc(precondition={"StringEquals": operands}), {})
    assert told(procedure)[0] == ("Success" if runs else "Skipped")


def test_a_document_none_of_whose_steps_ran_says_so() -> None:
    step = shell("x", precondition={"StringEquals": ["platformType", "Windows"]})
    assert played([step], {}).outcome == ("Success", "Skipped")


@pytest.mark.parametrize("inputs", [{"runCommand": None}, {"timeoutSeconds": "soon"}, {"timeoutSeconds": 1e9}])
def test_inputs_that_make_no_sense_fail_the_step_with_a_sentence(inputs: dict[str, Any]) -> None:
    result = played([shell("x", inputs=inputs)], {}).results[0]
    assert result.status == "Failed"
    assert result.stderr.startswith("Step step:")
