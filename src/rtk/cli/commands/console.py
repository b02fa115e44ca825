"""`rtk up` and the commands about a console. Only declares: the console is imported when one of them is called."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import click

from rtk.cli.options import Command
from rtk.errors import BadInput
from rtk.log import LogFormat

DATA = click.option(
    "--data", metavar="DIR", help="The data directory; by default RTK_DATA, else the platform's own place for data."
)
LOG_FORMAT = click.option(
    "--log-format",
    type=click.Choice([each.value for each in LogFormat]),
    help="How lines of the log are written.  [default: RTK_LOG_FORMAT]",
)
_FILE = click.Path(path_type=Path, dir_okay=False)


@contextmanager
def console() -> Iterator[None]:
    """Say in one sentence when the extra is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        # A module of ours that is missing is a mistake, and no extra that somebody could install.
        if str(error.name).startswith("rtk"):
            raise
        from rtk import origin

        raise BadInput(
            f"the console is not installed ({error.name} is missing); {origin.install_hint('console')}"
        ) from None


class _WithSettings(Command):
    """A command whose help ends with every setting of the console."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's own
        from rtk.console.options import OPTIONS

        rows = [
            (each.name, f"{each.help}  [default: {each.default}]" if each.default else each.help) for each in OPTIONS
        ]
        with formatter.section("Environment (a secret may be in a file instead: its name with _FILE)"):
            formatter.write_dl(rows, col_max=26)


@click.command(cls=_WithSettings)
@DATA
@click.option("--host", help="The address to listen on.  [default: RTK_HOST]")
@click.option("--port", type=click.IntRange(0, 65535), help="The port to listen on, 0 for any.  [default: RTK_PORT]")
@LOG_FORMAT
@click.option("--detach", is_flag=True, help="Return once the console answers, and let it run.")
def up(data: str | None, host: str | None, port: int | None, log_format: str | None, detach: bool) -> None:
    """Run the console, with its database, until Ctrl-C."""
    import os

    given = {"RTK_HOST": host, "RTK_PORT": None if port is None else str(port), "RTK_LOG_FORMAT": log_format}
    environ = {name: value for name, value in given.items() if value is not None}
    with console():
        from rtk.console.place import place_of

        place = place_of(data)
        if detach:
            from rtk.console.console_process import start

            for name in ("psycopg", "django", "uvicorn"):  # the process that is started is going to need them
                if find_spec(name) is None:
                    raise ModuleNotFoundError(name=name)
            for line in start(place, environ):
                click.echo(line)
            return
        from rtk.console.up import up as run

        os.environ.update(environ)  # the settings are made of the environment
        try:
            run(place, click.echo)
        except KeyboardInterrupt:
            raise SystemExit(130) from None  # 128 and the number of SIGINT, as shells tell it


@click.command(cls=Command)
@DATA
@LOG_FORMAT
def worker(data: str | None, log_format: str | None) -> None:
    """Do what consoles do by themselves, such as notifying, on their PostgreSQL, until Ctrl-C."""
    import os

    with console():
        from rtk.console.jobs.worker import work
        from rtk.console.place import place_of

        os.environ.update({"RTK_LOG_FORMAT": log_format} if log_format else {})  # the settings are made of it
        work(place_of(data), click.echo)


@click.command(cls=Command)
@DATA
def down(data: str | None) -> None:
    """End the console and its database."""
    with console():
        from rtk.console.console_process import ConsoleEnd, stop
        from rtk.console.place import place_of

        place = place_of(data)
        says = {
            ConsoleEnd.NONE_RAN: f"no console runs from {place.path}",
            ConsoleEnd.ENDED: "stopped",
            ConsoleEnd.KILLED: "stopped: its process did not end by itself and was killed, which loses nothing",
        }
        click.echo(says[stop(place)])


@click.command(cls=Command)
@DATA
def status(data: str | None) -> None:
    """Tell how the console is; exit code 1 when it does not answer."""
    with console():
        from rtk.console.console_status import status as status_of
        from rtk.console.place import place_of

        found = status_of(place_of(data))
    click.echo("\n".join(found.lines))
    raise SystemExit(0 if found.answers else 1)


@click.command(cls=Command)
@DATA
@click.argument("file", type=_FILE)
def backup(data: str | None, file: Path) -> None:
    """Write everything that the console holds into FILE; it may run meanwhile."""
    with console():
        from rtk.console.backup import backup as back_up
        from rtk.console.place import place_of

        size = back_up(place_of(data), file)
    click.echo(f"{file}: {size / 2**20:.1f} MiB")


@click.command(cls=Command)
@DATA
@click.option("--yes", is_flag=True, help="Do not ask before what is there is replaced.")
@click.argument("file", type=_FILE)
def restore(data: str | None, yes: bool, file: Path) -> None:
    """Replace everything that the console holds by what is in FILE; it must not run meanwhile."""
    with console():
        from rtk.console.backup import restore as put_back
        from rtk.console.place import place_of

        place = place_of(data)
        question = f"Everything in the database of {place.path} is lost. Go on?"
        put_back(place, file, lambda: yes or click.confirm(question, abort=True))
    click.echo(f"restored from {file}; 'rtk up' brings it to this release")


@click.command(cls=Command)
@DATA
@click.option("--email", required=True, help="The user's e-mail address, with which they sign in.")
@click.option("--organization", required=True, help="The organization, which the user will own.")
@click.option("--team", required=True, help="The team in it.")
@click.option("--token-file", type=_FILE, required=True, help="Where to keep the token, readable by its owner alone.")
def provision(data: str | None, email: str, organization: str, team: str, token_file: Path) -> None:
    """Make a user, an organization, a team and a token without a browser; again, it changes nothing."""
    with console():
        from rtk.console.offline import provision as make
        from rtk.console.place import place_of

        new = make(place_of(data), email, organization, team, token_file)
    click.echo(f"{token_file}: {'a new token' if new else 'its token is still good'}")


@click.command(cls=Command)
@DATA
@click.option("--email", required=True, help="The address of the user to let in.")
@click.option("--to", metavar="PATH", default="/", show_default=True, help="The page to which the link leads then.")
def sign_in_link(data: str | None, email: str, to: str) -> None:
    """Print a link with which a user signs in without a password: once, within ten minutes."""
    with console():
        from rtk.console.offline import sign_in_link as link
        from rtk.console.place import place_of

        click.echo(link(place_of(data), email, to))
