"""Activities, probes, controls and tolerances that fork, and let the fork come back."""

import os
import time
from pathlib import Path
from typing import Any

from rtk.clock import SystemClock

notes = Path()


def note(text: str) -> None:
    """Write a word down."""
    with notes.open("a") as file:
        file.write(f"{text}\n")


def act(name: str, forks: str = "") -> None:
    """An action that forks as it is told: to come back, to raise, or to leave."""
    note(name)
    if forks and _forked():
        if forks == "raising":
            raise RuntimeError("in the fork")
        if forks == "leaving":
            raise SystemExit(0)


def measure(forks: bool = False) -> int:
    """A probe."""
    if forks:
        _forked()
    return 1


def tolerate(value: int, forks: bool = False) -> bool:
    """A tolerance."""
    if forks:
        _forked()
    return value == 1


def after_activity_control(context: dict[str, Any], **_: Any) -> None:
    """A control."""
    if context["type"] == "action" and context["name"] == "first":
        _forked()


def _forked() -> bool:
    """Fork; true in the fork. The other one waits for what the fork would do, were it to go on as the run."""
    child = os.fork()
    if child:
        time.sleep(0.3)
        return False
    note("forked")
    return True


def clock() -> SystemClock:
    """Time as it is, for forks do not know of virtual time."""
    return SystemClock()


def experiment(where: str) -> dict[str, Any]:
    """An experiment of which one part forks."""
    tolerance = {"type": "probe", "name": "one", "provider": _python("tolerate", forks=where == "tolerance")}
    probe = {"type": "probe", "name": "p", "provider": _python("measure", forks=where == "probe")}
    forks = where if where in ("action", "raising", "leaving") else ""
    control = {"name": "c", "provider": {"type": "python", "module": "tests.verify.forking"}}
    return {
        "title": "Something forks",
        "description": "And comes back.",
        "controls": [control] if where == "control" else [],
        "steady-state-hypothesis": {"title": "h", "probes": [{**probe, "tolerance": tolerance}]},
        "method": [_action("first", forks), _action("second")],
        "rollbacks": [_action("undo", "rollback" if where == "rollback" else "")],
    }


def _action(name: str, forks: str = "") -> dict[str, Any]:
    return {"type": "action", "name": name, "provider": _python("act", name=name, forks=forks)}


def _python(func: str, **arguments: Any) -> dict[str, Any]:
    return {"type": "python", "module": "tests.verify.forking", "func": func, "arguments": arguments}
