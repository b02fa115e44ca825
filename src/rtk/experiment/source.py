"""Reading a source: a file or an http(s) address, under the Chaos Toolkit's loader controls."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chaoslib.control import controls
from chaoslib.exceptions import InterruptExecution
from msgspec import Struct, field

from rtk.errors import BadInput
from rtk.experiment import read as reading
from rtk.experiment.address import Address, is_address, parse
from rtk.experiment.fetch import Transport, fetch

_FORMS = {".json": "json", ".yaml": "yaml", ".yml": "yaml"}


class SourceDocument(Struct, frozen=True):
    """What was read: `where` names it in sentences, `document` is fresh, `warnings` are whole sentences.

    `headers` are those of an address's answer, in lower case.
    """

    where: str
    document: dict[str, Any]
    warnings: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def read(
    source: str,
    *,
    settings: Mapping[str, Any] | None = None,
    verify_tls: bool = True,
    transport: Transport | None = None,
    environ: Mapping[str, str] = os.environ,
) -> SourceDocument:
    """Read an experiment from a file or an address.

    The loader controls in force (those of the settings, loaded by the command) run around it as they do under
    `chaos run`, and may change the document. Raises `BadInput` or `Unreachable`, one sentence each.
    """
    try:
        with controls(level="loader", context=source) as control:
            address, headers = address_in(source), dict[str, str]()
            if address:
                where = address.shown
                got = fetch(source, settings=settings, verify_tls=verify_tls, transport=transport, environ=environ)
                headers = dict(got.headers)
                kind = got.content_type
                # A page to sign in is the usual answer of a host that wants a browser.
                if kind in ("text/html", "application/xhtml+xml"):
                    raise BadInput(f"{where} is a web page (HTML), expected an experiment in JSON or YAML")
                data, form = got.data, form_of(got.path)
                if kind == "application/json" or kind.endswith(("+json", "yaml")):
                    form = "yaml" if kind.endswith("yaml") else "json"
            else:
                where, data, form = source, read_file(Path(source)), form_of(source)
            document, found = reading.document(data, where, form)
            control.with_state(document)
            return SourceDocument(where, document, found, headers)
    except InterruptExecution as error:
        raise BadInput(f"a control did not let the experiment be loaded: {error}") from None


def address_in(source: str) -> Address | None:
    """The address that a source is, None for a file. Raises `BadInput` for what is no http(s) address."""
    exists = os.path.exists(source)  # noqa: PTH110 - false for any text, never an error
    return parse(source) if is_address(source) and not exists else None


def read_file(path: Path) -> bytes:
    """The bytes of a file of at most 16 MiB. Raises `BadInput`."""
    try:
        with path.open("rb") as file:
            # One byte more than may be: what is too large is known without reading all of it.
            data = file.read(reading.LARGEST + 1)
    except (OSError, ValueError) as error:
        why = (getattr(error, "strerror", None) or "not a file name").lower()
        raise BadInput(f"{path} cannot be read: {why}; expected a JSON or YAML file or an http(s) address") from None
    if len(data) > reading.LARGEST:
        raise reading.too_large(str(path))
    return data


def form_of(name: str) -> str | None:
    """`json` or `yaml` by a file name's ending; None where it says nothing."""
    return _FORMS.get(os.path.splitext(name)[1].lower())  # noqa: PTH122 - also for paths of addresses
