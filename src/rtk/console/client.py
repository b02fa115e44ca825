"""The client that this console gives away: the wheel it runs from, at an address that stays, and what pip needs for it.

No index of packages has our distribution. Whoever takes its name there one day must not get into the jobs of those who
copied a command from a page, so every command names the wheel of this console and its digest. Wheels of earlier
versions stay where they were.
"""

from base64 import b64encode
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.views.decorators.http import require_safe

import rtk
from rtk.console import wheel
from rtk.console.store import client_wheels
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


@require_safe
def client(request: HttpRequest, name: str) -> HttpResponse:
    """Send a wheel: our own, or one that was given away before. 404 for another, 503 where our own cannot be packed."""
    found = _named(name)
    if found is None:
        return _refusal()
    tag, digest = f'"{found.sha256}"', b64encode(bytes.fromhex(found.sha256)).decode()
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    headers = {"Cache-Control": "no-cache", "ETag": tag, "Repr-Digest": f"sha-256=:{digest}:"}
    return HttpResponse(found.content, content_type="application/octet-stream", headers=headers)


@require_safe
def digest(_request: HttpRequest, name: str) -> HttpResponse:
    """Send a wheel's digest as `sha256sum --check` reads it."""
    found = _named(name)
    return _refusal() if found is None else _text(f"{found.sha256}  {found.name}", 200)


@require_safe
def requirements(_request: HttpRequest) -> HttpResponse:
    """Send what `pip install --requirement` reads: always the client that pages name."""
    return _text(requirement(DISTRIBUTION), 200)


def _named(name: str) -> Wheel | None:
    """The wheel of a name: our own, which is kept from now on, or one that was kept."""
    own = _packed()
    if isinstance(own, Wheel) and own.name == name:
        client_wheels.keep(own.name, own.content, own.sha256)
        return own
    kept = client_wheels.content_of(name)
    return None if kept is None else Wheel(name, kept)


def _refusal() -> HttpResponse:
    found = _packed()
    if isinstance(found, CannotPack):
        return _text(f"{found}, or name a wheel in RTK_PACKAGE.", 503)
    return _text(f"There is no such client here; this console has {address()}", 404)


def _text(sentence: str, status: int) -> HttpResponse:
    return HttpResponse(f"{sentence}\n", content_type="text/plain; charset=utf-8", status=status)


@cache
def _packed() -> Wheel | CannotPack:
    """Our own wheel, or why there is none: once in the life of the process, for its files are read and compressed."""
    try:
        return wheel.installed()
    except CannotPack as error:
        return error
