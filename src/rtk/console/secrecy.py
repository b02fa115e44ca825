"""What no line of the console's log may hold: a filter takes it out, whoever wrote the line.

Secret are the console's own settings, and whatever a request brought: its headers, its query, its form, and the
address that it asked for, since some addresses let somebody in. In a line about a request the route stands for it.
"""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from rtk.console import access
from rtk.console.options import OPTIONS, text
from rtk.log import fields
from rtk.verify.redact import MASK, Redactor

TOKEN = re.compile(r"rtk_[A-Za-z0-9]{8,}")
LONG_PART = 12  # characters of a part of an address that may be a key; names of organizations are shorter, or no secret
LONGEST_BODY = 64 * 1024
# Longer texts of a request are not looked for in every spelling, or it could keep the console busy with one line:
# of these each word is looked for, as it is.
LONGEST_TEXT = 256
_WORD = re.compile(r"[0-9A-Za-z]{4,}")
_TOLD = {"error", "error_description"}  # why an issuer signed nobody in (OpenID Connect): what the log is to say
# What PostgreSQL adds to an error: the values of the row that it refuses.
_DETAIL = re.compile(
    r"^DETAIL:.*?(?=^(?:HINT|CONTEXT|QUERY|LOCATION|Traceback|The above|During)\b|^\s*$|\Z)", re.M | re.S
)
_FORMATTER = logging.Formatter()


@cache
def _own() -> Redactor:
    """What knows the secrets of the settings."""
    return Redactor({each.name: text(each.name) for each in OPTIONS if each.secret}, {})


class Secrecy(logging.Filter):
    """Lets every line pass, without what is secret in it. Lines of the access log hold nothing else than they may."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Take it out."""
        if record.name == access.__name__:
            return True
        visit = access.current()
        said = record.getMessage()
        if visit:
            record.request_id = visit.id
            path = str(visit.scope["path"])
            if len(path) > 1:
                said = said.replace(path, access.route_of(visit) or "an address that is none of ours")
        redact = _redactor(visit)
        record.msg, record.args = _plain(said, redact), ()
        for name, value in [*fields(record)]:
            if isinstance(value, str) and name != "request_id":
                setattr(record, name, _plain(value, redact))
        if record.exc_info and not record.exc_text:
            record.exc_text = _FORMATTER.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = _plain(_DETAIL.sub("DETAIL: left out\n", record.exc_text), redact)
        return True


def _plain(said: str, redact: Callable[[str], str]) -> str:
    return TOKEN.sub(MASK, redact(_own()(said)))


def _redactor(visit: access.Visit | None) -> Callable[[str], str]:
    if not visit:
        return _own()
    brought = set(_brought(visit))
    redact = Redactor({}, {}, others=[each for each in brought if len(each) <= LONGEST_TEXT])
    long = "\n".join(each for each in brought if len(each) > LONGEST_TEXT)
    words = frozenset(_WORD.findall(long))

    def masked(word: "re.Match[str]") -> str:
        return MASK if word[0] in words or word[0] in long else word[0]

    return (lambda said: redact(_WORD.sub(masked, said))) if long else redact


def _brought(visit: access.Visit) -> Iterator[str]:
    """Every text that a request brought and that its line could repeat."""
    for name, value in visit.scope.get("headers", ()):
        told = value.decode("latin-1")
        yield told
        yield from told.split()
        if name == b"cookie":
            yield from (each.partition("=")[2].strip() for each in told.split(";"))
    query = visit.scope.get("query_string", b"").decode("latin-1")
    yield query
    yield from (value for name, value in parse_qsl(query, keep_blank_values=True) if name not in _TOLD)
    yield from (part for part in str(visit.scope["path"]).split("/") if _may_be_key(part))
    yield from _sent(visit.request)


def _may_be_key(part: str) -> bool:
    if len(part) < LONG_PART:
        return False
    try:
        UUID(part)
    except ValueError:
        return True
    return False


def _sent(request: Any) -> Iterator[str]:
    """What the body says, where it is a form or is short; that of a request whose body is no longer there is not."""
    if request is None or request.method not in ("POST", "PUT", "PATCH"):
        return
    with suppress(Exception):
        for _, values in request.POST.lists():
            yield from values
    with suppress(Exception):
        if not request.POST and len(request.body) <= LONGEST_BODY:
            yield request.body.decode()
