"""`rtk standing`: how promises stand, asked of the console, with an exit code for pipelines."""

import json

import click

from rtk.cli.commands.signin import settings_path
from rtk.cli.options import Command


@click.command(cls=Command)
@click.option("--objective", help="Only the verifications of this objective: its name or id.")
@click.option("--verification", help="Only this verification: its name or id.")
@click.option("--team", help="The team, by its id; by default the one that is published to.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.pass_context
def standing(
    ctx: click.Context, /, objective: str | None, verification: str | None, team: str | None, as_json: bool
) -> None:
    """Tell how promises stand by all their runs together; exit with 0 only where all of them are kept."""
    from rtk.cli.exit_codes import STANDING_CODES
    from rtk.cli.promise_lines import asked, lines
    from rtk.insight.standing import lowest

    found = asked(settings_path(ctx), objective, verification, team)
    state = lowest(each.state for each in found)
    if as_json:
        click.echo(json.dumps({"state": state, "items": [each.item for each in found]}, indent=2, allow_nan=False))
    else:
        click.echo("\n".join(lines(found)))
    ctx.exit(STANDING_CODES[state])
