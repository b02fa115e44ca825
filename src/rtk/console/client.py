"""The client that this console gives away: the wheel it runs from, at an address that stays, and what pip needs for it.

No index of packages has our distribution. Whoever takes its name there one day must not get into the jobs of those who
copied a command from a page, so every command names the wheel of this console and its digest.
"""

import hashlib
from base64 import b64encode
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import etag, require_safe

import rtk
from rtk.console import wheel
from rtk.console.wheel import CannotPack, Wheel
from rtk.origin import DISTRIBUTION

_PLACE = "client"


def requirement(of: str) -> str:
    """Return what pip needs for a distribution: our own, with its extras, comes from here or from RTK_PACKAGE."""
    ours = of.partition("[")[0] == DISTRIBUTION
    return f"{of} @ {settings.PACKAGE or address()}" if ours else of


def address() -> str:
    """Return where the client is, with its digest. Where it cannot be packed, its address says why."""
    found = _packed()
    if isinstance(found, CannotPack):
        return f"{settings.PUBLIC_URL}/{_PLACE}/{DISTRIBUTION.replace('-', '_')}-{rtk.__version__}-py3-none-any.whl"
    return f"{settings.PUBLIC_URL}/{_PLACE}/{found.name}#sha256={found.sha256}"


def _tag(_request: HttpRequest, **_named: str) -> str | None:
    found = _packed()
    return None if isinstance(found, CannotPack) else f'"{found.sha256}"'


@require_safe
@etag(_tag)
def client(_request: HttpRequest, name: str) -> HttpResponse:
    """Send the wheel. 404 for another name, 503 where it cannot be packed."""
    found = _packed()
    if isinstance(found, CannotPack) or name != found.name:
        return _refusal(found)
    digest = b64encode(hashlib.sha256(found.content).digest()).decode()
    headers = {"Cache-Control": "no-cache", "Repr-Digest": f"sha-256=:{digest}:"}
    return HttpResponse(found.content, content_type="application/octet-stream", headers=headers)


@require_safe
def requirements(_request: HttpRequest) -> HttpResponse:
    """Send what `pip install --requirement` reads: always the client that pages name."""
    return _text(requirement(DISTRIBUTION), 200)


@require_safe
def digest(_request: HttpRequest, name: str) -> HttpResponse:
    """Send the wheel's digest as `sha256sum --check` reads it."""
    found = _packed()
    if isinstance(found, CannotPack) or name != found.name:
        return _refusal(found)
    return _text(f"{found.sha256}  {found.name}", 200)


def _refusal(found: Wheel | CannotPack) -> HttpResponse:
    if isinstance(found, CannotPack):
        return _text(f"{found}, or name a wheel in RTK_PACKAGE.", 503)
    return _text(f"There is no such client here; this console has {address()}", 404)


def _text(sentence: str, status: int) -> HttpResponse:
    return HttpResponse(f"{sentence}\n", content_type="text/plain; charset=utf-8", status=status)


@cache
def _packed() -> Wheel | CannotPack:
    """The wheel, or why there is none: once in the life of the process, for its files are read and compressed."""
    try:
        return wheel.installed()
    except CannotPack as error:
        return error
