"""What an experiment runs and calls, found by reading it: its calls, programs, Python modules, hosts and variables.

Nothing is imported and nothing is asked: this is for whoever decides whether it may run. Its calls are whole; the names
are a summary of them, and hosts are those that stand in addresses.
"""

import json
import os
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from rtk.experiment import packages
from rtk.experiment.mend import DEEPEST

VAULT = "vault_addr"  # the configuration in which the Chaos Toolkit looks for the vault of secrets
_FILLED = ("arguments", "url", "headers")  # where the Chaos Toolkit fills names in
_NAME = re.compile(r"\$\{([^}]{1,200})\}")
# A backslash ends a host, as it does for those who call it; what stands before an @ is no host.
# Its repetitions are bounded, so that a stranger's text costs no more than its length.
_HOST = re.compile(
    r"(?i)[a-z][a-z0-9+.-]{0,30}://(?:[^/\\\s\"'?#@]{0,400}@)*"
    r"((?:\[[0-9a-f:.%]{2,50}\]|[^/\\\s\"'?#:@]{1,255})(?::\d{1,5})?)"
)


class Code(Struct, frozen=True):
    """What it runs, in file order: `calls` whole, the others their names, each once."""

    calls: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()


def code_of(
    document: Mapping[str, Any], variables: Mapping[str, Any] | None = None, environ: Mapping[str, str] = os.environ
) -> Code:
    """Return what a document runs. Names of its configuration are filled in where their values are known already."""
    known = {**_configured(document, environ), **(variables or {})}
    found: list[Mapping[str, Any]] = [
        {key: _filled(value, known) if key in _FILLED else value for key, value in provider.items()}
        for _, each in packages.mappings(document)
        if isinstance(provider := each.get("provider"), Mapping) and isinstance(provider.get("type"), str)
    ]
    # No host holds a line break, so that all texts can be searched as one.
    whole = "\n".join(_texts([*found, known.get(VAULT)], DEEPEST + 1))
    # Where the host of a request is not known before the run, its whole address stands for it.
    hidden = (url for url in _named(found, "url") if not _HOST.search(url))
    # The variables of the environment that configuration and secrets read.
    read = (
        each["key"]
        for part in ("configuration", "secrets")
        for _, each in packages.mappings(document.get(part))
        if each.get("type") == "env" and isinstance(each.get("key"), str)
    )
    return Code(
        calls=_once(_call(each) for each in found),
        programs=_once(str(each.get("path")) for each in found if each["type"] == "process"),
        modules=_once([*_named(found, "module"), *packages.all_modules(document)]),
        # That of the vault is among them: the Chaos Toolkit asks it for secrets, and no provider names it.
        hosts=_once([*_HOST.findall(whole), *hidden]),
        variables=_once(read),
    )


def _once(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))


def _configured(document: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    configuration = document.get("configuration")
    for key, value in configuration.items() if isinstance(configuration, Mapping) else ():
        if isinstance(value, Mapping) and value.get("type") == "env":
            found[key] = environ.get(str(value.get("key")), value.get("default"))
        elif not isinstance(value, Mapping):
            found[key] = value
    return {key: value for key, value in found.items() if value is not None}


def _filled(part: Any, known: Mapping[str, Any], depth: int = DEEPEST) -> Any:
    """A part with the names in its texts filled in."""
    if isinstance(part, str):
        return _NAME.sub(lambda name: str(known.get(name[1], name[0])), part)
    if depth and isinstance(part, list):
        return [_filled(each, known, depth - 1) for each in part]
    if depth and isinstance(part, Mapping):
        return {key: _filled(each, known, depth - 1) for key, each in part.items()}
    return part


def _call(provider: Mapping[str, Any]) -> str:
    """A call as one would write it down: a line for a shell, a call of Python, a request."""
    kind, given = provider["type"], provider.get("arguments")
    if kind == "python":
        arguments = given.items() if isinstance(given, Mapping) else ()
        func = f".{provider['func']}" if provider.get("func") else ""  # a control names its module alone
        return f"{provider.get('module')}{func}({', '.join(f'{key}={_told(value)}' for key, value in arguments)})"
    if kind != "process":
        return f"{provider.get('method', 'GET')} {provider.get('url')}{f' {_told(given)}' if given else ''}"
    program, words = str(provider.get("path")), given or []
    if isinstance(words, str):
        return f"{program} {words}"
    if isinstance(words, Mapping):  # names and values, as the Chaos Toolkit has them
        words = [word for both in words.items() for word in both]
    if not isinstance(words, list):
        words = [words]
    return shlex.join([program, *(str(word) for word in words if word not in (None, ""))])


def _told(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (TypeError, ValueError, RecursionError):
        return str(value)


def _named(found: list[Mapping[str, Any]], key: str) -> Iterator[str]:
    return (each[key] for each in found if isinstance(each.get(key), str) and each[key].strip())


def _texts(part: Any, depth: int) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif depth and isinstance(part, list):
        for each in part:
            yield from _texts(each, depth - 1)
    elif depth and isinstance(part, Mapping):
        yield from _texts(list(part.values()), depth - 1)
