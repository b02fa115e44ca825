"""The story, step by step: the tutorial as a person would play it."""

import os
import shutil
import signal
import sys
import webbrowser
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import click
from rich.text import Text

from rtk.demo import console
from rtk.demo.commands import EMAIL, ORGANIZATION, SHORT_SERVER, TEAM, Commands, environment
from rtk.demo.console import FULL, OBJECTIVE, SHORT, TeamClient, Times
from rtk.demo.interrupted import Hearing, Interrupted
from rtk.demo.keeper import Keeper, clear
from rtk.demo.place import DemoDirectory
from rtk.demo.stage import Stage, StepFailed
from rtk.demo.step_printer import StepPrinter, shortened
from rtk.errors import BadInput, ToolkitError
from rtk.figures import chosen_share, duration
from rtk.insight.power import prospects
from rtk.lab import state
from rtk.report.terminal import terminal

STEPS = 7
HOME = f"/{ORGANIZATION.lower()}/{TEAM.lower()}"
AROUND_S = 35.0  # what is not measured: bringing everything up, the gate, the rollback's own pause, answers under way
_MEANT = {
    "pass": "The loaded server keeps its promise.",
    "inconclusive": "The loaded server may keep its promise or not: so short a run cannot tell.",
    "fail": "The loaded server breaks its promise, which is what such a run is to find out.",
}
COMPLETE = {"pass": 0, "inconclusive": 0, "fail": 2}  # the verdicts with which the story is told, and their exit codes


@dataclass(frozen=True)
class DemoOptions:
    """How the demonstration is asked for."""

    times: Times = SHORT
    server: tuple[str, ...] = SHORT_SERVER
    headless: bool = False
    exit: bool = False
    keep: bool = False


def asked(*, full: bool, headless: bool, exit_: bool, keep: bool) -> DemoOptions:
    """What the options come to."""
    times, server = (FULL, ()) if full else (SHORT, SHORT_SERVER)
    return DemoOptions(times, server, headless, exit_, keep)


def play(place: DemoDirectory, asked: DemoOptions) -> int:
    """Play it; the exit code. Raises a ToolkitError, one sentence, when a step fails."""
    commands = _commands(place)
    commands.needed("aws", "pip install awscli brings it")
    with place.alone() as lock, Hearing() as hearing:
        keeper, code = Keeper(place, commands.environ, lock), 0
        try:
            _played(Stage(commands, keeper, hearing, StepPrinter(STEPS)), place, asked)
            if asked.keep:
                keeper.keep()
        except Interrupted as told:
            code = 128 + told.number
        finally:
            clean = _cleared(keeper, place)
    if not clean:
        raise ToolkitError("something of the demonstration may still run; 'rtk demo --end' tries again to end it")
    return code


def end(place: DemoDirectory) -> None:
    """End what an earlier demonstration has kept. Raises ToolkitError when it does not end."""
    commands = _commands(place)
    with place.alone():
        if not clear(commands):
            raise ToolkitError(f"what the demonstration in {str(place.path)!r} left does not end")
    click.echo("Nothing of the demonstration runs.")


def _commands(place: DemoDirectory) -> Commands:
    if sys.platform != "linux":
        raise BadInput(f"the demonstration needs Linux, for its lab; this is {sys.platform}")
    commands = Commands(place, environment(place))
    os.environ["XDG_STATE_HOME"] = commands.environ["XDG_STATE_HOME"]  # where its lab is looked for
    return commands


def _cleared(keeper: Keeper, place: DemoDirectory) -> bool:
    if not keeper.keeps:
        click.echo("\nEnding the console and the lab.")
    while True:
        try:
            clean = keeper.clears()
            break
        except Interrupted:
            click.echo("They are being ended; a moment.")
    if clean and not keeper.keeps:
        click.echo(f"Nothing runs any more. What it made stays in {shortened(str(place.path))}, until you delete it.")
    return clean


