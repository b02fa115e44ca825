"""Secrets never leave the machine: what is written or sent anywhere has their values replaced.

Secret are: what `secrets` declares, the credentials of the settings, and values of the configuration whose key
says so, each in any spelling, also where a control sets them while the run goes on; and, wherever they stand,
passwords in addresses and the values of Authorization headers.
"""

import os
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from itertools import chain
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from rtk.verify.secretive import Scalar, is_secretive, number, scalars, texts
from rtk.verify.spelling import clue_of, encodings, spellings

MASK = "*****"
DEEPEST = 40  # levels of a value that are looked through
SHORTEST = 4  # characters, of numbers digits: shorter values would blank out ordinary text, so only as whole fields

_IN_ADDRESS = re.compile(r"(://[^\s/@:\"'?#]*:)([^\s/@\"']+)(?=@)")
_HEADER = re.compile(
    r"(?i)(authorization[\\\"']{0,3}\s*[:=,]\s*[\[(]?[\\\"']{0,3}\s*)((?:bearer|basic|token|digest)\s+)?"
    r"(?!\*{5})(?!null|none|true|false)([^\s\\\"',;{}\[\]()]{1,})"
)
_AUTHORIZATION = frozenset(("authorization", "proxy-authorization"))
_SCALARS = (bool, int, float, type(None))  # asked of every value of a measurement, and a union is made anew each time


class _Spelled:
    """What is long enough to be looked for within a text, in all its spellings."""

    def __init__(self, told: Iterable[str], figures: Iterable[str], values: Iterable[Scalar]) -> None:
        found = chain(
            *(spellings(text) for text in told if len(text) >= SHORTEST),
            *(spellings(text, is_number=True) for text in figures if _digits(text) >= SHORTEST),
            *(encodings(value) for value in values if isinstance(value, bytes) and len(value) >= SHORTEST),
        )
        # The shortest first, so that a text is not searched for what is longer than the text itself.
        self._spellings = sorted({(each.clue, each.text): each for each in found}.values(), key=lambda each: each.least)
        self._leasts = [each.least for each in self._spellings]
        self._clues = [each.clue for each in self._spellings]
        self.longest = max((len(each.text) for each in self._spellings), default=0)

    @property
    def clues(self) -> list[str]:
        """The clue of each spelling: where none of them stands, no spelling does."""
        return self._clues

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where secrets stand in a text."""
        if not (count := bisect_right(self._leasts, len(text))) or not any(map(text.__contains__, self._clues[:count])):
            return []
        return [span for each in self._spellings[:count] if each.clue in text for span in each.spans(text)]


class _Known:
    """The secrets known at a moment, made ready to be looked for."""

    def __init__(self, values: Iterable[Scalar]) -> None:
        self.values = frozenset(values)
        counted = {value for value in self.values if isinstance(value, int | float)}
        told = _unique(text for value in self.values - counted for text in texts(value))
        figures = _unique(text for value in counted for text in texts(value) if _digits(text) > 1)
        spelled = _Spelled(told, figures, self.values)
        self.spans, self.longest = spelled.spans, spelled.longest
        short = [text for text in told if len(text) < SHORTEST]
        self.short = frozenset((*short, *(text for text in figures if _digits(text) < SHORTEST)))
        numbers = (number(text) for text in (*told, *figures) if _digits(text) > 1)
        self.numbers = frozenset(each for each in numbers if each is not None)
        clues = chain(spelled.clues, map(clue_of, (*self.short, *map(repr, self.numbers))))
        self.encoded = tuple(map(str.encode, dict.fromkeys(clues)))


def _named_fields(value: Any) -> dict[str, Any] | None:
    if isinstance(value, Struct):
        return asdict(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: getattr(value, each.name, None) for each in fields(value)}
    return None


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
        self._sources = (secrets, configuration or {})
        auths = settings.get("auths")
        # The settings are a person's file: what is not in the form of credentials holds none.
        entries = auths.values() if isinstance(auths, Mapping) else ()
        values = (str(each["value"]) for each in entries if isinstance(each, Mapping) and each.get("value"))
        self._others = frozenset((*values, *filter(None, others)))
        self._known = _Known(())
        self.learn()

    def learn(self) -> None:
        """Look again at the secrets and the configuration: what was set there meanwhile is a secret from now on."""
        secrets, configuration = self._sources
        told = (value for key, value in list(configuration.items()) if is_secretive(str(key)))
        values = frozenset(chain(self._others, scalars(secrets), scalars(list(told))))
        # What was a secret once stays one, for texts that hold it may be on their way still.
        if not values <= self._known.values:
            self._known = _Known(self._known.values | values)

    @property
    def longest(self) -> int:
        """The length of the longest secret, in hexadecimal: two characters a byte."""
        return self._known.longest

    def __call__(self, text: str) -> str:
        """The text without secrets."""
        known = self._known
        if known.short and text.strip() in known.short:
            return MASK
        if spans := known.spans(text):
            pieces, end = list[str](), 0
            for first, last in sorted(spans):  # those that overlap have one mask in common
                if first >= end:
                    pieces += (text[end:first], MASK)
                end = max(end, last)
            text = "".join((*pieces, text[end:]))
        if "://" in text and "@" in text:
            text = _IN_ADDRESS.sub(rf"\1{MASK}", text)
        return _HEADER.sub(rf"\1\2{MASK}", text) if "uthorization" in text.lower() else text

    def is_needed_for(self, encoded: bytes) -> bool:
        """Whether encoded text may hold something to replace: what it encodes keeps letters and digits as they are."""
        if any(map(encoded.__contains__, self._known.encoded)) or (b"@" in encoded and b"://" in encoded):
            return True
        return b"uthorization" in encoded.lower()

    def within(self, value: Any, depth: int = 0) -> Any:
        """A value with every text and number in it redacted, keys too; below 40 levels it is told in words."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, _SCALARS):
            return MASK if value in self._known.numbers and not isinstance(value, bool) else value
        if isinstance(value, Mapping):
            return self._mapping(value, depth)
        if isinstance(value, list | tuple | set | frozenset):
            return [self._deeper(item, depth) for item in value]
        if (named := _named_fields(value)) is not None:
            return self._mapping(named, depth)
        is_short = isinstance(value, bytes) and value.strip().decode("utf-8", "replace") in self._known.short
        return MASK if is_short else self(told(value))

    def _mapping(self, values: Mapping[Any, Any], depth: int) -> dict[Any, Any]:
        kept: dict[Any, Any] = {}
        for key, value in values.items():
            if not isinstance(key, str):
                kept[self.within(key) if isinstance(key, _SCALARS) else self(told(key))] = self._deeper(value, depth)
            elif key.lower() in _AUTHORIZATION and value:
                # Whatever it holds is secret by where it stands; only the scheme, such as Bearer, is told.
                scheme, _, rest = value.partition(" ") if isinstance(value, str) else ("", "", "")
                kept[self(key)] = f"{scheme} {MASK}" if rest else MASK
            else:
                kept[self(key)] = self._deeper(value, depth)
        return kept

    def _deeper(self, value: Any, depth: int) -> Any:
        return self.within(value, depth + 1) if depth < DEEPEST else self(told(value))


