"""What `chaos recover` does: list the runs that died, and undo what they left."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import click

from rtk.cli import run_output
from rtk.cli.exit_codes import COULD_NOT_RUN, NOT_RESTORED, OK
from rtk.cli.finalization import finish
from rtk.cli.logs import prepare_handlers
from rtk.cli.masks import Masks
from rtk.cli.option_files import settings_of
from rtk.cli.rebuilt_toolkit import toolkit_of
from rtk.clock import SystemClock
from rtk.errors import BadInput, ToolkitError
from rtk.experiment.wording import argument
from rtk.figures import count
from rtk.insight.stops import StopCause, Stopping
from rtk.report.axis import utc
from rtk.report.text import plain
from rtk.verify.holders import HoldState, holder, systems
from rtk.verify.holds import release, standing_holds
from rtk.verify.places import runs_directory
from rtk.verify.recovery import Remains, at_work, forget, recover, unfinished
from rtk.verify.redact import redactor_of

WHY = Stopping(StopCause.DIED, "the run died without a goodbye; chaos recover undid it")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RecoverOptions:
    """The command's options as given."""

    run: tuple[str, ...] = ()
    all_: bool = False
    forget: tuple[str, ...] = ()
    yes: bool = False
    settings_path: str | None = None


def recovering(choice: RecoverOptions) -> int:
    """Do it; the exit code: 0 all undone, 1 something could not be, 5 a rollback failed."""
    prepare_handlers()
    settings = settings_of(choice.settings_path)
    found, problems = unfinished(runs_directory())
    for problem in problems:
        logger.warning(problem)
    # What a run that has ended still holds is released here: it left nothing else that could be forgotten.
    forgotten = [name for name in choice.forget if not _released(name, found, choice.yes)]
    for left in _named(found, forgotten):
        click.echo("\n".join(describe(left)))
        if choice.yes or click.confirm("Forget it, without undoing anything?"):
            forget(left, SystemClock())
            click.echo(f"{left.run_id} is forgotten")
    chosen = found if choice.all_ else _named(found, choice.run)
    if not chosen:
        _list(found, choice.forget)
        return OK
    return max(_recover(left, choice.yes, settings) for left in chosen)


def _named(found: list[Remains], names: Iterable[str]) -> list[Remains]:
    by_name = {left.run_id: left for left in found}
    for name in names:
        if name not in by_name:
            known = ", ".join(by_name) or "none: no run is unfinished"
            raise BadInput(f"there is no unfinished run {name}; expected one of: {known}")
    return [by_name[name] for name in names]


def _list(found: list[Remains], forgotten: Iterable[str]) -> None:
    """List the runs that are to be undone, and what runs hold that are neither alive nor among those."""
    listed = [left for left in found if left.run_id not in forgotten]
    if not listed:
        busy = _told(at_work(runs_directory()))
        if busy:
            click.echo(f"Nothing to undo now: still running, or being undone by another process: {busy}")
        else:
            click.echo("No unfinished run: everything that began has come to its end.")
    for left in listed:
        click.echo("\n".join(describe(left)))
    known = {left.run_id for left in found}
    for each in standing_holds():  # nobody else releases these
        if each.standing in (HoldState.NOT_RESTORED, HoldState.UNKNOWN) and each.run not in known:
            click.echo(f"{plain(each.run)}  {plain(each.title)}\n  {each.standing}, and holds {systems(each.shared)}")
            click.echo(f"  check the system, then release it with `chaos recover --forget {argument(each.run)}`")


def _released(name: str, found: list[Remains], yes: bool) -> bool:
    """Release what a run that has ended still holds; whether there is such a run."""
    held = [each for each in standing_holds() if each.run == name]
    if not held or name in {left.run_id for left in found}:
        return False
    click.echo(f"{holder(held[0])}, holds {systems(held[0].shared)}: {held[0].standing}")
    if (yes or click.confirm("Release that, without undoing anything?")) and release(name):
        click.echo(f"{name} is released")
    return True


def describe(left: Remains) -> list[str]:
    """A run that died, in lines."""
    began, rollbacks = (_told(names) for names in left.names())
    lines = [
        f"{plain(left.run_id)}  {plain(left.head['title'])}",
        f"  begun {utc(left.head['at'], '%Y-%m-%d %H:%M:%S UTC')} in {plain(left.head['directory'], 1000)}",
    ]
    if left.damaged:
        lines.append(f"  its record has {count(len(left.damaged), 'damaged line')}; what is whole is used")
    if left.may_have_begun and not began:
        lines.append("  its record lacks entries: a condition may have begun")
        lines.append(f"  to be undone by: {rollbacks or 'nothing: the experiment has no rollback left'}")
    elif not began:
        lines.append("  no condition had begun: nothing is to be undone")
    else:
        lines.append(f"  conditions that began: {began}")
        lines.append(f"  to be undone by: {rollbacks or 'nothing: the experiment has no rollback left'}")
    return lines


def _told(names: Iterable[str]) -> str:
    return ", ".join(map(plain, names))


def _recover(left: Remains, yes: bool, settings: dict[str, Any]) -> int:
    click.echo("\n".join(describe(left)))
    if not yes and not click.confirm("Undo it now?"):
        return OK
    with Masks(redactor_of(left.head["experiment"], settings)) as masks:
        try:
            recovered = recover(left, lambda head: masks.of(toolkit_of(head, settings)), SystemClock(), WHY)
        except ToolkitError as error:
            logger.error(f"{left.run_id} could not be undone: {error}")
            return COULD_NOT_RUN
        if recovered.is_proven:  # else the system stays held, so that no other run begins on what is broken
            release(left.run_id)
        _, insight, facts, failures = finish(left.path, recovered.amend)
        if recovered.failure:
            logger.error(f"{left.run_id} is undone, but stays on the list: {recovered.failure}")
            failures = [recovered.failure]
        run_output.tell(insight, facts)
        for failure in failures:
            logger.error(failure)
    return NOT_RESTORED if insight.not_restored else COULD_NOT_RUN if failures else OK
