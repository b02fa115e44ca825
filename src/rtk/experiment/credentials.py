"""Which credentials go to which host: by the settings file, the environment or the address itself."""

import base64
from collections.abc import Mapping
from typing import Any

from rtk.errors import BadInput
from rtk.experiment.address import Address, parse
from rtk.experiment.wording import kind


def authorization(address: Address, settings: Mapping[str, Any], environ: Mapping[str, str]) -> str | None:
    """The value of the Authorization header for an address, or None.

    In this order: the user and password of the address itself; `RTK_TOKEN` where the host is `RTK_URL`'s; the
    settings' `auths: {HOST: {type, value}}` where HOST is the address's host and port. A token is never sent
    over plain http to another machine. Raises `BadInput` for settings that are not of this shape.
    """
    if address.user is not None:
        return "Basic " + base64.b64encode(":".join(address.user).encode()).decode()
    if not address.private:
        return None
    url, token = environ.get("RTK_URL", ""), environ.get("RTK_TOKEN", "").strip()
    if url and token:
        try:
            ours = parse(url).host == address.host
        except BadInput:
            raise BadInput("RTK_URL: expected an address such as https://console.example.com") from None
        if ours:
            return _header("Bearer", token, "RTK_TOKEN")
    auths = settings.get("auths") or {}
    if not isinstance(auths, Mapping):
        raise BadInput(f"settings, auths: expected a mapping of hosts, not {kind(auths)}")
    # A host's name is the same in capitals, in which somebody may have written it.
    entry = next((value for host, value in auths.items() if str(host).lower() == address.host), None)
    if entry is None:
        return None
    place = f"settings, auths.{address.host}"
    if not isinstance(entry, Mapping):
        raise BadInput(f"{place}: expected a mapping with type and value, not {kind(entry)}")
    return _header(_text(entry, "type", place), _text(entry, "value", place), place)


def _text(entry: Mapping[str, Any], key: str, place: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        raise BadInput(f"{place}.{key}: expected text")
    return value.strip()


def _header(scheme: str, value: str, place: str) -> str:
    whole = f"{scheme[:1].upper()}{scheme[1:]} {value}"
    if not (whole.isascii() and whole.isprintable()):
        raise BadInput(f"{place}: holds characters that no request header can carry")
    return whole
