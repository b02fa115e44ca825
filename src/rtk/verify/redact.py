"""Secrets never leave the machine: what is written anywhere has their values replaced."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from typing import Any

MASK = "*****"
DEEPEST = 40  # levels of a value that are looked through
SHORTEST = 4  # shorter values would blank out ordinary text


class Redactor:
    """Replaces the values of declared secrets and of the settings' credentials in text."""

    def __init__(self, secrets: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
        auths = settings.get("auths") or {}
        values = {*_texts(secrets), *(str(a["value"]) for a in _mappings(auths) if a.get("value"))}
        long = sorted((v for v in values if len(v) >= SHORTEST), key=len, reverse=True)
        self._values = list(dict.fromkeys(form for value in long for form in _forms(value)))

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to replace."""
        return bool(self._values)

    def __call__(self, text: str) -> str:
        """The text without secrets."""
        for value in self._values:
            if value in text:
                text = text.replace(value, MASK)
        return text

    def within(self, value: Any, depth: int = 0) -> Any:
        """A value with every text in it redacted, keys too; below 40 levels it is told by its type only."""
        if not self._values or value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, str):
            return self(value)
        if isinstance(value, Mapping):
            return {self._key(key): self._deeper(item, depth) for key, item in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._deeper(item, depth) for item in value]
        return value if is_dataclass(value) else self(told(value))

    def _key(self, key: Any) -> Any:
        return self(key) if isinstance(key, str) else key

    def _deeper(self, value: Any, depth: int) -> Any:
        return self.within(value, depth + 1) if depth < DEEPEST else told(value)


def _forms(value: str) -> Iterator[str]:
    """The value as it stands in text, in JSON text, and in JSON text within JSON text."""
    yield value
    for once in {json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}:
        yield once
        yield json.dumps(once)[1:-1]


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
    elif isinstance(value, str):
        yield value


def _mappings(auths: Any) -> Iterator[Mapping[str, Any]]:
    return (auth for auth in auths.values() if isinstance(auth, Mapping)) if isinstance(auths, Mapping) else iter(())
