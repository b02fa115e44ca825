"""Carrying a document out on one instance, step by step; what each step may do to those after it.

The order and its exceptions, as Run Command has them: a failed step does not stop the others unless it says
`onFailure: exit`; `isEnd` and `onSuccess: exit` end the document; the `finallyStep` runs in any case but a
cancelled one; a step that is not `isCritical` does not fail the whole.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rtk.lab.document import SHELL, DocumentStep, SsmDocument
from rtk.lab.parameters import by_environment, filled

PLATFORM = "Linux"
LONGEST_S = 172_800  # two days, AWS's limit for timeoutSeconds


@dataclass(slots=True)
class StepResult:
    """What became of a step: AWS's status and details, exit code, wall-clock times, output."""

    name: str
    action: str
    status: str = "Pending"
    details: str = "Pending"
    code: int = -1
    started: float | None = None
    ended: float | None = None
    stdout: str = ""
    stderr: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """A script ready to run: its text, time limit (seconds), directory inside the instance, environment."""

    text: str
    timeout_s: float
    directory: str | None
    environment: dict[str, str]


@dataclass(slots=True)
class Procedure:
    """One carrying out. `run` does a job and fills the result in; `cancelled` is asked before each step."""

    document: SsmDocument
    values: Mapping[str, Any]
    run: Callable[[Job, StepResult], None]
    cancelled: Callable[[], bool]
    results: list[StepResult] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.results = [StepResult(step.name, step.action) for step in self.document.steps]

    def carry_out(self) -> tuple[str, str]:
        """Do every step in its order; the whole's status and details."""
        ended_by: str | None = None
        counted = set[str]()
        for step, result in zip(self.document.steps, self.results, strict=True):
            if self.cancelled():
                _settle(result, "Cancelled", "Cancelled")
            elif ended_by and not step.is_finally:
                _skip(result, f"Step skipped: step {ended_by} ended the document.\n")
            else:
                self._do(step, result)
                exits = step.on_success_exit if result.code == 0 else step.on_failure in {"exit", "success-and-exit"}
                if (step.is_end or exits) and result.details != "Skipped":  # what was not done ends nothing
                    # The first that ended it is the one to be told.
                    ended_by = ended_by or step.name
            if step.is_critical or result.status == "Cancelled":
                counted.add(result.status)
        for status, details in (("Cancelled", "Cancelled"), ("TimedOut", "ExecutionTimedOut"), ("Failed", "Failed")):
            if status in counted:
                return status, details
        skipped = all(result.details == "Skipped" for result in self.results)
        return "Success", "Skipped" if skipped else "Success"

    def _do(self, step: DocumentStep, result: StepResult) -> None:
        result.started = time.time()
        result.status = result.details = "InProgress"
        if (unmet := self._unmet(step)) is not None:
            _skip(result, unmet)
        elif step.action != SHELL:
            sentence = f"Step {step.name}: the lab does not have the action {step.action}; it has {SHELL}."
            _settle(result, "Failed", "Failed", 1, stderr=sentence)
        else:
            values, environment = by_environment(self.document.parameters, self.values)
            inputs = filled(step.inputs, values)
            try:
                job = _job(step, inputs, environment)
            except ValueError as problem:
                _settle(result, "Failed", "Failed", 1, stderr=str(problem))
            else:
                for _ in range(step.max_attempts):
                    self.run(job, result)
                    if result.status in {"Success", "Cancelled"} or self.cancelled():
                        break
                if step.on_failure == "success-and-exit" and result.status in {"Failed", "TimedOut"}:
                    result.status = result.details = "Success"
        result.ended = result.ended or time.time()

    def _unmet(self, step: DocumentStep) -> str | None:
        """Why the step's precondition does not hold, or None."""
        for operator, operands in step.precondition.items():
            if operator != "StringEquals" or not isinstance(operands, list) or len(operands) != 2:
                return f"Step skipped: the precondition {operator} {operands} is not understood.\n"
            left, right = (
                PLATFORM if one == "platformType" else str(filled(str(one), self.values)) for one in operands
            )
            if left != right:
                return f"Step skipped: its precondition StringEquals {operands} does not hold on this instance.\n"
        return None


def _job(step: DocumentStep, inputs: Mapping[str, Any], environment: dict[str, str]) -> Job:
    lines = inputs.get("runCommand")
    if isinstance(lines, str):
        lines = [lines]
    if not isinstance(lines, list) or not all(isinstance(line, str | int | float) for line in lines):
        raise ValueError(f"Step {step.name}: runCommand must be a list of lines.")
    stated = inputs.get("timeoutSeconds") or 3600
    try:
        timeout_s = float(stated)
    except (TypeError, ValueError):
        raise ValueError(f"Step {step.name}: timeoutSeconds must be a number, not '{stated}'.") from None
    if not 0 < timeout_s <= LONGEST_S:
        raise ValueError(f"Step {step.name}: timeoutSeconds must be more than 0 and at most {LONGEST_S}, not {stated}.")
    text = "\n".join(str(line) for line in lines) + "\n"
    return Job(text, timeout_s, inputs.get("workingDirectory") or None, environment)


def _settle(result: StepResult, status: str, details: str, code: int = -1, stderr: str = "") -> None:
    result.status, result.details, result.code, result.stderr = status, details, code, stderr


def _skip(result: StepResult, why: str) -> None:
    result.status, result.details, result.code, result.stdout = "Success", "Skipped", 0, why