def _played(stage: Stage, place: DemoDirectory, asked: DemoOptions) -> None:
    """Everything up to the end; then it stays for a while, or for good, or not at all."""
    times = asked.times
    about = duration(round(times.warm_up + times.duration + times.cool_down + AROUND_S, -1))
    click.echo(
        f"The tutorial 'Load an EC2 instance', from a console of its own to the insight, on this machine: {about}."
    )
    click.echo(f"It loads one CPU for half of that. What it makes is in {shortened(str(place.path))}.")
    click.echo("Ctrl-C ends it and undoes what it did.")
    if shutil.which("rtk") is None:
        click.echo(f"'rtk' and 'chaos' of the commands below are in {shortened(str(Path(sys.executable).parent))}.")
    page = _steps(stage, asked)
    if asked.keep:
        click.echo(stage.another_link())
        click.echo(f"Console and lab stay. Open it, as {EMAIL}: {stage.sign_in_link(page)}")
        click.echo("'rtk demo --end' ends them, another 'rtk demo' uses them.")
    elif sys.stdout.isatty() and not asked.exit:
        link = stage.sign_in_link(page)
        has_display = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
        opened = not asked.headless and has_display and webbrowser.open(link)
        click.echo(f"It is open in your browser, as {EMAIL}." if opened else f"Open it, as {EMAIL}: {link}")
        click.echo(stage.another_link())
        click.echo("Ctrl-C ends console and lab.")
        with suppress(Interrupted):  # as it was asked for: the story is complete
            while True:
                signal.pause()


def _steps(stage: Stage, asked: DemoOptions) -> str:
    """The seven steps; the path of the insight."""
    telling = stage.telling
    telling.step("The console, with a database of its own")
    url = stage.console()
    telling.step("A user, an organization, a team, and a token to publish with")
    team = TeamClient(url, stage.token())
    telling.step("The lab: AWS Systems Manager on this machine, with one instance that is a web server")
    stage.lab(asked.server)
    telling.step("The tutorial's experiment, looked at as it was published")
    telling.line(f"By hand: Import Experiment on {team.url}{HOME}, or POST .../import of the API.")
    found = team.look(console.experiment())
    for warning in found["warnings"]:
        telling.line(warning)
    for what, called in (("probes", "measured"), ("actions", "condition"), ("rollbacks", "undo")):
        telling.line(f"{called}: {', '.join(each['name'] for each in found[what])}")
    telling.step("A verification of it")
    times = asked.times
    telling.line("By hand: the last step of Import Experiment, or POST .../verifications.")
    telling.line(
        f"{chosen_share(OBJECTIVE['target'])} of measurements good over {duration(OBJECTIVE['window'])}: "
        f"every {duration(times.frequency)} for {duration(times.duration)}, "
        f"{duration(times.warm_up)} before and {duration(times.cool_down)} after"
    )
    telling.line(what_it_can_show(times))
    verification = team.verification(found, times)
    telling.step("The run: Systems Manager loads the instance while its answers are timed")
    _ran(stage, team, team.file(verification))
    telling.step("The insight")
    return _told(stage, team, verification)


def what_it_can_show(times: Times) -> str:
    """Whether a run of these times can prove the objective, in a sentence."""
    told = prospects(OBJECTIVE["target"], int(times.duration / times.frequency), times.frequency)
    target, needed = chosen_share(told.target), told.time_of(told.needed)
    if told.slots < told.needed:
        return (
            f"So short a run can show that the promise is broken, and never that it holds: {target} takes {needed} "
            f"without an outage, for outages of {duration(told.outage.seconds)} on average."
        )
    return f"It can show that the promise is broken, and that it holds: {target} takes {needed} without an outage."


def _ran(stage: Stage, team: TeamClient, address: str) -> None:
    """The run itself, against the lab and for the console. Raises StepFailed when it verified nothing."""
    lab = state.environment(state.need())
    stage.telling.line(f"Watch it, signed in by this link, good for ten minutes: {stage.sign_in_link(HOME)}")
    named = {name: lab[name] for name in ("INSTANCE_ID", "ENDPOINT_URL")}
    stage.telling.line('By hand: eval "$(rtk lab env)", the token in RTK_TOKEN, and')
    stage.telling.command(["chaos", "verify", address], RTK_URL=team.url, **named)
    code = stage.run(address, **lab, RTK_URL=team.url, RTK_TOKEN=team.token)
    if code not in COMPLETE.values():
        raise StepFailed(f"'chaos verify' ended with {code}, and with it the story; what it said is above", code)


def _told(stage: Stage, team: TeamClient, verification: str) -> str:
    run = team.last_run(verification)
    page, verdict = f"{HOME}/insights/{run['id']}", run["verdict"]
    stage.telling.line(f"{team.url}{page}")
    stage.telling.line(f"The same as one file: {stage.report}")
    conclusion = Text.assemble((f"Verdict: {verdict}.", "bold"), f" {_MEANT[verdict]} The story is complete.")
    click.echo()
    terminal().print(conclusion, soft_wrap=True)
    click.echo(f"In a pipeline 'chaos verify' would have ended it with {COMPLETE[verdict]}.")
    return page
