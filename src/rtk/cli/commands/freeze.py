"""`rtk freeze`: no run of a team applies a condition, from this moment on."""

import click

from rtk.cli.commands.signin import settings_path
from rtk.cli.options import Command, Seconds


@click.command(cls=Command)
@click.option("--why", required=True, help='What is going on, such as "Sale weekend": a run that it forbids says so.')
@click.option("--for", "for_s", type=Seconds(), help="How long, such as 2h; without it until an admin lifts it.")
@click.option("--everywhere", is_flag=True, help="The runs of all teams of the organization.")
@click.option("--team", help="The team, by its id; by default the one that is published to.")
@click.pass_context
def freeze(ctx: click.Context, /, why: str, for_s: float | None, everywhere: bool, team: str | None) -> None:
    """Forbid a team's runs from now on: those under way stop and undo what they did."""
    from rtk.cli.console_access import signed_in
    from rtk.publish.freezes import frozen
    from rtk.report.text import plain

    with signed_in(settings_path(ctx), team) as console:
        made = frozen(console, why, for_s, everywhere)
    until = f"until {made.ends_at}" if made.ends_at else "until an admin lifts it"
    click.echo(f"Frozen {until}: {plain(made.name)}")
    whose = "all teams" if everywhere else "the team"
    click.echo(f"Runs of {whose} that are under way stop and undo what they did; no other begins.")
