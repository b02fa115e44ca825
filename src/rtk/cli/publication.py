"""What `chaos publish` does."""

from pathlib import Path

import click

from rtk.cli.exit_codes import COULD_NOT_RUN, OK
from rtk.clock import SystemClock
from rtk.errors import BadInput
from rtk.printable import hanging
from rtk.publish.destination import destination
from rtk.publish.journals import publish
from rtk.publish.pending_sender import PendingSender
from rtk.publish.settings import feature, load
from rtk.publish.upload_state import AlreadyPublishing
from rtk.report.text import plain
from rtk.verify.places import runs_directory

LONGEST_ADDRESS = 2000
PATIENCE_S = 60.0  # how long a console that does not answer is asked again


def publishing(path: Path, journal: str | None, as_new: bool = False) -> int:
    """Publish a journal, or what is pending; the exit code. Raises `ToolkitError`."""
    settings = load(path)
    if feature(settings, "publish") is False:
        raise BadInput("publishing is disabled: `chaos enable publish` first")
    where = destination(settings)
    if where is None:
        raise BadInput("nobody is signed in: `chaos signin` first, or set RTK_URL and RTK_TOKEN")
    sender = PendingSender(where, SystemClock(), PATIENCE_S)
    if journal is not None:
        try:
            page = publish(Path(journal), sender, settings, as_new)
        except AlreadyPublishing:
            raise BadInput(f"{journal} is being published by another process just now") from None
        click.echo(f"Published at {plain(page, LONGEST_ADDRESS)}" if page else f"{journal} is published")
        return OK
    # Without a journal: whatever runs have left unsent, those too that ended while no console answered.
    done = sender.all(runs_directory())
    for name in done.sent:
        click.echo(f"{name} is published")
    for name, why in done.left.items():
        click.echo(f"{name} is not published yet: {hanging(why)}", err=True)
    for name, why in done.dropped.items():
        click.echo(f"{name} is not published, and not tried again: {hanging(why)}", err=True)
    if not (done.sent or done.left or done.dropped):
        click.echo(f"Nothing is pending for {where.url}")
    return COULD_NOT_RUN if done.left or done.dropped else OK
