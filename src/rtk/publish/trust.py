"""Whose experiments are run without a question: those of hosts one signed in to, and what a person agreed to here.

What a person agreed to is kept beside the run records, for the owner's eyes only:
hosts: [https://HOST]
revisions: [SHA-256 of a document]
"""

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import requests

from rtk.errors import BadInput
from rtk.experiment.address import Address, parse
from rtk.experiment.block import OUTAGE_LEARNED, block_in
from rtk.experiment.wording import shown
from rtk.publish.destination import address_of
from rtk.publish.settings import arguments_of
from rtk.verify.places import runs_directory

VARIABLE = "RTK_TRUST"
MOST = 10_000  # of each that are kept; older ones are asked about again


class Trust(StrEnum):
    """What is trusted once a person agreed: all that a host gives, or each revision of a document by itself."""

    HOST = "host"
    REVISION = "revision"


class UntrustedReason(StrEnum):
    """Why a document is not run without a question."""

    STRANGER = "stranger"  # a host that one is not signed in to
    OPEN_ROAD = "open road"  # plain http to another machine: who is on the way may change it
    REVISION = "revision"  # one that nobody has confirmed here


@dataclass
class Agreed:
    """What was agreed to on this machine."""

    hosts: list[str] = field(default_factory=list)
    revisions: list[str] = field(default_factory=list)


def place(environ: Mapping[str, str] = os.environ) -> Path:
    """Where that is kept."""
    return runs_directory(environ).with_name("agreed.json")


def agreed(path: Path) -> Agreed:
    """Return what was agreed to; nothing where the file is not there or says nothing."""
    with suppress(OSError, ValueError, TypeError, AttributeError):
        found = json.loads(path.read_bytes())
        return Agreed(*([str(each) for each in found.get(key) or []] for key in ("hosts", "revisions")))
    return Agreed()


def agree(path: Path, address: Address, document: Mapping[str, Any], trust: Trust = Trust.HOST) -> None:
    """Keep that a person agreed to a document of an address. One that cannot be kept is asked about again."""
    known = agreed(path)
    hosts = [*known.hosts, *([host_of(address)] if trust is Trust.HOST else [])]
    revisions = [*known.revisions, revision_of(document)]
    whole = {"hosts": _latest(hosts), "revisions": _latest(revisions)}
    part = path.with_name(f".{path.name}.{os.getpid()}")
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(whole, file, indent=1)
        # All of it or nothing, whoever reads it meanwhile.
        part.replace(path)


def trust_of(environ: Mapping[str, str] = os.environ) -> Trust:
    """What `RTK_TRUST` says. Raises `BadInput`."""
    value = environ.get(VARIABLE, "").strip() or Trust.HOST
    if value not in list(Trust):
        raise BadInput(f"{VARIABLE}: expected {' or '.join(Trust)}, not {shown(value)}")
    return Trust(value)


def doubt_of_host(
    address: Address, settings: Mapping[str, Any], known: Agreed, environ: Mapping[str, str] = os.environ
) -> UntrustedReason | None:
    """Why what an address gives is not run as it is, None where it is; before anything was fetched."""
    if host_of(address) in known.hosts or is_console(address, settings, environ):
        return None
    if not address.private:
        return UntrustedReason.OPEN_ROAD
    return None if is_signed_in(address, settings) else UntrustedReason.STRANGER


def doubt_of_revision(document: Mapping[str, Any], known: Agreed) -> UntrustedReason | None:
    """Why this revision is not run as it is where each is confirmed, None where it is."""
    return None if revision_of(document) in known.revisions else UntrustedReason.REVISION


def is_console(address: Address, settings: Mapping[str, Any], environ: Mapping[str, str] = os.environ) -> bool:
    """Whether `RTK_URL` or the settings name the host as the console: over plain http only where they say http."""
    named = [environ.get("RTK_URL", "").strip(), str(arguments_of(settings).get("url") or "")]
    consoles = [address_of(each) for each in named if each]
    return any(address.host == each.host and (address.private or not each.private) for each in consoles)


def is_signed_in(address: Address, settings: Mapping[str, Any]) -> bool:
    """Whether the settings have a token for the host of an address."""
    auths = settings.get("auths")
    return isinstance(auths, Mapping) and address.host in [str(host).lower() for host in auths]


def host_of(address: Address) -> str:
    """A host as it is agreed to: over https it is another one than over http."""
    return f"{address.scheme}://{called(address)}"


def called(address: Address) -> str:
    """Return the host as it is called, in ASCII, so that letters that only look like ours show."""
    if address.host.isascii():
        return address.host
    try:
        return parse(str(requests.Request("GET", address.url).prepare().url)).host
    except (requests.RequestException, ValueError, BadInput):
        return address.host.encode("ascii", "backslashreplace").decode()


def revision_of(document: Mapping[str, Any]) -> str:
    """What a document says, in short: two that are played alike have the same, whatever was learned meanwhile."""
    block = block_in(document)
    if OUTAGE_LEARNED in block:
        taught = {key: value for key, value in block.items() if key != OUTAGE_LEARNED}
        document = {**document, "extensions": [taught if each is block else each for each in document["extensions"]]}
    whole = json.dumps(document, sort_keys=True, default=str, ensure_ascii=True)
    return hashlib.sha256(whole.encode()).hexdigest()


def _latest(each: list[str]) -> list[str]:
    return list(dict.fromkeys(reversed(each)))[:MOST][::-1]
