"""`rtk lab`: AWS Systems Manager on one's own machine."""

import json
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from importlib.util import find_spec
from typing import Any

import click

from rtk.errors import BadInput, ToolkitError
from rtk.lab import processes, state, surroundings
from rtk.lab.daemon import READY, command_line
from rtk.lab.instance import Unfit
from rtk.lab.seccomp import SENTENCES
from rtk.lab.state import Lab, Settings
from rtk.log import LogFormat
from rtk.printable import hanging
from rtk.report.text import plain

LOOPBACK = ("127.0.0.1", "localhost", "::1")
UP_S, DOWN_S = 30.0, 5.0
MOST_INSTANCES = 50
NEEDED = ("moto", "flask", "werkzeug")


@click.group()
def lab() -> None:
    """AWS Systems Manager on your own machine, executing for real."""


def _plainly(command: Callable[..., None]) -> Callable[..., None]:
    """Print what the user can act on as one sentence."""

    @wraps(command)
    def wrapped(*arguments: Any, **options: Any) -> None:
        try:
            command(*arguments, **options)
        except ToolkitError as problem:
            click.echo(hanging(f"rtk lab: {problem}"), err=True)
            sys.exit(problem.exit_code)

    return wrapped


@lab.command()
@click.option("--instances", type=click.IntRange(1, MOST_INSTANCES), default=2, show_default=True, help="How many.")
@click.option("--port", type=click.IntRange(1, 65535), default=4566, show_default=True, help="Of the AWS endpoint.")
@click.option(
    "--web-port",
    type=click.IntRange(1, 65535),
    default=8080,
    show_default=True,
    help="Of the first instance.",
)
@click.option("--host", default="127.0.0.1", hidden=True)
@click.option("--cpus", type=click.IntRange(1), default=1, show_default=True, help="CPUs each instance may use.")
@click.option(
    "--work",
    type=click.FloatRange(0, 60),
    default=0.8,
    show_default=True,
    help="CPU seconds of a /random answer.",
)
@click.option(
    "--nice",
    type=click.IntRange(0, 19),
    default=0,
    show_default=True,
    help="Of the web server: the higher, the less is left for it when the CPU is loaded.",
)
@click.option(
    "--restart-after",
    type=click.FloatRange(0),
    default=10.0,
    show_default=True,
    help="Seconds until a killed web target is back.",
)
@click.option(
    "--invocation-delay",
    type=click.FloatRange(0, 10),
    default=0.3,
    show_default=True,
    help="Seconds for which an invocation does not exist yet, as in AWS; 0: off.",
)
@click.option("--tag", "tags", multiple=True, metavar="NAME=VALUE", help="A tag of every instance.")
@click.option("--no-isolation", is_flag=True, help="Run documents on this machine itself.")
@click.option(
    "--log-format",
    type=click.Choice([each.value for each in LogFormat]),
    default=LogFormat.TEXT.value,
    show_default=True,
    help="How lines of the lab's log are written.",
)
@click.option("--detach", is_flag=True, help="Return once the lab is up.")
@_plainly
def up(host: str, tags: tuple[str, ...], detach: bool, no_isolation: bool, **options: Any) -> None:
    """Start the lab."""
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        from rtk import origin

        raise BadInput(f"the lab is not installed ({missing[0]} is missing); {origin.install_hint('lab')}")
    if host not in LOOPBACK:
        raise BadInput(f"the lab executes shell commands for whoever reaches it: loopback only, not {host}")
    for tag in tags:
        if tag.find("=") < 1:
            raise BadInput(f"--tag {tag}: a tag is NAME=VALUE")
    settings = Settings(
        instances=options["instances"],
        port=options["port"],
        web_port=options["web_port"],
        cpus=options["cpus"],
        work_s=options["work"],
        nice=options["nice"],
        restart_after_s=options["restart_after"],
        invocation_delay_s=options["invocation_delay"],
        isolated=not no_isolation,
        tags=dict(tag.split("=", 1) for tag in tags),
        log_format=LogFormat(options["log_format"]),
    )
    if settings.web_ports[-1] > 65535:
        raise BadInput(f"--web-port {settings.web_port} leaves no ports for {settings.instances} instances")
    if no_isolation:
        click.echo("Not isolated: documents see and change this machine's files, processes and network.", err=True)
    process = started(command_line(settings))
    found = state.need()
    click.echo(f"The lab is up: AWS endpoint {found.endpoint}, {_isolation(found)}")
    for one in found.instances:
        click.echo(f"  {one['id']}  {plain(one['name'])}  {one['url']}")
    click.echo('For the aws command, boto3 and experiments: eval "$(rtk lab env)"')
    if not detach:
        _stay(process)


