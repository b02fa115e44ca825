"""The real `chaos` command in a home of its own, signed in or not."""

import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rtk.verify.record import Recorded
from tests.publish.forked import Forked, forks
from tests.publish.server import ORG, TEAM, TOKEN, ToyConsole

ROOT = Path(__file__).parents[2]
LIMIT_S = 150.0


@dataclass
class Ended:
    """A command that has ended."""

    code: int
    out: str
    took: float


@dataclass
class Home:
    """A directory in which commands run, with nothing of the machine's own in sight."""

    path: Path
    environ: dict[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ("--no-log-file",)

    @property
    def runs(self) -> Path:
        """Where the run records are."""
        return self.path / "state" / "rtk" / "runs"

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.path / "settings.yaml"

    def env(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.path),
            "XDG_STATE_HOME": str(self.path / "state"),
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}",
            "LANG": "C.UTF-8",
            **self.environ,
        }

    def by_environment(self, toy: ToyConsole, token: str = TOKEN) -> "Home":
        """Signed in by RTK_URL and RTK_TOKEN, as in CI."""
        self.environ |= {"RTK_URL": toy.url, "RTK_TOKEN": token}
        return self

    def start(self, *arguments: str, session: bool = False) -> Forked:
        """Start `chaos`; in a session of its own, if so."""
        given = ["--no-version-check", *self.flags, "--settings", str(self.settings), *arguments]
        return forks().start(given, self.env(), self.path, session)

    def chaos(self, *arguments: str, answers: str | None = None) -> Ended:
        """Run `chaos` to its end; `answers` are typed in."""
        began = time.monotonic()
        with self.start(*arguments) as process:
            out = process.communicate(answers, timeout=LIMIT_S)
            assert process.returncode is not None
            return Ended(process.returncode, out, time.monotonic() - began)

    def records(self) -> list[Path]:
        return sorted(self.runs.glob("*.record"))

    def entries(self) -> list[dict[str, Any]]:
        """The entries of the latest record."""
        return list(Recorded(self.records()[-1]).entries())

    def write(self, name: str, document: Any) -> str:
        (self.path / name).write_text(json.dumps(document))
        return name

    def verification(self, lasts: float = 0.4, every: float = 0.05, **more: Any) -> str:
        """A verification with a condition and a rollback."""
        plan = {"frequency-of-measurement": every, "duration-of-conditions": lasts, **more.pop("plan", {})}
        block = {"name": "chaosiq", "verification": plan, **more.pop("block", {})}
        return self.write("verification.json", experiment(extensions=[block], **more))


def shell(name: str, script: str, **more: Any) -> dict[str, Any]:
    provider = {"type": "process", "path": "sh", "arguments": ["-c", script]}
    return {"type": "action", "name": name, "provider": provider, **more}


def experiment(**more: Any) -> dict[str, Any]:
    """A small experiment."""
    probe = {"type": "python", "module": "rtk.figures", "func": "count", "arguments": {"n": 1, "thing": "x"}}
    hypothesis = {
        "title": "It is steady",
        "probes": [{"type": "probe", "name": "counts", "provider": probe, "tolerance": "1 x"}],
    }
    return {
        "title": "Something is told",
        "description": "To a console.",
        "steady-state-hypothesis": hypothesis,
        "method": [shell("burn", "echo burnt >> notes")],
        "rollbacks": [shell("undo", "echo undone >> notes")],
        **more,
    }


def signed_in(toy: ToyConsole, **features: str) -> dict[str, Any]:
    """Settings as somebody signed in to the small console has them."""
    team = {"id": TEAM, "name": "A", "default": True}
    arguments = {
        "url": toy.url,
        "verify_tls": True,
        "organizations": [{"id": ORG, "name": "Org", "default": True, "teams": [team]}],
    }
    provider = {"type": "python", "module": "chaoscloud.controls", "arguments": arguments}
    auth = {"type": "bearer", "value": TOKEN}
    return {
        "auths": {toy.url.partition("://")[2]: auth},
        "controls": {"chaosiq-cloud": {"features": features, "provider": provider}},
    }
