"""Secrets never leave the machine: what is written or sent anywhere has their values replaced.

Secret are: what `secrets` declares, the credentials of the settings, and values of the configuration whose key
says so, each also URL- and base64-encoded; and, wherever they stand, passwords in addresses and the values of
Authorization headers.
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "*****"
SHORTEST = 4  # shorter values would blank out ordinary text: only as whole fields
SHORTEST_CUT = 6  # characters of base64 that ordinary text is not likely to hold by chance

_SECRETIVE = re.compile(r"token|passw(or)?d|passphrase|secret|(^|[^a-z])keys?($|[^a-z])|(api|access|private)_?keys?$")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_IN_ADDRESS = re.compile(r"(://[^\s/@:\"'?#]*:)([^\s/@\"']+)(?=@)")
_HEADER = re.compile(
    r"(?i)(authorization[\\\"']{0,3}\s*[:=,]\s*[\[(]?[\\\"']{0,3}\s*)((?:bearer|basic|token|digest)\s+)?"
    r"(?!\*{5})(?!null|none|true|false)([^\s\\\"',;{}\[\]()]{1,})"
)
_AUTHORIZATION = frozenset(("authorization", "proxy-authorization"))


def is_secretive(key: str) -> bool:
    """Whether a key of a configuration says that its value is a secret: token, password, secret or key."""
    return _SECRETIVE.search(_CAMEL.sub("_", key).lower()) is not None


class Redactor:
    """Replaces secrets in text, in whole values, and tells whether encoded text holds any."""

    def __init__(
        self,
        secrets: Mapping[str, Any],
        settings: Mapping[str, Any],
        configuration: Mapping[str, Any] | None = None,
        others: Iterable[str] = (),
    ) -> None:
        """`secrets` and `configuration` with their values resolved; `others` are secret texts from elsewhere."""
        auths = settings.get("auths") or {}
        known = {*_texts(secrets), *(str(a["value"]) for a in _mappings(auths) if a.get("value")), *others}
        known.update(
            text for key, value in (configuration or {}).items() if is_secretive(key) for text in _texts(value)
        )
        long = sorted((v for v in known if len(v) >= SHORTEST), key=len, reverse=True)
        self._values = list(dict.fromkeys(form for v in long for form in _forms(v)))
        self._encoded = [value.encode("utf-8", "replace") for value in self._values]
        self._short = frozenset(v for v in known if 0 < len(v) < SHORTEST)
        self._fields = [json.dumps(v, ensure_ascii=False).encode("utf-8", "replace") for v in self._short]

    def __call__(self, text: str) -> str:
        """The text without secrets."""
        if text in self._short:
            return MASK
        for value in self._values:
            if value in text:
                text = text.replace(value, MASK)
        if "://" in text and "@" in text:
            text = _IN_ADDRESS.sub(rf"\1{MASK}", text)
        return _HEADER.sub(_without_value, text) if "uthorization" in text.lower() else text

    def is_in(self, text: bytes) -> bool:
        """Whether encoded text holds a secret, or something that looks like one."""
        if any(value in text for value in self._encoded) or any(field in text for field in self._fields):
            return True
        return (b"@" in text and b"://" in text) or b"uthorization" in text.lower()

    def within(self, value: Any) -> Any:
        """A value with every text in it redacted; keys stay."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, Mapping):
            return {key: self._field(key, item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.within(item) for item in value]
        return value

    def _field(self, key: Any, value: Any) -> Any:
        if isinstance(key, str) and key.lower() in _AUTHORIZATION and isinstance(value, str) and value:
            scheme, _, rest = value.partition(" ")
            return f"{scheme} {MASK}" if rest else MASK
        return self.within(value)


def _without_value(found: "re.Match[str]") -> str:
    return f"{found[1]}{found[2] or ''}{MASK}"


def _forms(value: str) -> Iterator[str]:
    """The ways a secret may be written: as it is, inside JSON text, in an address, in base64."""
    yield value
    # A secret with quotes or line breaks in it looks different inside JSON text.
    yield json.dumps(value)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    raw = value.encode("utf-8", "replace")
    yield from (quote(raw), quote(raw, safe=""), quote_plus(raw))
    for encoded in _base64(raw):
        yield from (encoded, encoded.replace("+", "-").replace("/", "_"), quote(encoded, safe=""))


def _base64(raw: bytes) -> Iterator[str]:
    """The base64 of a value by itself, and what stays the same of it wherever it stands in a longer text."""
    yield base64.b64encode(raw).decode()
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + raw).decode()
        first, last = -(-before * 8 // 6), (before + len(raw)) * 8 // 6
        if last - first >= SHORTEST_CUT:
            yield whole[first:last]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str):
        yield value


def _mappings(auths: Any) -> Iterator[Mapping[str, Any]]:
    return (auth for auth in auths.values() if isinstance(auth, Mapping)) if isinstance(auths, Mapping) else iter(())
