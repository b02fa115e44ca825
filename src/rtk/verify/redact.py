"""Secrets never leave the machine: what is written or sent anywhere has their values replaced.

Secret are: what `secrets` declares, the credentials of the settings, and values of the configuration whose key
says so, each also URL- and base64-encoded; and, wherever they stand, passwords in addresses and the values of
Authorization headers.
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import is_dataclass
from typing import Any
from urllib.parse import quote

MASK = "*****"
DEEPEST = 40  # levels of a value that are looked through
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
        self._in_addresses = [re.compile(_in_address(v)) for v in long if quote(v, safe="") != v]
        self._short = frozenset(v for v in known if 0 < len(v) < SHORTEST)

    def __call__(self, text: str) -> str:
        """The text without secrets."""
        if text in self._short:
            return MASK
        for value in self._values:
            if value in text:
                text = text.replace(value, MASK)
        if "%" in text:
            for pattern in self._in_addresses:
                text = pattern.sub(MASK, text)
        if "://" in text and "@" in text:
            text = _IN_ADDRESS.sub(rf"\1{MASK}", text)
        return _HEADER.sub(_without_value, text) if "uthorization" in text.lower() else text

    def is_needed_for(self, encoded: bytes) -> bool:
        """Whether encoded text may hold something to replace: any text, once there is a secret known by its value."""
        if self._values or self._short or (b"@" in encoded and b"://" in encoded):
            return True
        return b"uthorization" in encoded.lower()

    def within(self, value: Any, depth: int = 0) -> Any:
        """A value with every text in it redacted, keys too; below 40 levels it is told by its type only."""
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, str):
            return self(value)
        if isinstance(value, Mapping):
            return {self._key(key): self._field(key, item, depth) for key, item in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._deeper(item, depth) for item in value]
        return value if is_dataclass(value) else self(told(value))

    def _key(self, key: Any) -> Any:
        return self(key) if isinstance(key, str) else key

    def _field(self, key: Any, value: Any, depth: int) -> Any:
        if isinstance(key, str) and key.lower() in _AUTHORIZATION and isinstance(value, str) and value:
            scheme, _, rest = value.partition(" ")
            return f"{scheme} {MASK}" if rest else MASK
        return self._deeper(value, depth)

    def _deeper(self, value: Any, depth: int) -> Any:
        return self.within(value, depth + 1) if depth < DEEPEST else told(value)


def _without_value(found: "re.Match[str]") -> str:
    return f"{found[1]}{found[2] or ''}{MASK}"


def _forms(value: str) -> Iterator[str]:
    """The ways a secret may be written: as it is, in JSON text, in JSON text within that, in base64."""
    yield value
    for once in {json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}:
        yield once
        yield json.dumps(once)[1:-1]
    raw = value.encode("utf-8", "replace")
    for encoded in _base64(raw):
        yield from (encoded, encoded.replace("+", "-").replace("/", "_"), quote(encoded, safe=""))


def _in_address(value: str) -> str:
    """A pattern of the secret as a part of an address: which of its signs are encoded there depends on the writer."""

    def written(sign: str) -> str:
        encoded = quote(sign.encode("utf-8", "replace"), safe="")
        if encoded == sign:
            return re.escape(sign)
        return f"(?:{re.escape(sign)}|(?i:{encoded}){'|[+]' if sign == ' ' else ''})"

    return "".join(map(written, value))


def _base64(raw: bytes) -> Iterator[str]:
    """The base64 of a value by itself, and what stays the same of it wherever it stands in a longer text."""
    yield base64.b64encode(raw).decode()
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + raw).decode()
        first, last = -(-before * 8 // 6), (before + len(raw)) * 8 // 6
        if last - first >= SHORTEST_CUT:
            yield whole[first:last]


def told(value: Any) -> str:
    """A value in words, whatever it is."""
    try:
        return value if isinstance(value, str) else repr(value)
    except Exception:  # noqa: BLE001 - a value whose words fail has a type still
        return f"a value of type {type(value).__name__}"


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
