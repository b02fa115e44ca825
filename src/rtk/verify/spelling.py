"""The ways a secret may be written in a text: what writers of JSON, addresses, shells, markup and base64 make of it.

Letters and digits stay as they are in all of them but base64 and hexadecimal, so that the longest row of these is
the clue by which a secret is looked for: only a text that has it is looked at closely.
"""

import base64
import html.entities
import re
from collections.abc import Callable, Iterator

SHORTEST_CUT = 6  # characters of base64 that ordinary text is not likely to hold by chance
SURE_DIGITS = 8  # a number of fewer digits counts only where no other digit adjoins it
LINE = 60  # characters of base64 that writers put into one line at least
CLUE = 6  # characters of a clue that ordinary text is not likely to hold by chance

_ALNUM = re.compile(r"[0-9A-Za-z]+")
_BLANK = re.compile(r"\s+")
_DIGITS = re.compile(r"[0-9]+")
_NUMERIC = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?")
_LETTERS = {"\n": "n", "\r": "r", "\t": "t", "\f": "f", "\v": "v", "\b": "b", "\a": "a", "\0": "0"}
_NAMES = {**html.entities.codepoint2name, ord("'"): "apos", ord(" "): "nbsp"}
_BREAK = (  # no two of these begin alike, so that a row of them is matched in one way only
    r"(?:\s"
    r"|\\+(?:\s|[nrtfv]|(?:u00|x)(?i:0[9a-d]|1[c-f]|20|85|a0)|0(?:1[1-5]|3[4-7]|40)"
    r"|x[cC]2\\+x(?i:85|a0)|302\\+2(?:05|40))"
    r"|%(?:25)*(?i:0[9a-d]|1[c-f]|20|c2%(?:25)*(?:85|a0))"
    r"|&(?:amp;)*(?:#0*(?:9|1[0-3]|28|29|30|31|32|160)|#[xX]0*(?i:9|[a-d]|1[c-f]|20|a0)|nbsp);)"
)
_LINE_END = r"(?:\s|\\+[nr]|%0[AaDd])*"
_QUOTE = r"(?:\\*'\\*\"\\*'\\*\"\\*'|\\*'\\+'\\*')"  # how a shell is given an apostrophe between apostrophes