def redactor_of(
    experiment: Mapping[str, Any],
    settings: Mapping[str, Any],
    given: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {}),
) -> Redactor:
    """Return one for an experiment that is not running: what it spells out, and what its variables hold here.

    `given` are the values of configuration and secrets that the command was given.
    """
    secrets = {"declared": _resolved(experiment.get("secrets")), "given": given[1]}
    configuration = {**_resolved(experiment.get("configuration")), **given[0]}
    return Redactor(secrets, settings, configuration, [os.environ.get("RTK_TOKEN", "").strip()])


def _resolved(declared: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in declared.items() if isinstance(declared, Mapping) else ():
        if isinstance(value, Mapping) and value.get("type") == "env":
            found[name] = os.environ.get(str(value.get("key")), value.get("default", ""))
        elif isinstance(value, Mapping) and "type" not in value:
            found[name] = _resolved(value)
        elif not isinstance(value, Mapping):
            found[name] = value
    return found


def _unique(found: Iterable[str]) -> list[str]:
    """Each text once, without what is blank at its ends."""
    return [*filter(None, dict.fromkeys(text.strip() for text in found))]


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))


def told(value: Any) -> str:
    """A value in words, whatever it is."""
    try:
        if isinstance(value, date):  # these three as the Chaos Toolkit's journal has them
            return value.isoformat()
        if type(value).__module__ in ("decimal", "uuid"):
            return str(value)
        return value if isinstance(value, str) else repr(value)
    except Exception:  # noqa: BLE001 - a value whose words fail has a type still
        return f"a value of type {type(value).__name__}"
