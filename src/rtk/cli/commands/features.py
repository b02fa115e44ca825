"""`chaos enable` and `chaos disable`, as plugins of the `chaos` command."""

import click

from rtk.cli.commands.signin import settings_path
from rtk.cli.options import Command

FEATURES = ("publish", "safeguards", "workspace")  # as in rtk.publish.settings, which help must not pay for


def _switch(ctx: click.Context, feature: str, on: bool) -> None:
    from rtk.publish.settings import load, save, with_feature

    path = settings_path(ctx)
    save(path, with_feature(load(path), feature, on))
    click.echo(f"Feature '{feature}' is {'enabled' if on else 'disabled'}")


@click.command(cls=Command)
@click.argument("feature", type=click.Choice(FEATURES))
@click.pass_context
def enable(ctx: click.Context, /, feature: str) -> None:
    """Enable a feature: publish runs, demand the safeguards' answer, keep a workspace file beside experiments."""
    _switch(ctx, feature, on=True)


@click.command(cls=Command)
@click.argument("feature", type=click.Choice(FEATURES))
@click.pass_context
def disable(ctx: click.Context, /, feature: str) -> None:
    """Disable a feature: publish nothing at all, ask no safeguards, keep no workspace file."""
    _switch(ctx, feature, on=False)
