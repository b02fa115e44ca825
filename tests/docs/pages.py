"""What a documentation page holds that can be tried: commands with their output, and files.

A fenced block of the language `console` holds commands (lines that begin with `$ `, a backslash at the end
continues one) and what they print. In the output `…` stands for anything in its line and, alone in a line, for
any lines. A block with a title is a file. A comment before a block, separated by semicolons, says more:

    <!-- test: skip needs AWS -->             the block is not run, for the reason given
    <!-- test: numbers vary; exit 2 -->       any number will do in the output; one command exits with 2
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))

_FENCE = re.compile(
    r"""
    ^ (?: <!--\ test:\ (?P<said> [^\n]*? )\ --> \n+ )?
    ^ (?P<indent> [ ]* ) ``` (?P<language> \w+ ) (?P<title> [^\n]* ) \n
    (?P<text> .*? )
    ^ (?P=indent) ``` $
    """,
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)
_TITLE = re.compile(r'title="([^"]+)"')
_NUMBER = re.compile(r"\d[\d.,]*")
_VERB = re.compile(r"\b(?:was|were)\b")  # which of them it is, a number decides


@dataclass(frozen=True)
class Command:
    """A command and what it is said to print; `output` is empty where the page shows none."""

    text: str
    output: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Block:
    """A fenced block: its first line in the page, its language, its title, its text, and what the comment says."""

    line: int
    language: str
    title: str | None
    text: str
    said: tuple[str, ...] = ()

    @property
    def skipped(self) -> bool:
        return any(word.startswith("skip ") for word in self.said)

    @property
    def numbers_vary(self) -> bool:
        return "numbers vary" in self.said

    @property
    def exit_code(self) -> int:
        """The exit code that one of the commands must have; 0 where none is said."""
        return next((int(word.removeprefix("exit ")) for word in self.said if word.startswith("exit ")), 0)

    def commands(self) -> list[Command]:
        found: list[Command] = []
        for line in self.text.splitlines():
            if line.startswith("$ "):
                found.append(Command(line[2:]))
            elif found and found[-1].text.endswith("\\") and not found[-1].output:
                found[-1] = Command(f"{found[-1].text}\n{line}")
            else:
                found[-1].output.append(line)
        return found


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page, in order."""
    text = page.read_text()
    for found in _FENCE.finditer(text):
        title = _TITLE.search(found["title"])
        indent = re.compile(f"^{found['indent']}", re.MULTILINE)
        yield Block(
            text.count("\n", 0, found.start("language")) + 1,
            found["language"],
            title[1] if title else None,
            indent.sub("", found["text"]),
            said(found["said"] or ""),
        )


def prose(text: str) -> str:
    """A page without its fenced blocks and its code, in which nothing is a link."""
    return re.sub(r"`[^`\n]+`", "", re.sub(r"^( *)```.*?^\1```$", "", text, flags=re.MULTILINE | re.DOTALL))


def headings(page: Path) -> set[str]:
    """The anchors of a page's headings."""
    text = re.sub(r"^( *)```.*?^\1```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    told = (re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", each) for each in re.findall(r"^#+ (.+)$", text, re.MULTILINE))
    return {re.sub(r"[^\w\s-]", "", each).strip().lower().replace(" ", "-") for each in told}


def said(comment: str) -> tuple[str, ...]:
    """What a comment says, word by word; the reason for skipping is one."""
    if comment.startswith("skip "):
        return (comment,)
    return tuple(word.strip() for word in comment.split(";") if word.strip())


def matches(expected: list[str], printed: str, numbers_vary: bool) -> bool:
    """Whether what was printed is what the page shows."""
    pattern = "".join(_line(line, numbers_vary) for line in expected)
    return re.fullmatch(pattern, "".join(f"{line.rstrip()}\n" for line in printed.splitlines())) is not None


def _line(line: str, numbers_vary: bool) -> str:
    if line.strip() == "…":
        return r"(?:.*\n)*?"
    parts = _NUMBER.split(line.rstrip()) if numbers_vary else [line.rstrip()]
    pattern = r"\d[\d.,]*".join(re.escape(part).replace("…", ".*") for part in parts) + r"\n"
    return _VERB.sub("(?:was|were)", pattern) if numbers_vary else pattern
