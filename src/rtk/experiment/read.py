"""From bytes to a document: JSON or YAML, within limits, or a sentence that says what is wrong and where."""

import json
import math
import re
from collections import Counter
from datetime import date
from typing import Any

from rtk.errors import BadInput
from rtk.experiment.mend import DEEPEST, Mended, mend, place
from rtk.experiment.wording import at, kind, listed, shown

LARGEST = 16 * 1024 * 1024

_EXPECTED = "expected an experiment: a mapping with a title, a steady-state-hypothesis and a method"
_HTML = re.compile(r"\s*<(!doctype|html|head|body|\?xml)", re.IGNORECASE)
# Byte order marks of UTF-16 and UTF-32, which Windows' editors write.
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_JSON_SAYS = {
    "Expecting value": "expected a value",
    "Expecting property name enclosed in double quotes": "expected a name in double quotes",
    "Expecting ':' delimiter": "expected a colon after the name",
    "Expecting ',' delimiter": "expected a comma or the closing bracket",
    "Unterminated string starting at": "the text that begins here has no closing quote",
    "Invalid control character at": "a control character must be written as an escape (a tab as \\t)",
    "Extra data": "expected the end of the document",
}


def document(data: bytes, where: str, form: str | None = None) -> tuple[dict[str, Any], tuple[str, ...]]:
    """A document and warnings from the bytes of a file or an answer.

    `form` is `json`, `yaml` or None (found out from the text); `where` names the source in sentences.
    The document is fresh, holds JSON values only and shares no part with another. Raises `BadInput`.
    """
    text = decode(data, where)
    form = form or ("json" if text.lstrip()[:1] in ("{", "[") else "yaml")
    if _HTML.match(text):
        raise BadInput(f"{where} is a web page (HTML): {_EXPECTED}, in JSON or YAML")
    if form == "json":
        parsed, mended, twice = mended_json(text, where)
        warnings = [warning] if (warning := mend_warning(mended, where)) else []
        from rtk.experiment import yamltext

        # Most JSON is YAML as well, which knows the lines of what stands twice.
        with_lines = yamltext.repeated(text, where) if twice else []
        warnings += with_lines or [
            f"{where}: {shown(name)} stands twice in one mapping, the last one counts" for name in twice
        ]
    else:
        from rtk.experiment import yamltext

        parsed, warnings = yamltext.load(text, where)
    if not isinstance(parsed, dict):
        found = "is empty" if parsed is None else f"holds {kind(parsed)}"
        raise BadInput(f"{where} {found}: {_EXPECTED}")
    return _plain(parsed, where, "", 0), tuple(warnings)


def decode(data: bytes, where: str) -> str:
    """UTF-8 text (with or without a byte order mark) of at most 16 MiB that is not empty."""
    if len(data) > LARGEST:
        raise too_large(where)
    if data.startswith(_WIDE):
        raise BadInput(f"{where} is UTF-16 or UTF-32 text: save it as UTF-8")
    try:
        text = data.decode("utf-8-sig")  # some editors begin UTF-8 with a mark, too
    except UnicodeDecodeError as error:
        line, column = place(data[: error.start].decode("utf-8", "replace"), error.start)
        raise BadInput.in_text(
            where, (line, column), f"not text (byte 0x{data[error.start]:02x}), expected UTF-8"
        ) from None
    if "\0" in text:
        line, column = place(text, text.index("\0"))
        raise BadInput.in_text(where, (line, column), "not text (a zero byte), expected UTF-8")
    if not text.strip():
        raise BadInput(f"{where} is empty: {_EXPECTED}")
    return text


def too_large(where: str) -> BadInput:
    """The refusal of a source beyond the limit."""
    return BadInput(f"{where} is larger than {LARGEST // 1024 // 1024} MiB, the most an experiment may have")


def mended_json(text: str, where: str) -> tuple[Any, Mended, tuple[str, ...]]:
    """A JSON text's value, how it was mended, and the names that stand twice in one mapping."""
    mended = mend(text, where)
    twice: list[str] = []

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        whole = dict(found)
        if len(whole) < len(found):
            counts = Counter(name for name, _ in found)
            twice.extend(sorted(name for name, count in counts.items() if count > 1)[:10])
        return whole

    def whole(digits: str) -> int | float:
        return int(digits) if len(digits) < 300 else math.inf  # refused as such, with its place

    try:
        value = json.loads(mended.text, object_pairs_hook=pairs, parse_int=whole)
    except json.JSONDecodeError as error:
        says = _JSON_SAYS.get(error.msg, error.msg[:1].lower() + error.msg[1:])
        if not mended.text[error.pos :].strip():  # then it is rather cut off than written wrong
            says += ", but the file ends here (is it complete?)"
        if suspect := mended.suspect(error.pos):
            says += f" (or the text that begins in line {suspect} lacks its closing quote)"
        raise BadInput.in_text(where, mended.place(error.pos), says) from None
    return value, mended, tuple(twice)


def mend_warning(mended: Mended, where: str) -> str | None:
    """The warning that names the lines that were mended, or None."""
    if not mended.breaks:
        return None
    lines = [f"line {a}" if a == b else f"lines {a} to {b}" for a, b in mended.lines()]
    return (
        f"{where}, {listed(lines)}: each raw line break inside a text was read as one space; "
        f"`rtk experiment mend` writes it so"
    )


def _plain(value: Any, where: str, path: str, depth: int) -> Any:
    """A fresh copy in JSON values: dates become ISO text, names text; what JSON cannot say is refused."""
    if depth > DEEPEST:
        raise BadInput(f"{where}: nested deeper than {DEEPEST} levels, which no experiment needs")
    if isinstance(value, dict):
        plain = {}
        for key, item in value.items():
            is_word = isinstance(key, bool) or key is None  # YAML's own words, which JSON knows only as text in a name
            name = json.dumps(key) if is_word else str(_scalar(key, where, at(path, "name")))
            plain[name] = _plain(item, where, at(path, str(key)[:80]), depth + 1)
        return plain
    if isinstance(value, list):
        return [_plain(item, where, at(path, index), depth + 1) for index, item in enumerate(value)]
    return _scalar(value, where, path)


def _scalar(value: object, where: str, path: str) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        raise BadInput(f"{where}, {path}: expected a finite number that JSON can hold")
    # Some 300 digits: most readers of JSON make a float of a number, which holds no more.
    if isinstance(value, int) and value.bit_length() > 1000:
        raise BadInput(f"{where}, {path}: expected a number of less than 300 digits")
    # UTF-8 cannot carry it, so neither a file nor an answer could.
    if isinstance(value, str) and not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
        raise BadInput(f"{where}, {path}: the text holds half a character (a lone surrogate)")
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise BadInput(f"{where}, {path}: expected text, a number, a list or a mapping, not {type(value).__name__}")
