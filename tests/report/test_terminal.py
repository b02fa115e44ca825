"""Colours and the live view are drawn; the texts in them stay texts."""

import io
import sys

import pytest
from rich.live import Live
from rich.table import Table
from rich.text import Text

from rtk.outlets import outlets
from rtk.report.terminal import Terminal, terminal

EVIL = "\x1b]0;owned\x07\x1b[2J\x9b1A\u202eevil"


def test_colours_are_drawn_and_orders_in_texts_are_not() -> None:
    file = io.StringIO()
    table = Table(title=EVIL)
    table.add_row(Text(EVIL, "red"), EVIL)
    Terminal(file=file, force_terminal=True, color_system="standard", width=100).print(table, Text(EVIL, "bold"), EVIL)
    told = file.getvalue()
    assert "\x1b[31m" in told
    assert told.count("evil") == 5
    assert not set("\x07\x9b\u202e") & set(told)
    assert not [order for order in ("\x1b]", "\x1b[2J") if order in told]


def test_what_others_print_beside_a_live_view_is_printable(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.StringIO()
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    console = Terminal(file=file, force_terminal=True, width=80, legacy_windows=False)
    with outlets(), Live(Text("a view"), console=console, auto_refresh=False):
        print(EVIL)
    assert "evil" in file.getvalue()
    assert not set("\x07\x9b\u202e") & set(file.getvalue())
    assert not [order for order in ("\x1b]", "\x1b[2J") if order in file.getvalue()]


def test_it_draws_where_the_command_writes(capsys: pytest.CaptureFixture[str]) -> None:
    with outlets():
        terminal().print(Text("to a pipe", "red"))
        terminal(stderr=True).print(Text("to another", "red"))
        told = capsys.readouterr()
    assert (told.out, told.err) == ("to a pipe\n", "to another\n")