@lab.command()
@_plainly
def down() -> None:
    """Stop the lab and everything that runs in it."""
    found = state.need()
    for number in (signal.SIGTERM, signal.SIGKILL):
        processes.send(found.pid, number)
        deadline = time.monotonic() + DOWN_S
        while time.monotonic() < deadline:
            if not found.runs and not any(processes.alive(keeper) for keeper in found.keepers):
                state.forget()
                click.echo("The lab is down.")
                return
            time.sleep(0.02)
    raise ToolkitError(f"the lab's process {found.pid} did not end")


@lab.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@_plainly
def status(as_json: bool) -> None:
    """Show the lab's instances; exit 1 when there is no lab."""
    found = state.need()
    stated = _stated(found)
    if as_json:
        lab = {"endpoint": found.endpoint, "isolated": found.isolated, "unfiltered": found.unfiltered}
        click.echo(json.dumps({**lab, **stated}, indent=2))
        return
    click.echo(f"AWS endpoint {found.endpoint}, process {found.pid}, {_isolation(found)}")
    for one in stated["instances"]:
        under_way = ", ".join(plain(command["document"]) for command in one["commands"]) or "no command"
        click.echo(f"{one['id']}  {plain(one['name'])}  {one['state']}  {one['url']}  {under_way}")


@lab.command()
@_plainly
def env() -> None:
    """Print what to export: eval "$(rtk lab env)"."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        click.echo(f"unset {name}")
    for name, value in state.environment(state.need()).items():
        click.echo(f"export {name}={shlex.quote(value)}")


@lab.command()
@click.option("--every", type=click.FloatRange(0.2, 60), default=1.0, show_default=True, help="Seconds between looks.")
@click.option("--once", is_flag=True, help="Look once and return.")
@_plainly
def top(every: float, once: bool) -> None:
    """Show each instance's CPU, memory, processes and commands, live."""
    from rtk.lab import top as view

    found = state.need()
    view.show(lambda: _stated(found), every, once=once)


def started(command: list[str]) -> "subprocess.Popen[str]":
    """Start the lab's own process, small from its beginning; returns once it is ready."""
    log = state.directory() / state.LOG
    log.unlink(missing_ok=True)  # another lab's
    with log.open("a") as told:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=told,
            text=True,
            start_new_session=True,  # Ctrl-C is for us, who tell it to end
            cwd="/",
            env=surroundings.chosen(),
        )
    assert process.stdout is not None, "a pipe was asked for"
    line = process.stdout.readline().strip()
    if line != READY:
        process.stdout.close()
        kind = Unfit if process.wait(UP_S) == Unfit.exit_code else BadInput
        raise kind(line or f"the lab did not start; its log: {log}")
    return process


def _stay(started: "subprocess.Popen[str]") -> None:
    try:
        click.echo("Ctrl-C stops it.")
        started.wait()
    except KeyboardInterrupt:
        started.terminate()
        try:
            started.wait(DOWN_S)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()
            state.forget()  # what was killed could not take away its own
        click.echo("The lab is down.")


def _isolation(found: Lab) -> str:
    if not found.isolated:
        return "instances NOT isolated from this machine"
    why = f", but with every system call: {SENTENCES[found.unfiltered]}" if found.unfiltered else ""
    return f"instances isolated from this machine{why}"


def _stated(found: Lab) -> dict[str, Any]:
    connection = HTTPConnection("127.0.0.1", found.port, timeout=10)
    try:
        connection.request("GET", "/_lab/status", headers={"X-Lab-Key": found.access_key})
        answer = connection.getresponse()
        stated = json.load(answer)
    except OSError as problem:
        raise ToolkitError(f"the lab at {found.endpoint} does not answer: {problem}") from None
    except (HTTPException, ValueError):
        stated = None
    finally:
        connection.close()
    # Another program may have its port by now, and an answer of a lab that ends is cut off.
    if not isinstance(stated, dict) or answer.status != HTTPStatus.OK:
        raise ToolkitError(f"what answers at {found.endpoint} is no lab, or one that is just ending")
    return stated


if __name__ == "__main__":
    lab()
