"""What an experiment runs and calls, found by reading it: its programs, its Python modules, its hosts.

Nothing is imported and nothing is asked: this is for whoever decides whether it may run.
"""

import os
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rtk.experiment import packages
from rtk.experiment.mend import DEEPEST

VAULT = "vault_addr"  # the configuration in which the Chaos Toolkit looks for the vault of secrets
_NAME = re.compile(r"\$\{([^}]{1,200})\}")
_HOST = re.compile(r"https?://(?:[^/\s\"'?#@]{0,400}@)?((?:\[[0-9a-fA-F:.]{2,50}\]|[^/\s\"'?#:]{1,255})(?::\d{1,5})?)")


@dataclass(frozen=True, slots=True)
class Code:
    """What it runs: `commands` whole, as a shell reads them, `programs` their first words, in file order."""

    commands: tuple[str, ...]
    programs: tuple[str, ...]
    modules: tuple[str, ...]
    hosts: tuple[str, ...]


def code_of(
    document: Mapping[str, Any], variables: Mapping[str, Any] | None = None, environ: Mapping[str, str] = os.environ
) -> Code:
    """Return what a document runs. Names of its configuration are filled in where their values are known already."""
    known = {**_configured(document, environ), **(variables or {})}
    providers = [each for each in _providers(document) if isinstance(each.get("type"), str)]
    processes = [each for each in providers if each["type"] == "process"]
    programs = [_filled(each.get("path"), known) for each in processes]
    return Code(
        commands=_once(_command(*both, known) for both in zip(programs, processes, strict=True)),
        programs=_once(programs),
        modules=tuple(packages.all_modules(document)),
        hosts=_once(
            host for text in _texts([*providers, known.get(VAULT)]) for host in _HOST.findall(_filled(text, known))
        ),
    )


def _once(found: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))


def _providers(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for _, each in packages.mappings(document):
        if isinstance(each.get("provider"), Mapping):
            yield each["provider"]


def _configured(document: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    configuration = document.get("configuration")
    for key, value in configuration.items() if isinstance(configuration, Mapping) else ():
        if isinstance(value, Mapping) and value.get("type") == "env":
            found[key] = environ.get(str(value.get("key")), value.get("default"))
        elif not isinstance(value, Mapping):
            found[key] = value
    return {key: value for key, value in found.items() if value is not None}


def _filled(text: object, known: Mapping[str, Any]) -> str:
    return _NAME.sub(lambda name: str(known.get(name[1], name[0])), str(text))


def _command(program: str, process: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    """A process as a line for a shell; arguments as a mapping are names and values, as the Chaos Toolkit has them."""
    arguments = process.get("arguments")
    if arguments is None or isinstance(arguments, str):
        return f"{shlex.quote(program)} {_filled(arguments or '', known)}".strip()
    words = arguments if isinstance(arguments, list) else [word for both in dict(arguments).items() for word in both]
    return shlex.join([program, *(_filled(word, known) for word in words if word is not None)])


def _texts(part: Any, depth: int = DEEPEST) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif depth and isinstance(part, list):
        for each in part:
            yield from _texts(each, depth - 1)
    elif depth and isinstance(part, Mapping):
        yield from _texts(list(part.values()), depth - 1)
