"""What is written down of a running lab, for the other commands: `$XDG_STATE_HOME/rtk/lab/lab.json`."""

import contextlib
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rtk.errors import ToolkitError
from rtk.lab import processes
from rtk.lab.seccomp import Lacking
from rtk.log import LogFormat

REGION = "eu-west-1"
LOG = "lab.log"


class NoLab(ToolkitError):
    """There is no lab where one is needed."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a lab is to be: times are seconds, `cpus` per instance, `work_s` CPU time per `/random` answer.

    `nice` is the niceness of the web server.
    """

    instances: int = 2
    port: int = 4566
    web_port: int = 8080
    cpus: int = 1
    work_s: float = 0.8
    nice: int = 0
    restart_after_s: float = 10.0
    invocation_delay_s: float = 0.3
    isolated: bool = True
    tags: dict[str, str] = field(default_factory=dict)
    log_format: LogFormat = LogFormat.TEXT

    @property
    def web_ports(self) -> list[int]:
        return [self.web_port + place for place in range(self.instances)]


@dataclass(frozen=True, slots=True)
class Lab:
    """A lab that runs: its process (`started`, in clock ticks, tells a reused id apart) and its ways in.

    `unfiltered` says why the system calls of its instances are not filtered, where they are not.
    """

    pid: int
    started: int
    port: int
    access_key: str
    secret_key: str
    isolated: bool
    instances: list[dict[str, Any]]
    keepers: list[int]
    unfiltered: Lacking | None = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def runs(self) -> bool:
        return processes.alive(self.pid, self.started)


def directory() -> Path:
    """Where a lab keeps its state; made for the user alone."""
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state"
    found = Path(base) / "rtk/lab"
    found.mkdir(parents=True, exist_ok=True)
    found.chmod(0o700)
    return found.resolve()


def write(lab: Lab) -> None:
    """Write the lab down, readable by the user alone."""
    path = directory() / "lab.json"
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600)  # before there is a key in it
    fresh.write_text(json.dumps(asdict(lab)), encoding="utf-8")
    fresh.replace(path)  # at once, so that nobody reads half of it


def forget() -> None:
    """Remove what was written down."""
    (directory() / "lab.json").unlink(missing_ok=True)


def find() -> Lab | None:
    """The lab that runs, or None."""
    # What another version wrote down is no lab that this one could use.
    with contextlib.suppress(OSError, ValueError, TypeError):
        stated = json.loads((directory() / "lab.json").read_text(encoding="utf-8"))
        if why := stated.pop("unfiltered", None):
            stated["unfiltered"] = Lacking(why)
        lab = Lab(**stated)
        return lab if lab.runs else None
    return None


def need() -> Lab:
    """The lab that runs. Raises NoLab."""
    lab = find()
    if lab is None:
        raise NoLab("no lab is running: start one with 'rtk lab up --detach'")
    return lab


def environment(lab: Lab) -> dict[str, str]:
    """What `rtk lab env` exports."""
    first = lab.instances[0]
    return {
        "AWS_ENDPOINT_URL": lab.endpoint,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": lab.access_key,
        "AWS_SECRET_ACCESS_KEY": lab.secret_key,
        "AWS_DEFAULT_OUTPUT": "text",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
        "INSTANCE_ID": first["id"],
        "ENDPOINT_URL": f"{first['url']}/random/5",
    }
