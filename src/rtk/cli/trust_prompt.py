"""Ask whether what an address gives may run here, where it is not known already."""

import os
import shutil
import sys
from collections.abc import Mapping
from itertools import islice
from typing import Any

import click

from rtk.errors import BadInput
from rtk.experiment.address import Address
from rtk.experiment.code import code_of
from rtk.publish import trust
from rtk.publish.trust import Trust, UntrustedReason
from rtk.report import code
from rtk.report.text import plain
from rtk.verify.redact import Redactor, redactor_of
from rtk.verify.secretive import is_secretive

MOST_LINES = 60
REVISION_DIGITS = 12

_WHY = {
    UntrustedReason.STRANGER: "you are not signed in to {host}, and what it gives would run here with your rights",
    UntrustedReason.OPEN_ROAD: "over plain http anybody on the way may change what would run here with your rights",
    UntrustedReason.REVISION: f"nobody has confirmed this revision here, as {trust.VARIABLE}={Trust.REVISION} demands",
}
_INSTEAD = {
    UntrustedReason.STRANGER: "`chaos signin --url {root}` first",
    UntrustedReason.OPEN_ROAD: "give an address that begins with https",
    UntrustedReason.REVISION: "run it on a terminal once",
}
_FROM_NOW_ON = {
    UntrustedReason.STRANGER: "Run it, and from now on whatever {host} gives?",
    UntrustedReason.OPEN_ROAD: "Run it, and from now on whatever comes from {root}?",
    UntrustedReason.REVISION: "Run this revision?",
}
Variables = tuple[Mapping[str, Any], Mapping[str, Any]]


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
        self._settings = settings
        self._yes = yes
        self._environ = environ
        self._trust = trust.trust_of(environ)
        self._place = trust.place(environ)
        self._known = trust.agreed(self._place)
        self._host = trust.doubt_of_host(address, settings, self._known, environ) if address else None

    def before_fetching(self) -> None:
        """Raise `BadInput` where nobody can be asked about the host, so that it is not even called."""
        by_host = self._trust is Trust.HOST  # a revision that was confirmed may come from anywhere
        if self._address and self._host and by_host and not self._yes and not _is_asked():
            raise self._refusal(self._address, self._host)

    def doubt(self, document: Mapping[str, Any]) -> UntrustedReason | None:
        """Why a document is not run without a question, None where it is."""
        if self._address is None or self._yes:
            return None
        if self._trust is Trust.HOST:
            return self._host
        revision = trust.doubt_of_revision(document, self._known)
        return revision and (self._host or revision)

    def redactor(self, document: Mapping[str, Any], variables: Variables) -> Redactor:
        """Return what masks the secrets of this machine and, once a document is trusted, those that it declares.

        Before, it declares none: what it says to be a secret would be masked in the very question about it.
        """
        if not self.doubt(document):
            return redactor_of(document, self._settings, variables)
        here = [value for name, value in self._environ.items() if is_secretive(name)]
        return redactor_of({}, self._settings, (variables[0], {"given": variables[1], "here": here}))

    def agreed(self, document: Mapping[str, Any], variables: Mapping[str, Any]) -> bool:
        """Return, when the document may run, whether a person has just agreed. Raises `BadInput` where none does."""
        doubt = self.doubt(document)
        if doubt is None or self._address is None:
            return False
        if not _is_asked():
            raise self._refusal(self._address, doubt)
        click.echo(f"{_from(self._address, document)}: {_worded(_WHY[doubt], self._address)}.", err=True)
        told = code.whole(code_of(document, variables), shutil.get_terminal_size().columns - 2)
        for line in islice(told, MOST_LINES):  # more would push what it says first off the screen
            click.echo(f"  {line}", err=True)
        if next(told, None) is not None:
            click.echo("  That is not all: answer no, and see all of it with --dry.", err=True)
        question = _FROM_NOW_ON[UntrustedReason.REVISION if self._trust is Trust.REVISION else doubt]
        if not click.confirm(_worded(question, self._address), err=True):
            raise BadInput(f"{_shown(self._address)} is not run: you said no")
        trust.agree(self._place, self._address, document, self._trust)
        self._yes = True
        return True

    def lines(self, document: Mapping[str, Any], variables: Mapping[str, Any]) -> list[str]:
        """Return what is said of a document of an address before it runs: what it runs and calls."""
        if self._address is None:
            return []
        return [_from(self._address, document), *code.named(code_of(document, variables))]

    def all_lines(self, document: Mapping[str, Any], variables: Mapping[str, Any]) -> list[str]:
        """Return the same with every call, where somebody has still to decide."""
        if self._address is None or not self.doubt(document):
            return self.lines(document, variables)
        return [_from(self._address, document), *code.whole(code_of(document, variables))]

    def _refusal(self, address: Address, doubt: UntrustedReason) -> BadInput:
        instead = _INSTEAD[UntrustedReason.REVISION if self._trust is Trust.REVISION else doubt]
        why = f"{_worded(_WHY[doubt], address)}; {_worded(instead, address)}, or give --yes"
        return BadInput(f"{_shown(address)} is not run: {why}")


def _from(address: Address, document: Mapping[str, Any]) -> str:
    return f"From {plain(_shown(address))}, revision {trust.revision_of(document)[:REVISION_DIGITS]}"


def _shown(address: Address) -> str:
    """The address, its host as it is called."""
    return address.shown.replace(address.host, trust.called(address), 1)


def _worded(text: str, address: Address) -> str:
    return text.format(host=trust.called(address), root=trust.host_of(address))


def _is_asked() -> bool:
    """Whether a person sits before a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()
