"""What is known of commands: a command, its invocations, and how its status follows from theirs."""

import math
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rtk.lab.document import SsmDocument
from rtk.lab.procedure import StepResult

OVER = frozenset({"Success", "Failed", "TimedOut", "Cancelled"})
DELIVERY_S = 3600  # AWS's default for TimeoutSeconds


@dataclass(slots=True)
class Invocation:
    """A command on one instance. Times are seconds since the epoch."""

    instance_id: str
    requested: float = field(default_factory=time.time)
    status: str = "Pending"
    details: str = "Pending"
    steps: list[StepResult] = field(default_factory=list)
    started: float | None = None
    ended: float | None = None
    cancel: threading.Event = field(default_factory=threading.Event)
    under_way: bool = False
    stored: dict[str, str] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        return self.status in OVER

    def become(self, status: str, details: str | None = None) -> None:
        self.status, self.details = status, details or status
        if self.over and self.ended is None:
            self.ended = time.time()


@dataclass(slots=True)
class SentCommand:
    """What SendCommand was asked, and what became of it. `request` is the request as it came."""

    id: str
    document: SsmDocument
    document_name: str
    document_version: str
    values: Mapping[str, Any]
    request: Mapping[str, Any]
    invocations: dict[str, Invocation]
    requested: float = field(default_factory=time.time)
    cancelling: bool = False

    @property
    def delivery_s(self) -> int:
        return int(self.request.get("TimeoutSeconds", DELIVERY_S))

    @property
    def at_once(self) -> int:
        """MaxConcurrency as a number of instances; a percentage is rounded down, to at least one."""
        return max(1, _number(str(self.request.get("MaxConcurrency", "50")), len(self.invocations)))

    @property
    def errors_allowed(self) -> int:
        return _number(str(self.request.get("MaxErrors", "0")), len(self.invocations))

    @property
    def errors(self) -> int:
        """Invocations that count against MaxErrors: failed or timed out while running."""
        return sum(one.details in {"Failed", "ExecutionTimedOut"} for one in self.invocations.values())

    @property
    def delivery_timed_out(self) -> int:
        return sum(one.details == "DeliveryTimedOut" for one in self.invocations.values())

    @property
    def completed(self) -> int:
        return sum(one.over for one in self.invocations.values())

    @property
    def stopped_by_errors(self) -> bool:
        return self.errors > self.errors_allowed

    def status(self) -> tuple[str, str]:
        """Status and StatusDetails of the whole, from its invocations."""
        if not self.invocations:
            return "Failed", "NoInstancesInTag"
        if all(one.over for one in self.invocations.values()):
            return _finished(self)
        if self.cancelling:
            return "Cancelling", "Cancelling"
        waiting = {one.status for one in self.invocations.values()} <= {"Pending"}
        return ("Pending", "Pending") if waiting else ("InProgress", "InProgress")


def _number(text: str, of: int) -> int:
    if text.endswith("%"):
        return math.floor(int(text[:-1]) * of / 100)
    return int(text)


def _finished(command: SentCommand) -> tuple[str, str]:
    details = Counter(one.details for one in command.invocations.values())
    good = details["Success"] + details["Skipped"]
    if good == len(command.invocations):
        return "Success", "Success"
    if command.stopped_by_errors:
        return ("TimedOut", "ExecutionTimedOut") if not details["Failed"] else ("Failed", "Failed")
    if command.cancelling and details["Cancelled"]:
        return "Cancelled", "Cancelled"
    if details["DeliveryTimedOut"] == len(command.invocations):
        return "TimedOut", "DeliveryTimedOut"
    return "Failed", "Incomplete"
