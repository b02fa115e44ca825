"""Runs commands: delivers invocations, carries documents out, within MaxConcurrency and MaxErrors."""

import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rtk.lab import belongings
from rtk.lab.commands import Invocation, SentCommand
from rtk.lab.instance import Instance
from rtk.lab.procedure import Job, Procedure, StepResult
from rtk.lab.shepherd import Script

STDOUT_LIMIT, STDERR_LIMIT = 24_000, 8_000  # characters, as GetCommandInvocation gives them
# A lab that runs for weeks forgets its oldest commands.
COMMANDS_KEPT = 10_000
_OF_CODE = {
    "exit": ("Failed", "Failed"),
    "timed-out": ("TimedOut", "ExecutionTimedOut"),
    "cancelled": ("Cancelled", "Cancelled"),
}


@dataclass(frozen=True, slots=True)
class Written:
    """The whole output of a step: files of the instance, whose directory and whose name in it are here."""

    step: StepResult
    directory: Path
    name: str

    def output(self, stream: str, most: int = belongings.MOST) -> bytes:
        """Return the first bytes of `stdout` or `stderr`."""
        return belongings.read(self.directory, f"{self.name}.{stream}", most)


@dataclass(slots=True)
class Runner:
    """Every command of the lab. `store` is called with the outputs of an invocation that is over."""

    instances: dict[str, Instance]
    region: str
    store: Callable[[SentCommand, Invocation, list[Written]], None] = lambda *_: None
    commands: dict[str, SentCommand] = field(default_factory=dict)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _runs: "itertools.count[int]" = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        for instance in self.instances.values():
            instance.changed = self._wake

    def submit(self, command: SentCommand) -> None:
        """Take a command and start what may start at once."""
        with self._changed:
            self.commands[command.id] = command
            while len(self.commands) > COMMANDS_KEPT and next(iter(self.commands.values())).completed:
                self.commands.pop(next(iter(self.commands)))
        self._advance(command)

    def cancel(self, command: SentCommand, instance_ids: list[str]) -> None:
        """Cancel on these instances: what waits is cancelled now, what runs is being ended."""
        with self._changed:
            command.cancelling = True
            for instance_id in instance_ids:
                invocation = command.invocations[instance_id]
                invocation.cancel.set()
                if not invocation.over:
                    invocation.become("Cancelling" if invocation.under_way else "Cancelled")
            self._wake()
        for instance_id in instance_ids:
            if instance_id in self.instances:
                self.instances[instance_id].cancel(command.id)

    def status(self) -> dict[str, Any]:
        """Return what `rtk lab status` and `rtk lab top` show. CPU is seconds used so far, memory is resident bytes."""
        under_way: dict[str, list[dict[str, Any]]] = {one: [] for one in self.instances}
        for command in self.commands.values():
            for invocation in command.invocations.values():
                if not invocation.over and invocation.instance_id in under_way:
                    stated = {"id": command.id, "document": command.document_name, "status": invocation.status}
                    under_way[invocation.instance_id].append(stated)
        return {
            "instances": [
                {
                    "id": one.id,
                    "name": one.tags["Name"],
                    "url": one.url,
                    "state": one.state,
                    "cpus": len(one.room.cpus),
                    "processes": [asdict(process) for process in one.processes()],
                    "commands": under_way[one.id],
                }
                for one in self.instances.values()
            ]
        }

    def _wake(self) -> None:
        """Have whoever waits for an instance or a cancellation look again; the lock may be held already."""
        with self._changed:
            self._changed.notify_all()

    def _advance(self, command: SentCommand) -> None:
        """Start as many waiting invocations as MaxConcurrency allows; end them once MaxErrors is passed."""
        with self._changed:
            for invocation in command.invocations.values():
                if invocation.over or invocation.under_way:
                    continue
                if command.stopped_by_errors:
                    invocation.become("Cancelled", "Terminated")
                elif invocation.instance_id not in self.instances:
                    invocation.become("Failed", "Undeliverable")
                elif sum(one.under_way for one in command.invocations.values()) < command.at_once:
                    invocation.under_way = True
                    arguments = (command, invocation)
                    threading.Thread(target=self._invoke, args=arguments, name="invocation", daemon=True).start()

    def _invoke(self, command: SentCommand, invocation: Invocation) -> None:
        instance = self.instances[invocation.instance_id]
        written: list[Written] = []
        if self._deliver(command, invocation, instance):
            procedure = Procedure(
                command.document,
                command.values,
                lambda job, step: written.append(self._run(command, invocation, instance, job, step)),
                invocation.cancel.is_set,
            )
            invocation.steps = procedure.results
            outcome = procedure.carry_out()
            self.store(command, invocation, written)  # first: who waits for the end then finds where outputs are
        else:
            cancelled = invocation.cancel.is_set()
            outcome = ("Cancelled", "Cancelled") if cancelled else ("TimedOut", "DeliveryTimedOut")
        with self._changed:
            invocation.under_way = False
            invocation.become(*outcome)
            self._wake()
        self._advance(command)

    def _deliver(self, command: SentCommand, invocation: Invocation, instance: Instance) -> bool:
        """Wait until the instance is there to take the command, for at most its TimeoutSeconds."""
        deadline = time.monotonic() + command.delivery_s
        with self._changed:
            while instance.state != "running" and not invocation.cancel.is_set():
                if instance.state == "terminated" or time.monotonic() >= deadline:
                    return False
                invocation.become("Delayed")
                self._changed.wait(deadline - time.monotonic())
            if invocation.cancel.is_set():
                return False
            invocation.become("InProgress")
            invocation.started = time.time()
        return True

    def _run(
        self, command: SentCommand, invocation: Invocation, instance: Instance, job: Job, step: StepResult
    ) -> Written:
        run = f"{next(self._runs)}.{step.name.replace(':', '')}"
        written = Written(step, instance.room.directory, f"{belongings.COMMANDS}/{command.id}/{run}")
        try:
            belongings.write_program(written.directory, written.name, job.text)
        except belongings.Disturbed as problem:
            step.status, step.details, step.code = "Failed", "Failed", -1
            step.stderr = f"The script could not be brought to the instance: {problem.strerror}."
            return written
        inner = instance.room.inner_directory / written.name
        script = Script(
            run=run,
            command=command.id,
            path=str(inner),
            directory=job.directory or str(inner.parent),
            timeout_s=job.timeout_s,
            environment={**instance.environment(self.region), **job.environment},
        )
        self._watch(instance, script, invocation, step)
        # A character takes four bytes at most.
        step.stdout = _start_of(written.output("stdout", STDOUT_LIMIT * 4), STDOUT_LIMIT)
        step.stderr = _start_of(written.output("stderr", STDERR_LIMIT * 4), STDERR_LIMIT) + step.stderr
        step.stderr = step.stderr[-STDERR_LIMIT:]  # its end, where it says why a script was lost
        return written

    def _watch(self, instance: Instance, script: Script, invocation: Invocation, step: StepResult) -> None:
        """Run the script to its end and note how it ended."""
        running = instance.run(script)
        if invocation.cancel.is_set():  # cancelled between the question and the start
            instance.cancel(script.command)
        running.over.wait()
        step.ended = time.time()
        step.started = running.started or step.started
        assert running.ended is not None, "over is set after ended"
        step.status, step.details = _OF_CODE.get(running.ended.why, ("Failed", "Failed"))
        step.code = running.ended.code
        if running.ended.why == "exit" and step.code == 0:
            step.status = step.details = "Success"
        lost = running.ended.why == "lost"
        step.stderr = "\nThe instance stopped, or the script's shepherd was killed." if lost else ""


def _start_of(raw: bytes, characters: int) -> str:
    """The first characters of an output; bytes that are no UTF-8 become U+FFFD."""
    return raw.decode("utf-8", errors="replace")[:characters]
