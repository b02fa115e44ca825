"""What the commands share: their manners with errors, and the kinds of options."""

import importlib
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from rtk.errors import BadInput, ToolkitError
from rtk.experiment.quantity import seconds, share
from rtk.outlets import open_closed, outlets, unread
from rtk.printable import hanging

if TYPE_CHECKING:
    _Number = click.ParamType[float]
else:
    _Number = click.ParamType  # older versions of click do not say of what

T = TypeVar("T")
open_closed()  # every command imports this first, a plugin of `chaos` before that opens its log file


class _Manners(click.Command):
    """Usage errors exit 1, for 2 is a failed verification; a `ToolkitError` is one sentence and its exit code."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        return _usage_exits_1(lambda: super(_Manners, self).make_context(info_name, args, parent, **extra))

    def invoke(self, ctx: click.Context) -> Any:
        # No letter that a terminal or a pipe cannot show ends a command: it is shown as an escape instead.
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper) and stream.errors in ("strict", "surrogateescape"):
                with suppress(OSError):  # one that took the place of another may not be what it was
                    stream.reconfigure(errors="backslashreplace")
        with outlets():
            try:
                return _usage_exits_1(lambda: super(_Manners, self).invoke(ctx))
            except ToolkitError as error:
                _say(ctx, error)
            except BrokenPipeError:
                if unread():
                    raise  # click ends without a word: nobody is there for it
                _say(ctx, ToolkitError("another process that this command needs ended before it should"))


def _say(ctx: click.Context, error: ToolkitError) -> NoReturn:
    click.echo(hanging(f"{ctx.find_root().info_name}: {error}"), err=True)
    ctx.exit(error.exit_code)


class Command(_Manners):
    """A command with our manners; also as a plugin's command below a group of others."""


class Group(_Manners, click.Group):
    """A group with our manners, whose commands have them too."""

    command_class = Command


class LazyGroup(Group):
    """A group that imports a command when it is used: `{name: ("module:attribute", one line of help)}`."""

    def __init__(self, *args: Any, lazy: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self.lazy})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.lazy:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = self.lazy[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = []
        for name in self.list_commands(ctx):
            if name in self.lazy:  # so that a list of commands imports none of them
                _, told = self.lazy[name]
            else:
                command = super().get_command(ctx, name)
                told = command.get_short_help_str() if command else ""
            rows.append((name, told))
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)


class Seconds(_Number):
    """A duration such as `10s`, `5m` or `1h`, as seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            return seconds(value)
        except BadInput as error:
            self.fail(str(error), param, ctx)


class Share(_Number):
    """A share such as `95%` or `0.95`, above 0 and below 1."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            return share(value)
        except BadInput as error:
            self.fail(str(error), param, ctx)


class ReportOption(click.Option):
    """`--report`, whose help names the formats: they are looked up only where somebody asks for help."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        from rtk.report.write import offered

        found = super().get_help_record(ctx)
        return found and (found[0], f"{found[1]} Its name says the format: {offered()}.")


SECONDS = Seconds()
SHARE = Share()
REPORT = click.option("--report", cls=ReportOption, multiple=True, help="Write a report. Can be given several times.")


def _usage_exits_1(do: Callable[[], T]) -> T:
    try:
        return do()
    except click.UsageError as error:
        with outlets():
            error.show()
        raise click.exceptions.Exit(1) from None
