"""`chaos signin`, `chaos org` and `chaos team`, as plugins of the `chaos` command. Only declare."""

from pathlib import Path
from typing import Any

import click

from rtk.cli.options import Command


def settings_path(ctx: click.Context) -> Path:
    """The settings file that `chaos --settings` names."""
    from chaoslib.settings import CHAOSTOOLKIT_CONFIG_PATH

    return Path((ctx.obj or {}).get("settings_path") or CHAOSTOOLKIT_CONFIG_PATH)


@click.command(cls=Command)
@click.option("--url", help="The console's address, such as https://console.example.com.")
@click.option("--org", help="The organization to publish to: its name or id.")
@click.option("--team", help="The team to publish to: its name or id.")
@click.option("--token-file", type=click.Path(), help="A file that holds the token; - for the standard input.")
@click.option("--no-verify-tls", is_flag=True, help="Do not verify the console's TLS certificate, now and later.")
@click.pass_context
def signin(ctx: click.Context, /, **options: Any) -> None:
    """Sign in to a console with a token, and choose the team to publish to.

    Asks for what is not given. The token is taken from --token-file or RTK_TOKEN; there is no option for the token
    itself, since other users of a machine can see the arguments of commands.
    """
    from rtk.cli.authentication import Given, sign_in

    sign_in(settings_path(ctx), Given(**options))


@click.command(cls=Command)
@click.option("--org", help="The organization to publish to: its name or id.")
@click.option("--team", help="The team to publish to: its name or id.")
@click.pass_context
def org(ctx: click.Context, /, **options: Any) -> None:
    """Choose the organization to publish to, and a team of it."""
    from rtk.cli.authentication import Given, choose

    choose(settings_path(ctx), Given(**options), organizations=True)


@click.command(cls=Command)
@click.option("--team", help="The team to publish to: its name or id.")
@click.pass_context
def team(ctx: click.Context, /, **options: Any) -> None:
    """Choose the team to publish to, of the organization chosen before."""
    from rtk.cli.authentication import Given, choose

    choose(settings_path(ctx), Given(**options), organizations=False)
