"""Secrets never leave the machine: what is written anywhere has their values replaced."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

MASK = "*****"
SHORTEST = 4  # shorter values would blank out ordinary text


class Redactor:
    """Replaces the values of declared secrets and of the settings' credentials in text."""

    def __init__(self, secrets: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
        auths = settings.get("auths") or {}
        values = {*_texts(secrets), *(str(a["value"]) for a in _mappings(auths) if a.get("value"))}
        long = sorted((v for v in values if len(v) >= SHORTEST), key=len, reverse=True)
        # A secret with quotes or line breaks in it looks different inside JSON text.
        self._values = list(dict.fromkeys(form for v in long for form in (v, json.dumps(v)[1:-1])))
        self._encoded = [value.encode() for value in self._values]

    def __call__(self, text: str) -> str:
        """The text without secrets."""
        for value in self._values:
            if value in text:
                text = text.replace(value, MASK)
        return text

    def is_in(self, text: bytes) -> bool:
        """Whether encoded text holds a secret."""
        return any(value in text for value in self._encoded)

    def within(self, value: Any) -> Any:
        """A value with every text in it redacted; keys stay."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, Mapping):
            return {key: self.within(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.within(item) for item in value]
        return value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, str):
        yield value


def _mappings(auths: Any) -> Iterator[Mapping[str, Any]]:
    return (auth for auth in auths.values() if isinstance(auth, Mapping)) if isinstance(auths, Mapping) else iter(())
