"""Ask whether what an address gives may run here, where it is not known already."""

import os
import sys
from collections.abc import Mapping
from typing import Any

import click

from rtk.errors import BadInput
from rtk.experiment.address import Address
from rtk.experiment.code import Code, code_of
from rtk.insight.words import count
from rtk.publish import trust
from rtk.publish.trust import Doubt, Trust
from rtk.report.text import plain

MOST_LINES = 30
LONGEST_COMMAND = 600

_WHY = {
    Doubt.STRANGER: "you are not signed in to {host}, and what it gives would run here with your rights",
    Doubt.OPEN_ROAD: "over plain http anybody on the way may change what would run here with your rights",
    Doubt.REVISION: f"nobody has confirmed this revision here, as {trust.VARIABLE}={Trust.REVISION} demands",
}
_INSTEAD = {
    Doubt.STRANGER: "`chaos signin --url {root}` first",
    Doubt.OPEN_ROAD: "give an address that begins with https",
    Doubt.REVISION: "run it on a terminal once",
}
_FROM_NOW_ON = {
    Doubt.STRANGER: "Run it, and from now on whatever {host} gives?",
    Doubt.OPEN_ROAD: "Run it, and from now on whatever comes from {root}?",
    Doubt.REVISION: "Run this revision?",
}


class Trusting:
    """What is to be known of one source before it runs; a file of one's own is always trusted."""

    def __init__(
        self,
        address: Address | None,
        settings: Mapping[str, Any],
        *,
        yes: bool = False,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        """`yes`: a person has agreed on the command line. Raises `BadInput`."""
        self._address = address
        self._yes = yes
        self._trust = trust.trust_of(environ)
        self._place = trust.place(environ)
        self._known = trust.agreed(self._place)
        self._host = trust.doubt_of_host(address, settings, self._known, environ) if address else None

    def before_fetching(self) -> None:
        """Raise `BadInput` where nobody can be asked about the host, so that it is not even called."""
        if self._address and self._host and not self._yes and not _is_asked():
            raise self._refusal(self._host)

    def doubt(self, document: Mapping[str, Any]) -> Doubt | None:
        """Why a document is not run without a question, None where it is."""
        if self._address is None or self._yes:
            return None
        return self._host or trust.doubt_of_revision(document, self._trust, self._known)

    def agreed(self, document: Mapping[str, Any], variables: Mapping[str, Any]) -> None:
        """Return when the document may run. Raises `BadInput` where a person says no, or cannot be asked."""
        doubt = self.doubt(document)
        if doubt is None:
            return
        assert self._address
        if not _is_asked():
            raise self._refusal(doubt)
        self._show(doubt, code_of(document, variables))
        if not click.confirm(self._worded(_FROM_NOW_ON[doubt]), err=True):
            raise BadInput(f"{self._address.shown} is not run: you said no")
        trust.agree(self._place, self._address, document)

    def lines(self, document: Mapping[str, Any], variables: Mapping[str, Any]) -> list[str]:
        """Return what is said of a document of an address before it runs: what it runs and calls."""
        return [f"From {plain(self._address.shown)}", *named(code_of(document, variables))] if self._address else []

    def _show(self, doubt: Doubt, code: Code) -> None:
        assert self._address
        click.echo(f"{plain(self._address.shown)}: {self._worded(_WHY[doubt])}.", err=True)
        told = [*(plain(each, LONGEST_COMMAND) for each in code.commands), *named(code)[bool(code.programs) :]]
        for line in told[:MOST_LINES] or ["It runs no program, calls no Python module and asks no host."]:
            click.echo(f"  {line}", err=True)
        if more := told[MOST_LINES:]:
            click.echo(f"  and {count(len(more), 'more line')}: see them with --dry", err=True)

    def _refusal(self, doubt: Doubt) -> BadInput:
        assert self._address
        why, instead = self._worded(_WHY[doubt]), self._worded(_INSTEAD[doubt])
        return BadInput(f"{self._address.shown} is not run: {why}; {instead}, or give --yes")

    def _worded(self, text: str) -> str:
        assert self._address
        return text.format(host=self._address.host, root=trust.host_of(self._address))


def named(code: Code) -> list[str]:
    """What runs, by its names, a line for each kind of which there are any."""
    kinds = {"Programs": code.programs, "Python modules": code.modules, "Hosts": code.hosts}
    return [f"{kind}: {', '.join(plain(each, 120) for each in names)}" for kind, names in kinds.items() if names]


def _is_asked() -> bool:
    """Whether a person sits before a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()
