"""What `chaos signin`, `chaos org` and `chaos team` do."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from rtk.errors import BadInput
from rtk.printable import hanging
from rtk.publish.console import Console, ConsoleRefused
from rtk.publish.destination import Destination, address_of, destination, root_of
from rtk.publish.http_transport import NoAnswer
from rtk.publish.settings import arguments_of, chosen, load, save, with_console
from rtk.report.text import plain

LONGEST_TOKEN = 8192  # characters: of whatever is piped in no more is read


@dataclass(frozen=True)
class Given:
    """The options as given; what is None is asked for."""

    url: str | None = None
    org: str | None = None
    team: str | None = None
    token_file: str | None = None
    no_verify_tls: bool = False


def sign_in(path: Path, given: Given, environ: Mapping[str, str] = os.environ) -> None:
    """Sign in and save it. Raises `ToolkitError`."""
    settings = load(path)
    last = arguments_of(settings).get("url")
    url = given.url or environ.get("RTK_URL") or click.prompt("Console url", default=last or "http://localhost:8000")
    root = root_of(url)
    if not address_of(root).private:
        raise BadInput(f"{root}: a token is never sent over plain http to another machine, expected https")
    source = given.token_file
    if source:
        try:
            read = Path(source).read_text(encoding="utf-8") if source != "-" else sys.stdin.read(LONGEST_TOKEN)
            token = read[:LONGEST_TOKEN]
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is not text"
            raise BadInput(f"--token-file {source} cannot be read: {why}") from None
    else:
        token = environ.get("RTK_TOKEN") or click.prompt("Console token", hide_input=True)
    token = token.strip()
    # A line break in it would end the header that it goes out in.
    if not (token and token.isascii() and token.isprintable() and " " not in token):
        raise BadInput("the token: expected one word of plain characters, as the console showed it")
    console = _reached(Destination(root, f"Bearer {token}", not given.no_verify_tls))
    organizations = console.organizations()
    where = _picked(console, organizations, given.org, given.team)
    console.close()
    _save(path, settings, where, token, organizations)


def choose(path: Path, given: Given, *, organizations: bool) -> None:
    """Choose another organization or team, and save it. Raises `ToolkitError`."""
    settings = load(path)
    where = destination(settings)
    if where is None:
        raise BadInput("nobody is signed in: `chaos signin` first")
    console = Console(where)
    found = console.organizations()
    org = given.org if organizations else where.organization or None
    picked = _picked(console, found, org, given.team)
    console.close()
    _save(path, settings, picked, where.authorization.partition(" ")[2], found)


def _reached(where: Destination) -> Console:
    """The console, once it accepts the token. Raises `ConsoleRefused` and `NoAnswer`."""
    console = Console(where)
    try:
        answer = console.call("HEAD", "/")
    except NoAnswer as error:
        if not error.tls:
            raise
        click.echo(hanging(str(error)), err=True)
        if not (sys.stdin.isatty() and click.confirm("Do you want to disable certificate verification?")):
            raise BadInput(
                "not signed in: the certificate is not trusted; name its authority with REQUESTS_CA_BUNDLE, "
                "or give --no-verify-tls"
            ) from None
        return _reached(Destination(where.url, where.authorization, verify_tls=False))
    if answer.status == 401:
        raise ConsoleRefused(console.refusal(answer), 401)
    return console


def _picked(console: Console, organizations: list[dict[str, Any]], org: str | None, team: str | None) -> Destination:
    if not organizations:
        raise BadInput(f"you are in no organization on {console.name}: ask for an invitation")
    one = _one(organizations, org, "Here are your known organizations", "organization")
    if not one["teams"]:
        raise BadInput(f"you are in no team of organization {one['name']!r}: ask its owner to add you")
    other = _one(one["teams"], team, f"Here are the teams you belong to in organization '{plain(one['name'])}'", "team")
    return console.where.in_team(one, other)


def _one(rows: list[dict[str, Any]], wanted: str | None, title: str, what: str) -> dict[str, Any]:
    """The wanted row by id or name, the only one, or the one whose number is typed in."""
    if wanted is not None:
        found = [r for r in rows if wanted.casefold() in (str(r["id"]), str(r.get("name", "")).casefold())]
        if len(found) != 1:
            known = ", ".join(repr(row.get("name")) for row in rows)
            raise BadInput(f"--{'org' if what == 'organization' else what} {wanted}: expected one of {known}")
        return found[0]
    if len(rows) == 1:
        return rows[0]
    click.echo(f"{title}:")
    for number, row in enumerate(rows, 1):
        click.echo(f"{number}) {plain(row.get('name'))}")
    return rows[click.prompt(f"Select the {what} to publish to", type=click.IntRange(1, len(rows))) - 1]


def _save(
    path: Path, settings: dict[str, Any], where: Destination, token: str, organizations: list[dict[str, Any]]
) -> None:
    arguments = {
        "url": where.url,
        "verify_tls": where.verify_tls,
        "organizations": chosen(organizations, where.organization, where.team),
    }
    save(path, with_console(settings, address_of(where.url).host, token, arguments))
    click.echo(
        f"Experiments and executions will be published to team '{plain(where.team_name)}' "
        f"in organization '{plain(where.organization_name)}'"
    )
    click.echo(f"Console details saved at {path}")
