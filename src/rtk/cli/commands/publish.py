"""`chaos publish`, as a plugin of the `chaos` command. Only declares: the work is imported when it is called."""

import click

from rtk.cli.commands.signin import settings_path
from rtk.cli.options import Command


@click.command(cls=Command)
@click.option("--pending", is_flag=True, help="Send what could not be sent while it happened.")
@click.option("--as-new", is_flag=True, help="Publish a run of chaos verify under a new verification.")
@click.argument("journal", required=False)
@click.pass_context
def publish(ctx: click.Context, /, journal: str | None, pending: bool, as_new: bool) -> None:
    """Publish JOURNAL, a journal or a run record, to the console; one that is there already is updated."""
    from rtk.cli.publication import publishing

    if pending == (journal is not None):
        raise click.UsageError("expected either a journal or --pending")
    if pending and as_new:
        raise click.UsageError("--as-new is for one journal or record, not for --pending")
    ctx.exit(publishing(settings_path(ctx), journal, as_new))
