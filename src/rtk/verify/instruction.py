"""What a person does instead of an activity: one line for a shell, as whole as the file tells it.

Secrets are never in it. One that comes from the environment is referred to by its variable, so that the line works
where that is set; any other is masked.
"""

import importlib
import inspect
import json
import os
import re
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from chaoslib import substitute

from rtk.verify.calls import secrets_of
from rtk.verify.processes import MARKER
from rtk.verify.redact import MASK
from rtk.verify.toolkit import Toolkit

# A place for the value of an environment variable, in text that is not quoted yet.
_OPEN, _CLOSE = "\ue000", "\ue001"
_PLACE = re.compile(f"{_OPEN}([A-Za-z_][A-Za-z0-9_]*){_CLOSE}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_AUTHORIZATION = frozenset(("authorization", "proxy-authorization"))


def by_hand(activity: Mapping[str, Any], toolkit: Toolkit) -> str:
    """The command line: the process, the request by curl, or the call by Python."""
    provider, values = activity["provider"], _Values(toolkit)
    if provider["type"] == "http":
        return _request(provider, values)
    if provider["type"] != "process":
        return _call(provider, values)
    arguments = values.filled(provider.get("arguments"))
    path = values.filled(provider["path"])
    if isinstance(arguments, str):  # a text of arguments goes through a shell, as it does in the run
        return _there(f"{_word(path)} {_in_shell(arguments)}".strip(), arguments)
    given: Iterable[Any] = chain.from_iterable(arguments.items()) if isinstance(arguments, Mapping) else arguments or []
    words = (path, *(str(word) for word in given if word not in (None, "")))
    return _there(" ".join(map(_word, words)), str(arguments))


class _Values:
    """Values of the file as they go into a command: filled in, with references in place of secrets."""

    def __init__(self, toolkit: Toolkit) -> None:
        self._toolkit = toolkit
        self.secrets = dict[str, Any]()
        for target, values in toolkit.secrets.items():
            group = toolkit.document.get("secrets", {}).get(target)
            if isinstance(values, Mapping):
                self.secrets[target] = {key: _reference(_mapping(group).get(key)) for key in values}
            else:
                self.secrets[target] = _reference(group)
        declared, within = toolkit.document.get("configuration") or {}, toolkit.redact.within
        self.configuration = {  # what the redactor would mask is referred to by its variable
            key: value if within({key: value}) == {key: value} else _reference(declared.get(key))
            for key, value in toolkit.configuration.items()
        }

    def filled(self, value: Any) -> Any:
        """A value of the file with its `${name}` forms filled in, and nothing secret in it."""
        return self._masked(substitute(value, self.configuration, self.secrets))

    def _masked(self, value: Any) -> Any:
        """What is secret all the same."""
        if isinstance(value, Mapping):
            within = self._toolkit.redact.within
            return {  # a field is masked by its name too, unless it refers to a variable
                key: self._masked(each) if _PLACE.search(str(each)) else next(iter(within({key: each}).values()))
                for key, each in value.items()
            }
        if isinstance(value, list):
            return [self._masked(each) for each in value]
        return self._toolkit.redact.within(value)


def _reference(declared: Any) -> str:
    """The place of a variable, where the file says that a value is one's; a mask otherwise."""
    name = declared.get("key") if isinstance(declared, Mapping) and declared.get("type") == "env" else None
    return f"{_OPEN}{name}{_CLOSE}" if isinstance(name, str) and _NAME.fullmatch(name) else MASK


def _there(command: str, mentioned: str = "") -> str:
    """A command in the folder of the run, with the run's mark where it is looked for."""
    mark = os.environ.get("RTK_RUN_ID")
    marked = f"{MARKER}={shlex.quote(mark)} " if mark and MARKER in mentioned else ""
    return f"cd {shlex.quote(os.getcwd())} && {marked}{command}"  # noqa: PTH109 - the text


def _request(provider: Mapping[str, Any], values: _Values) -> str:
    """The request as curl sends it."""
    method = str(provider.get("method", "GET")).upper()
    headers = values.filled(provider.get("headers")) or {}
    body = [*_body(method, headers, values.filled(provider.get("arguments")))]
    words = ["curl", "-fL"]
    if method == "HEAD":
        words.append("-I")
    elif method != "GET" and not (body and method == "POST"):  # with a body curl sends POST by itself
        words.append(f"-X {_word(method)}")
    for name, text in ((str(name), str(value)) for name, value in headers.items() if value is not None):
        if name.lower() not in _AUTHORIZATION:
            words.append(f"-H {_word(f'{name}: {text}')}")
        elif not _PLACE.search(text):
            words.append(f"-H {_word(f'{name}: {MASK}')}")
        # The redactor masks what stands beside the word Authorization, so that a reference is kept apart from it.
        elif name.lower() == "authorization" and text.lower().startswith("bearer "):
            words.append(f"--oauth2-bearer {_word(text[7:].strip())}")
        else:
            words.append(f"-H \"$(printf '%s: %s' {name} {_word(text)})\"")
    words += [*body, *_ways(provider, values), _word(values.filled(provider["url"]))]
    return " ".join(words)


def _body(method: str, headers: Mapping[str, Any], arguments: Any) -> Iterator[str]:
    """What is sent, as the Chaos Toolkit sends it: a query, JSON, a form, or text."""
    if not arguments:
        return
    if method == "GET":
        yield "-G"
    elif any(str(name).lower() == "content-type" and "json" in str(value) for name, value in headers.items()):
        yield f"--data-raw {_word(json.dumps(arguments, ensure_ascii=False))}"
        return
    if isinstance(arguments, Mapping):
        for name, value in arguments.items():
            for each in value if isinstance(value, list) else [value]:
                yield f"--data-urlencode {_word(f'{name}={each}')}"
    else:
        yield f"--data-raw {_word(arguments if isinstance(arguments, str) else json.dumps(arguments))}"


def _ways(provider: Mapping[str, Any], values: _Values) -> Iterator[str]:
    """How it is sent: how long at most, how often, and whom to trust."""
    timeout = values.filled(provider.get("timeout"))
    if isinstance(timeout, list) and len(timeout) == 2:
        yield f"--connect-timeout {_word(str(timeout[0]))}"
        timeout = timeout[1]
    if timeout:
        yield f"--max-time {_word(str(timeout))}"
    if provider.get("max_retries"):
        yield f"--retry {_word(str(provider['max_retries']))}"
    trust = provider.get("verify_tls", True)
    if trust is False:
        yield "-k"
    elif isinstance(trust, str):
        yield f"--cacert {_word(trust)}"


def _call(provider: Mapping[str, Any], values: _Values) -> str:
    """The call by the Python of the run, with the configuration and secrets that its function takes."""
    module, func = str(provider["module"]), str(provider["func"])
    arguments = dict(_mapping(values.filled(provider.get("arguments"))))
    try:
        taken = frozenset(inspect.signature(getattr(importlib.import_module(module), func)).parameters)
    except (Exception, SystemExit):  # noqa: BLE001 - importing an extension runs its code, which may do anything
        taken = frozenset()
    if "configuration" in taken and values.configuration:
        arguments["configuration"] = values.configuration
    if "secrets" in taken and isinstance(provider.get("secrets"), list):
        arguments["secrets"] = secrets_of(provider, values.secrets)
    given = ", ".join(f"{key}={_expression(value)}" for key, value in arguments.items())
    code = f"from {module} import {func}; print({func}({given}))"
    if "os.environ[" in code:
        code = f"import os; {code}"
    path = os.environ.get("PYTHONPATH")
    found = f"PYTHONPATH={shlex.quote(path)} " if path else ""
    command = f"{found}{shlex.quote(sys.executable)} -c {shlex.quote(code)}"
    return _there(command, MARKER if module.startswith("chaoscloud.") else "")


def _expression(value: Any) -> str:
    """A value as Python writes it, with double quotes, which are easy on a shell."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_expression(key)}: {_expression(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_expression, value)) + "]"
    if not isinstance(value, str):
        return repr(value)
    parts = _PLACE.split(value)  # text and names, in turn
    told = [f'os.environ["{part}"]' if index % 2 else json.dumps(part) for index, part in enumerate(parts) if part]
    return " + ".join(told) or '""'


def _word(text: str) -> str:
    """A word of a shell: text as it is, with the values of variables filled in by the shell."""
    parts = _PLACE.split(text)
    told = [f'"${part}"' if index % 2 else shlex.quote(part) for index, part in enumerate(parts) if part]
    return "".join(told) or "''"


def _in_shell(text: str) -> str:
    """Text that is the shell's own, with references that stand in whatever quotes there are."""
    told, quote, start = [], "", 0
    for place in _PLACE.finditer(text):
        before, is_escaped = text[start : place.start()], False
        for char in before:
            if is_escaped:
                is_escaped = False
            elif char == "\\" and quote != "'":
                is_escaped = True
            elif char == quote:
                quote = ""
            elif char in "'\"" and not quote:
                quote = char
        # Single quotes would keep the shell from filling it in: they end before it and begin again after it.
        told += [before, {"": f'"${place[1]}"', "'": f"'\"${place[1]}\"'"}.get(quote, f"${{{place[1]}}}")]
        start = place.end()
    return "".join([*told, text[start:]])


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
