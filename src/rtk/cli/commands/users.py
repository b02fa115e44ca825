"""`rtk users`: accounts of the console, for whoever runs it. Only declares, as `rtk.cli.commands.console` does."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING

import click

from rtk.cli.commands.console import DATA, console
from rtk.cli.options import Group
from rtk.printable import printable

if TYPE_CHECKING:
    from rtk.console.people.revocation import Access

_USER = click.argument("user")


@click.group(cls=Group)
def users() -> None:
    """Accounts of the console: list, disable, enable, hand over, name administrators."""


@contextmanager
def _reached(data: str | None) -> Iterator[ModuleType]:
    with console():
        from rtk.console.offline import reached
        from rtk.console.place import place_of

        with reached(place_of(data)) as inside:
            yield inside


@users.command(name="list")
@DATA
def list_all(data: str | None) -> None:
    """List every account: id, address, last sign-in, and what is special about it."""
    with _reached(data) as inside:
        rows = [(each.id, each.email, each.last_login, each.state) for each in inside.accounts.listed()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo(printable(line.rstrip()))


@users.command()
@DATA
@_USER
def disable(data: str | None, user: str) -> None:
    """Shut USER, an address or an id, out, and end their tokens, sessions and second factors."""
    with _reached(data) as inside:
        ended = inside.accounts.disable(user)
    click.echo(f"{user} is disabled; {_said(ended)}")


@users.command()
@DATA
@_USER
def enable(data: str | None, user: str) -> None:
    """Let USER in again, who was disabled."""
    with _reached(data) as inside:
        email = inside.accounts.enable(user)
    click.echo(f"{email} is enabled")


@users.command()
@DATA
@click.option("--dismiss", is_flag=True, help="Let them be an administrator no more.")
@_USER
def administrator(data: str | None, dismiss: bool, user: str) -> None:
    """Make USER an administrator of the console, who may make organizations."""
    with _reached(data) as inside:
        email = inside.accounts.administrate(user, may=not dismiss)
    click.echo(f"{email} is {'no' if dismiss else 'an'} administrator of the console")


@users.command(name="hand-over")
@DATA
@_USER
@click.argument("address")
def hand_over(data: str | None, user: str, address: str) -> None:
    """Give the account of USER to whoever has ADDRESS, with its organizations and roles."""
    with _reached(data) as inside:
        ended = inside.accounts.hand_over(user, address)
    click.echo(f"{user} is {address} from now on; {_said(ended)}; 'rtk sign-in-link --email {address}' lets them in")


def _said(ended: "Mapping[Access, int]") -> str:
    counts = [f"{count} {what.one if count == 1 else what}" for what, count in ended.items() if count]
    return f"ended: {', '.join(counts)}" if counts else "there was nothing to end"
