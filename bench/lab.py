"""The lab: how soon it is up, how soon a command runs, how many it runs, what it costs while nothing happens."""

import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Any

from bench.adoption import adopting, wait_for_end
from bench.places import environment
from bench.row import Figures, Row, spread
from bench.sitting import Sitting
from rtk.lab import processes
from rtk.lab.state import Lab

PORT, WEB_PORT = 24566, 28080
UP_S, FIRST_LINE_MS, PER_S, IDLE_SHARE, IDLE_MIB = 3.0, 100.0, 100.0, 0.01, 250.0
SENDERS = 4


def run(sitting: Sitting) -> Row:
    """The row."""
    sitting.asks(
        "the lab: up and answering; from `SendCommand` to the script's first line (median); short commands a second;"
        " CPU and memory while idle",
        f"≤ {UP_S:g} s; ≤ {FIRST_LINE_MS:g} ms; ≥ {PER_S:g}; ≤ {IDLE_SHARE:.0%} of a core, ≤ {IDLE_MIB:g} MiB",
    )
    sizes = {"single": sitting.either(30, 3), "many": sitting.either(400, 20), "idle_s": sitting.either(10, 1)}
    found = sitting.interleaved({"lab": partial(_trial, **sizes)})["lab"]
    up, first, many = spread(found, "up s"), spread(found, "first line ms"), spread(found, "commands/s")
    idle, memory = spread(found, "idle share"), spread(found, "idle MiB")
    held = (
        up.median <= UP_S
        and first.median <= FIRST_LINE_MS
        and many.median >= PER_S
        and idle.median <= IDLE_SHARE
        and memory.median <= IDLE_MIB
    )
    return sitting.row(
        f"{up.tell(' s')}; {first.tell(' ms', 1)}; {many.tell('', 0)}; {100 * idle.median:.2f} % of a core,"
        f" {memory.tell(' MiB', 0)}",
        held,
    )


def _trial(single: float, many: float, idle_s: float) -> Figures:
    with tempfile.TemporaryDirectory(prefix="rtk-bench-") as state, adopting(), _up(state) as (lab, up_s):
        first = [_first_line_ms(lab) for _ in range(round(single))]
        began = time.monotonic()
        with ThreadPoolExecutor(SENDERS) as pool:
            ids = list(pool.map(lambda turn: _send(lab, "true", turn % 2), range(round(many))))
        _wait_for(lab, ids[-SENDERS:])
        per_s = many / (time.monotonic() - began)
        return {
            "up s": up_s,
            "first line ms": median(first),
            "commands/s": per_s,
            "idle share": _idle_share(lab, idle_s),
            "idle MiB": _memory_mib(lab),
        }


@contextmanager
def _up(state: str) -> Iterator[tuple[Lab, float]]:
    """A lab of its own with the default two instances, and the seconds from the command to the first answer."""
    environ = {**environment(), "XDG_STATE_HOME": state}
    rtk = [sys.executable, "-c", "from rtk.cli.main import main; main()", "lab"]
    ports = ["--port", str(PORT), "--web-port", str(WEB_PORT), "--invocation-delay", "0"]
    began = time.monotonic()
    subprocess.run([*rtk, "up", "--detach", *ports], check=True, env=environ, stdout=subprocess.DEVNULL)
    lab = Lab(**json.loads((Path(state) / "rtk/lab/lab.json").read_text()))
    try:
        _ask(lab, "DescribeInstanceInformation")
        yield lab, time.monotonic() - began
    finally:
        subprocess.run([*rtk, "down"], check=True, env=environ, stdout=subprocess.DEVNULL)
        wait_for_end(lab.pid)


def _ask(lab: Lab, operation: str, **request: Any) -> dict[str, Any]:
    connection = HTTPConnection("127.0.0.1", lab.port, timeout=30)
    key = f"AWS4-HMAC-SHA256 Credential={lab.access_key}/20260101/eu-west-1/ssm/aws4_request"
    headers = {"X-Amz-Target": f"AmazonSSM.{operation}", "Authorization": key}
    connection.request("POST", "/", json.dumps(request), headers)
    answer: dict[str, Any] = json.load(connection.getresponse())
    connection.close()
    return answer


def _send(lab: Lab, line: str, place: int = 0) -> str:
    sent = _ask(
        lab,
        "SendCommand",
        DocumentName="AWS-RunShellScript",
        InstanceIds=[lab.instances[place]["id"]],
        Parameters={"commands": [line]},
    )
    return str(sent["Command"]["CommandId"])


def _wait_for(lab: Lab, ids: list[str]) -> None:
    for command in ids:
        while _ask(lab, "ListCommands", CommandId=command)["Commands"][0]["Status"] not in {"Success", "Failed"}:
            time.sleep(0.005)


def _first_line_ms(lab: Lab) -> float:
    """From before the request is sent to the moment `date`, the first line, reads the clock."""
    began = time.time()
    command = _send(lab, "date +%s.%N")
    _wait_for(lab, [command])
    said = _ask(lab, "GetCommandInvocation", CommandId=command, InstanceId=lab.instances[0]["id"])
    return 1000 * (float(said["StandardOutputContent"]) - began)


def _all(lab: Lab) -> list[int]:
    return [lab.pid, *(one.pid for one in processes.below(lab.pid))]


def _idle_share(lab: Lab, seconds: float) -> float:
    """CPU seconds a second, of the lab and everything in it."""
    before = _cpu_s(lab)
    time.sleep(seconds)
    return (_cpu_s(lab) - before) / seconds


def _cpu_s(lab: Lab) -> float:
    found = (processes.read(pid) for pid in _all(lab))
    return sum(one.cpu_s for one in found if one is not None)


def _memory_mib(lab: Lab) -> float:
    """Proportional memory: what is shared between the lab's processes counts once."""
    rollups = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in _all(lab)]
    return sum(int(size) for text in rollups for size in re.findall(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)) / 1024