class Spelling:
    """One way of writing a text; `clue` stands wherever it does (always where it is empty)."""

    __slots__ = ("_make", "_pattern", "clue", "least", "text")

    def __init__(self, clue: str, text: str, make: Callable[[str], str] = re.escape) -> None:
        """`make` gives the pattern of the text, compiled once it is needed; no match is shorter than `least`."""
        self.clue = clue
        self.text = text
        self.least = len(clue) if make is _number else len(_BLANK.sub(" ", text))
        self._make = make
        self._pattern: re.Pattern[str] | None = None

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where it stands in a text."""
        if self._pattern is None:
            self._pattern = re.compile(self._make(self.text))
        return (found.span() for found in self._pattern.finditer(text))


def spellings(text: str, is_number: bool = False) -> Iterator[Spelling]:
    """The ways in which a secret text, or a number as Python writes it, may be written."""
    yield Spelling(clue_of(text), text, _number if is_number else _signs)
    yield from encodings(text.encode("utf-8", "replace"))


def encodings(raw: bytes) -> Iterator[Spelling]:
    """The ways in which bytes may be written: base64, wherever they stand in what is encoded, and hexadecimal."""
    ways = [base64.b64encode(raw).decode()]
    # Three bytes are four characters, so that base64 within a longer text depends on how many stand before.
    for before, first in ((0, 0), (1, 2), (2, 3)):  # so many bytes, and the first character that has nothing of them
        whole = base64.b64encode(b"\0" * before + raw).decode()
        last = (before + len(raw)) * 8 // 6
        if last - first >= SHORTEST_CUT:
            ways.append(whole[first:last])
    for encoded in ways:
        for each in dict.fromkeys((encoded, encoded.replace("+", "-").replace("/", "_"))):
            yield from (Spelling(clue, each, _signs if len(each) <= LINE else _broken) for clue in _clues(each))
    for told in dict.fromkeys((raw.hex(), raw.hex().upper())):
        yield Spelling(told, told)


def clue_of(text: str) -> str:
    """The longest row of letters and digits, which is the same however the text is written; of numbers, of digits."""
    rows = (_DIGITS if _NUMERIC.fullmatch(text) else _ALNUM).findall(text)
    return max(rows, key=len, default="")


def _clues(encoded: str) -> list[str]:
    """The clues of base64: of two in its first line, at least one is not broken where it is too long for a line."""
    if len(encoded) <= LINE:
        return [clue_of(encoded)]
    rows = re.finditer(f"[0-9A-Za-z]{{{CLUE}}}", encoded)
    clues = [found[0] for found, _ in zip(rows, range(2), strict=False)]
    return clues if len(clues) > 1 else [""]


def _broken(encoded: str) -> str:
    return _LINE_END.join(map(_sign, encoded))


def _number(text: str) -> str:
    """A number as JSON, str and repr write it: 7 as 7.0, too, and 1e+22 as 1e22."""
    whole = re.escape(text.lstrip("+-")).replace(r"e\+", r"e\+?")
    if "." not in text and "e" not in text:
        whole += r"(?:\.0+(?![0-9]))?"
    if sum(map(str.isdigit, text)) >= SURE_DIGITS:
        return whole
    return rf"(?<![0-9])(?<![0-9][.,]){whole}(?![0-9])(?![.,][0-9])"


def _signs(text: str) -> str:
    """A pattern of the text in which each sign may be written as any writer would."""
    rows = re.finditer(r"\s+|\\+|.", text, re.DOTALL)
    return "".join(_row(found[0]) for found in rows)


def _row(row: str) -> str:
    if row.isspace():
        rare = (_escapes(sign) for sign in dict.fromkeys(row) if ord(sign) > 255)
        return f"(?:{'|'.join((_BREAK, '[+]', *rare))})+"
    if row.startswith("\\"):  # one pattern for all of a row, since each may be doubled, more than once
        size, escapes = len(row), _escapes("\\")
        return rf"(?:\\{{{size},{8 * size}}}|(?:{escapes}){{{size}}})"
    return _sign(row)


def _sign(sign: str) -> str:
    if sign.isascii() and sign.isalnum():
        return sign
    ways = [r"\\*" + re.escape(sign), _escapes(sign)]
    if sign == "'":
        ways.insert(0, _QUOTE)
    return f"(?:{'|'.join(ways)})"


def _escapes(sign: str) -> str:
    """How a sign is written where it cannot stand for itself; what escapes it may have been escaped again."""
    code, raw = ord(sign), sign.encode("utf-8", "surrogatepass")
    names = [f"#0*{code}", f"#[xX]0*(?i:{code:x})", *([_NAMES[code]] if code in _NAMES else [])]
    ways = [_of_bytes(raw), f"&(?:amp;)*(?:{'|'.join(names)});"]
    if code < 2**16:  # as JSON and Python write it
        ways.append(rf"\\+u(?i:{code:04x})")
    else:
        high, low = 0xD800 + (code - 2**16 >> 10), 0xDC00 + (code - 2**16 & 0x3FF)
        ways += (rf"\\+u(?i:{high:04x})\\+u(?i:{low:04x})", rf"\\+U(?i:{code:08x})")
    if code < 256 and raw != bytes([code]):  # bytes that are no UTF-8 were read as Latin-1
        ways.append(_of_bytes(bytes([code])))
    if sign in _LETTERS:
        ways.append(rf"\\+{_LETTERS[sign]}")
    if "\ud800" <= sign <= "\udfff":  # half a character: what encodes it for a file writes a question mark
        ways.append(r"\?")
    return "|".join(ways)


def _of_bytes(raw: bytes) -> str:
    """Bytes in an address, and as a program tells them: hexadecimal or octal."""
    address = "".join(f"%(?:25)*(?i:{byte:02x})" for byte in raw)
    told = "".join(rf"\\+x(?i:{byte:02x})" for byte in raw), "".join(rf"\\+{byte:03o}" for byte in raw)
    return "|".join((address, *told))
