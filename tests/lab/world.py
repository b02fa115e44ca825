"""A lab for tests: the real commands, the real endpoint, boto3 with every answer checked against AWS's model."""

import json
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from rtk.lab import processes
from rtk.lab.protocol import problems

OVER = {"Success", "Failed", "TimedOut", "Cancelled"}
BIN = Path(sys.executable).parent
SOON_S = 20.0  # two seconds where nothing else is at work; what is left for good is left much longer


def free_ports(count: int) -> int:
    """The first of so many free ports in a row: none that a connection may be given, each worker has its own."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8
    while True:
        port = 20_000 + 1_500 * worker + random.randrange(1_500 - count)
        if all(is_free(port + place) for place in range(count)):
            return port


def is_free(port: int) -> bool:
    try:
        with socket.create_server(("127.0.0.1", port)):
            return True
    except OSError:
        return False


class World:
    """A lab, its state directory and the ways into it."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.environ: dict[str, str] = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "RTK_"))},
            "XDG_STATE_HOME": str(state),
            "PATH": f"{BIN}:{os.environ['PATH']}",
        }

    @contextmanager
    def up(self, *options: str) -> Iterator["World"]:
        """Start the lab and stop it at the end."""
        port = free_ports(4)
        said = self.rtk("up", "--detach", "--port", str(port), "--web-port", str(port + 1), "--work", "0.15", *options)
        assert said.returncode == 0, said.stderr
        try:
            self.environ.update(self.exports())
            yield self
        finally:
            self.rtk("down")

    def rtk(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return self.command(sys.executable, "-m", "rtk.cli.commands.lab", *arguments)

    def command(self, *arguments: str, **more: Any) -> "subprocess.CompletedProcess[str]":
        options = {"capture_output": True, "text": True, "env": self.environ, "timeout": 150, **more}
        return subprocess.run(arguments, check=False, **options)

    def exports(self) -> dict[str, str]:
        """What `rtk lab env` exports, as a shell takes it."""
        told = "import os, json; print(json.dumps(dict(os.environ)))"
        script = f'eval "$("$0" -m rtk.cli.commands.lab env)"; exec "$0" -c "{told}"'
        said = self.command("sh", "-c", script, sys.executable)
        taken: dict[str, str] = json.loads(said.stdout)
        return {name: value for name, value in taken.items() if name.startswith(("AWS_", "INSTANCE", "ENDPOINT"))}

    @property
    def lab(self) -> dict[str, Any]:
        known: dict[str, Any] = json.loads((self.state / "rtk/lab/lab.json").read_text(encoding="utf-8"))
        return known

    @property
    def ids(self) -> list[str]:
        return [one["id"] for one in self.lab["instances"]]

    def client(self, service: str = "ssm", **more: Any) -> Any:
        """A boto3 client; those of Systems Manager check each answer against the model."""
        client = boto3.client(
            service,
            endpoint_url=self.environ["AWS_ENDPOINT_URL"],
            region_name="eu-west-1",
            aws_access_key_id=more.get("key", self.environ["AWS_ACCESS_KEY_ID"]),
            aws_secret_access_key="x",
            config=Config(parameter_validation=False, retries={"max_attempts": 0}),
        )
        if service == "ssm":
            client.meta.events.register("after-call.ssm", check_answer)
        return client

    def run(self, *lines: str, wait_s: float = 60, **request: Any) -> dict[str, Any]:
        """Run shell lines on the first instance; the invocation once it is over."""
        parameters = {"commands": list(lines), **request.pop("parameters", {})}
        return self.send("AWS-RunShellScript", parameters, wait_s=wait_s, **request)

    def send(
        self, document: str, parameters: dict[str, list[str]], wait_s: float = 60, **request: Any
    ) -> dict[str, Any]:
        """Send a document to the first instance; the invocation once it is over."""
        command = self.begin(document, parameters, **request)
        return self.over(command, self.ids[0], wait_s)

    def begin(self, document: str, parameters: dict[str, list[str]] | None = None, **request: Any) -> str:
        """Send a document; the command's id."""
        if "Targets" not in request:
            request.setdefault("InstanceIds", self.ids[:1])
        sent = self.client().send_command(DocumentName=document, Parameters=parameters or {}, **request)
        return str(sent["Command"]["CommandId"])

    def invocation(self, command: str, instance: str | None = None, **request: Any) -> dict[str, Any]:
        asked = {"CommandId": command, "InstanceId": instance or self.ids[0], **request}
        found: dict[str, Any] = self.client().get_command_invocation(**asked)
        return found

    def over(self, command: str, instance: str | None = None, wait_s: float = 60) -> dict[str, Any]:
        """The invocation once it is over."""
        eventually(lambda: self.invocation(command, instance)["Status"] in OVER, wait_s)
        return self.invocation(command, instance)

    def whole(self, command: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client().list_commands(CommandId=command)["Commands"][0]
        return found

    def document(self, name: str, steps: list[dict[str, Any]], parameters: dict[str, Any] | None = None) -> str:
        """Create a document of these steps; its name."""
        content = {"schemaVersion": "2.2", "parameters": parameters or {}, "mainSteps": steps}
        self.client().create_document(Name=name, Content=json.dumps(content), DocumentType="Command")
        return name

    def processes(self, place: int = 0) -> list[processes.Process]:
        """What runs in an instance, from the machine's own /proc, but for the lab's own two processes."""
        found = processes.below(self.lab["keepers"][place])
        return [one for one in found if one.name not in {"rtk-instance", "web-target"}]


def shell(*lines: str, **more: Any) -> dict[str, Any]:
    """A step of these shell lines; `more` goes into the step, `inputs` into its inputs."""
    inputs = {"runCommand": list(lines), **more.pop("inputs", {})}
    return {"action": "aws:runShellScript", "name": more.pop("name", "step"), "inputs": inputs, **more}


def eventually(true: Callable[[], bool], within_s: float = 60.0) -> float:
    """Wait until something is true; how long it took. Fails when it does not become so."""
    start = time.monotonic()
    while not true():
        assert time.monotonic() - start < within_s, f"not within {within_s} s"
        time.sleep(0.02)
    return time.monotonic() - start


def refusal(call: Callable[..., Any], **request: Any) -> tuple[str, str]:
    """The error code and message a call is refused with."""
    try:
        call(**request)
    except ClientError as problem:
        return problem.response["Error"]["Code"], problem.response["Error"]["Message"]
    raise AssertionError("it was not refused")


def check_answer(http_response: Any, model: Any, **_: Any) -> None:
    """Each answer as it came over the wire, against the shape AWS's model gives it."""
    if http_response.status_code == 200:
        answer = json.loads(http_response.content)
        unknown = set(answer) - set(model.output_shape.members)
        # What AWS sends against its own model: durations, and empty times before there is one.
        answer.pop("ExecutionElapsedTime", None)
        answer = {name: value for name, value in answer.items() if value or not name.startswith("Execution")}
        found = list(problems(model.output_shape, answer))
        assert not found, found[0].message
        assert not unknown
