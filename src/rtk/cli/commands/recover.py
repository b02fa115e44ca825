"""`chaos recover`, as a plugin of the `chaos` command. Only declares: the work is imported when it is called."""

from typing import Any

import click

from rtk.cli.options import Command


@click.command(cls=Command)
@click.option("--list", "list_", is_flag=True, help="List the runs that died; the default.")
@click.option("--run", multiple=True, metavar="ID", help="Undo what this run left. Can be given several times.")
@click.option("--all", "all_", is_flag=True, help="Undo what every run that died left.")
@click.option("--forget", multiple=True, metavar="ID", help="Do nothing about this run, and list it no more.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def recover(ctx: click.Context, /, list_: bool, **options: Any) -> None:
    """Undo what runs of chaos verify left undone when they and their guardians died, as with a lost machine."""
    from rtk.cli.crash_recovery import RecoverOptions, recovering

    if list_ and (options["run"] or options["all_"] or options["forget"]):
        raise click.UsageError("--list does nothing besides; leave it out to undo or forget runs")
    ctx.exit(recovering(RecoverOptions(**options, settings_path=(ctx.obj or {}).get("settings_path"))))
