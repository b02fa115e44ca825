"""What the demonstration says: each step, and how one does it by hand."""

import shlex
from pathlib import Path

import click
from rich.text import Text

from rtk.report.terminal import terminal

_INDENT = " " * 8


class StepPrinter:
    """Numbers the steps, of which there are `steps`."""

    def __init__(self, steps: int) -> None:
        self._number, self._steps = 0, steps

    def step(self, what: str) -> None:
        """A step begins."""
        self._number += 1
        click.echo()
        terminal().print(Text(f"{self._number} of {self._steps}  {what}", "bold"), soft_wrap=True)

    def command(self, words: list[str], **variables: str) -> None:
        """The command that is about to be run, as a person would type it."""
        terminal().print(Text(f"{_INDENT}$ {said(words, **variables)}", "cyan"), soft_wrap=True)

    def line(self, text: str) -> None:
        """What came of it, or how it is done by hand."""
        click.echo(f"{_INDENT}{shortened(text)}")


def said(words: list[str], **variables: str) -> str:
    """A command as a person would type it."""
    before = [f"{name}={shlex.quote(value)}" for name, value in variables.items()]
    return shortened(" ".join([*before, Path(words[0]).name, shlex.join(words[1:])]))


def shortened(text: str) -> str:
    """With `~` for the home directory."""
    home = str(Path.home())
    return text.replace(f"{home}/", "~/") if home != "/" else text
