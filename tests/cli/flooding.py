"""A probe that logs far more than can be written, secrets in many spellings among it."""

import base64
import json
import logging
import urllib.parse
from typing import Any

logger = logging.getLogger("chaostoolkit")
SECRETS = {
    "password": "Tr0ub4dor&3/+=? ünï",
    "key": "-----BEGIN KEY-----\nMIIabc123DEF456ghi\nzzTOPqwerty098==\n-----END KEY-----\n",
    "words": "he said \"quotedSecret\" 'x'",
    "path": "back\\slash\\Secret",
    "number": 90817263,
    "letters": "пароль-секрет",
}
LETTERS = ("Tr0ub4dor", "MIIabc123DEF456ghi", "zzTOPqwerty098", "quotedSecret", "90817263", "пароль")


def spellings(value: Any) -> list[str]:
    """A value as many a writer would write it."""
    text = str(value)
    written = json.dumps(text)
    encoded = base64.b64encode(text.encode()).decode()
    raw = text.encode()
    return [text, urllib.parse.quote(text), written, json.dumps(written), encoded, repr(raw), raw.hex()]


def floods(secrets: dict[str, Any] | None = None) -> int:
    """A probe: 100 KB a line, ten lines a measurement."""
    told = [spelling for value in (secrets or {}).values() for spelling in spellings(value)]
    many = told * (100_000 // len(" ".join(told)) + 1)
    for _ in range(5):
        logger.debug("as an argument: %s", many)
        logger.info("as a line: " + " ".join(many))
    return 1
