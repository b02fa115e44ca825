"""Killing a run at a chosen moment, and what must then be true of it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rtk.verify import guardian_process, processes
from rtk.verify.record import Recorded

CHAOS = Path(sys.executable).parent / "chaos"
PATIENCE_S = 60.0

# Each activity notes its start and its end; the first condition leaves a process behind, as a load would.
NOTE = 'echo "$(date +%s.%N) {name} start" >> "$LOG"; {work}; echo "$(date +%s.%N) {name} end" >> "$LOG"'


def activity(name: str, work: str = "sleep 0.15", **more: Any) -> dict[str, Any]:
    """An action that takes notes."""
    script = NOTE.format(name=name, work=work)
    return {
        "type": "action",
        "name": name,
        "provider": {"type": "process", "path": "sh", "arguments": ["-c", script]},
        **more,
    }


def experiment(url: str, conditions_s: float, rules: Mapping[str, Any]) -> dict[str, Any]:
    """A verification of about two seconds besides its conditions, with time in every phase to be killed in.

    `rules` say what stops it.
    """
    timed = {"type": "python", "module": "chaoscloud.probes.http", "func": "time_http_call", "arguments": {"url": url}}
    under = {
        "type": "python",
        "module": "chaoscloud.tolerances.http",
        "func": "response_time_under",
        "arguments": {"duration": 500},
    }
    tolerance = {"type": "probe", "name": "quick", "provider": under}
    hypothesis = {
        "title": "It answers",
        "probes": [{"type": "probe", "name": "time", "provider": timed, "tolerance": tolerance}],
    }
    plan = {
        "frequency-of-measurement": 0.05,
        "duration-of-conditions": conditions_s,
        "warm-up-duration": 0.5,
        "cool-down-duration": 0.5,
        "objective": {"target": 0.9, "window": "1d"},
        "stop-when": rules,
    }
    return {
        "title": "A run that is killed",
        "description": "At a moment of chance.",
        "steady-state-hypothesis": hypothesis,
        "method": [
            activity("burn", "(sleep 600 >/dev/null 2>&1 &) ; sleep 0.15"),
            activity("burn-more", pauses={"before": 0.2}),
        ],
        "rollbacks": [activity("unburn"), activity("unburn-more")],
        "extensions": [{"name": "chaosiq", "verification": plan}],
    }


@dataclass
class Death:
    """A run that was killed, and what is found once everything about it has come to rest."""

    place: Path
    signals: tuple[int, ...]
    after: float = 0.0
    once: str = ""
    conditions_s: float = 1.2
    with_guardian: bool = False
    options: tuple[str, ...] = ()
    rules: Mapping[str, Any] = field(default_factory=dict)
    recorded: str = ""
    code: int = 0
    output: str = ""
    entries: list[dict[str, Any]] = field(default_factory=list)

    def happen(self, url: str) -> "Death":
        """Start the run, send it the signals, wait until all is at rest.

        They are sent `after` seconds from the first line of its record, or from the note `once`, such as `burn end`, or
        from when its record has the text `recorded`.
        """
        self.place.mkdir(parents=True)
        (self.place / "experiment.json").write_text(json.dumps(experiment(url, self.conditions_s, self.rules)))
        with (self.place / "output").open("w") as output:
            process = subprocess.Popen(
                [CHAOS, "--no-version-check", "--no-log-file", "verify", *self.options, "experiment.json"],
                cwd=self.place,
                env=self.environ(),
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
            while not self._is_due() and process.poll() is None:
                time.sleep(0.01)
            time.sleep(self.after)
            if self.with_guardian:
                process.send_signal(signal.SIGSTOP)  # else it might put another guardian in the place of this one
                self._kill_guardian()
            for number in self.signals:
                if process.poll() is None:
                    process.send_signal(number)
                    time.sleep(0.1 if number == signal.SIGSTOP else 0)
            self.code = process.wait(PATIENCE_S)
        until(lambda: self.with_guardian or not self.at_work())
        self.output = (self.place / "output").read_text()
        return self.read()

    def read(self) -> "Death":
        """Read its record, once more where something came to it since."""
        self.entries = list(Recorded(self.record()[0]).entries()) if self.record() else []
        return self

    def _is_due(self) -> bool:
        log = self.place / "log"
        noted = log.read_text() if self.once and log.exists() else ""
        found = self.record()
        if not found or (self.once and f" {self.once}\n" not in noted):
            return False
        return not self.recorded or self.recorded in found[0].read_text(errors="replace")

    def _kill_guardian(self) -> None:
        script = str(Path(guardian_process.__file__))
        for pid in (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()):
            command = processes.command_of(pid)
            if script in command and str(self.place) in command:
                os.kill(pid, signal.SIGKILL)

    def environ(self) -> dict[str, str]:
        """The environment of the run's command."""
        state = {"XDG_STATE_HOME": str(self.place / "state"), "HOME": str(self.place), "LOG": str(self.place / "log")}
        return {**os.environ, **state}

    def record(self) -> list[Path]:
        """The record, once it has its first line; those of later runs come after it."""
        return sorted(path for path in self.place.glob("state/rtk/runs/*.record") if path.stat().st_size)

    def at_work(self) -> list[str]:
        """Processes that still belong to the run: its own, its guardian, whoever undoes it."""
        marked = set().union(*(processes.marked(path.stem) for path in self.record()))
        others = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
        told = {pid: processes.command_of(pid) for pid in others if pid != os.getpid()}
        return [command for pid, command in told.items() if pid in marked or f"{self.place}/" in command]

    def clear(self) -> None:
        """End what a run that nobody undid left at work, as the machine that was lost would have."""
        for pid in set().union(*(processes.marked(path.stem) for path in self.record())):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def notes(self, name: str) -> list[tuple[float, str]]:
        """When an activity started and ended, by its own notes."""
        log = self.place / "log"
        lines = [line.split() for line in (log.read_text().splitlines() if log.exists() else [])]
        return [(float(at), what) for at, noted, what in lines if noted == name]

    def check(self) -> None:
        """What must be true whatever the moment was."""
        began = any(e["kind"] == "intent" and e["role"] == "condition" for e in self.entries)
        intents = Counter(e["name"] for e in self.entries if e["kind"] == "intent" and e["role"] == "rollback")
        for name in ("unburn", "unburn-more"):
            starts = [at for at, what in self.notes(name) if what == "start"]
            if not began:
                assert not starts, f"{name} was played though no condition had begun"
            else:
                assert len(starts) >= 1, f"{name} was not played"
                assert len(starts) <= intents[name], f"{name} was played more often than was intended"
                assert len(starts) == 1 or intents[name] == 2, f"{name} was played twice by one process"
                assert all(at > burnt for at in starts for burnt, _ in self.notes("burn")[:1])
        assert not self.at_work()
        self._check_kept()

    def _check_kept(self) -> None:
        if not self.entries:
            return
        assert self.entries[-1]["kind"] == "end"
        assert [e["n"] for e in self.entries] == list(range(len(self.entries)))
        journal = json.loads((self.place / "journal.json").read_text())
        measured = [e for e in self.entries if e["kind"] == "measurement"]
        assert len(journal["steady_states"]["during"]) == len(measured)
        insight, ended = journal["extensions"][0]["insight"], self.entries[-1]["status"]
        completes = insight["stopped"] is None or insight["stop_cause"] == "decided"
        assert completes == (ended == "completed"), (insight["stopped"], ended)


def chaos(death: Death, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run `chaos` where the run has died."""
    return subprocess.run(
        [str(CHAOS), "--no-version-check", "--no-log-file", *arguments],
        cwd=death.place,
        env=death.environ(),
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def until(true: Any) -> None:
    patience = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < patience, "nothing comes to rest"
        time.sleep(0.1)
