"""The commands that a process action starts, taken apart as far as their target can be told from them."""

import os
import re
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from rtk.verify.traits import QUANTITY

_BETWEEN = frozenset(";|&(){}")  # the signs that stand between commands
SHELLS = frozenset(("sh", "bash", "dash", "zsh", "ksh", "ash"))
_INLINE = re.compile(r"(python[0-9.]*|node|perl|ruby|php)")
_SCRIPT = re.compile(r".*\.(sh|bash|py|rb|pl|js|ps1)")
_LITERAL = re.compile(r"""(?s)(['"])(.*?)\1""")
_WORD = re.compile(r"[\w./~][\w./~:@*,+-]*", re.ASCII)
# These only run another command, or do nothing to a system.
WRAPPERS = frozenset(
    (
        "sudo",
        "doas",
        "env",
        "nohup",
        "timeout",
        "exec",
        "command",
        "time",
        "nice",
        "setsid",
        "xargs",
        "if",
        "then",
        "else",
        "fi",
        "do",
        "done",
        "while",
        "until",
        "for",
        "in",
        "case",
        "esac",
        "not",
        "!",
        "[",
        "[[",
        "]",
        "]]",
        "test",
        "true",
        "false",
        "sleep",
        "wait",
        "date",
        "echo",
        "printf",
        "set",
        "export",
        "cd",
        "head",
        "tail",
        "grep",
        "awk",
        "sed",
        "cut",
        "sort",
        "uniq",
        "wc",
        "which",
        "eval",
        "trap",
        "return",
        "exit",
    )
)
# The words of these name nothing that is acted on; a file that they are sent to does.
_SAY = frozenset(("echo", "printf", "sleep", "date", "export", "true", "false", "test", "[", "[[", "trap", "exit"))
_OF_FILES = frozenset(("touch", "rm", "mv", "cp", "ln", "mkdir", "rmdir", "truncate", "tee", "cat", "unlink", "shred"))
# Words of commands that say what is done, not to what.
VERBS = frozenset(
    (
        "start",
        "stop",
        "restart",
        "reload",
        "kill",
        "pkill",
        "killall",
        "pause",
        "unpause",
        "suspend",
        "resume",
        "rm",
        "mv",
        "cp",
        "touch",
        "ln",
        "chmod",
        "chown",
        "truncate",
        "mkdir",
        "rmdir",
        "dd",
        "tc",
        "qdisc",
        "class",
        "filter",
        "add",
        "del",
        "delete",
        "change",
        "replace",
        "show",
        "dev",
        "root",
        "parent",
        "handle",
        "netem",
        "tbf",
        "rate",
        "loss",
        "corrupt",
        "duplicate",
        "reorder",
        "limit",
        "burst",
        "latency",
        "iptables",
        "ip6tables",
        "nft",
        "ufw",
        "input",
        "output",
        "forward",
        "drop",
        "reject",
        "accept",
        "tcp",
        "udp",
        "icmp",
        "route",
        "addr",
        "link",
        "up",
        "down",
        "create",
        "apply",
        "patch",
        "scale",
        "rollout",
        "drain",
        "cordon",
        "uncordon",
        "exec",
        "run",
        "get",
        "set",
        "put",
        "update",
        "remove",
        "enable",
        "disable",
        "mask",
        "unmask",
        "service",
        "systemctl",
        "initctl",
        "docker",
        "podman",
        "compose",
        "container",
        "network",
        "volume",
        "connect",
        "disconnect",
        "inspect",
        "curl",
        "wget",
        "http",
        "https",
        "ssh",
        "scp",
        "rsync",
        "nc",
        "ping",
        "on",
        "off",
        "now",
        "all",
        "force",
    )
)


class Called(NamedTuple):
    """One command: its program, its options by name, its other words, and the files that it reads or writes."""

    program: str
    options: dict[str, str]
    words: list[str]
    files: list[str]


def commands(path: str, arguments: str | list[str]) -> list[Called]:
    """Return the commands of a process action, those of a shell's script among them."""
    program = Path(path).name
    if isinstance(arguments, str):
        return list(_split(f"{path} {arguments}"))
    return _inner(program, arguments) or [_called([path, *arguments])]


def _inner(program: str, arguments: list[str]) -> list[Called] | None:
    """What a shell or an interpreter is given to run as text."""
    # `sh -c`, `bash -ec`, `python -c`, `perl -e`: the word after it is the program itself.
    flags = [index for index, word in enumerate(arguments) if re.fullmatch(r"-[a-z]*[ce]", word)]
    if not flags or flags[0] + 1 >= len(arguments):
        return None
    text, rest = arguments[flags[0] + 1], arguments[flags[0] + 2 :]
    if program in SHELLS:
        found = list(_split(text))
        return [*found, Called(program, {}, rest, [])] if rest else found
    if _INLINE.fullmatch(program):
        return [Called(program, {}, [*(each for _, each in _LITERAL.findall(text)), *rest], [])]
    return None


def _split(text: str) -> Iterator[Called]:
    """The commands of a line of shell."""
    part: list[str] = []
    # A command within a command is one of its own: quotes would hide it from the lexer, which knows no `$(…)`.
    lines = os.path.expandvars(text).replace('"$(', "$(").replace(')"', ")").replace("\n", " ; ").replace("`", " ; ")
    lexer = shlex.shlex(lines, posix=True, punctuation_chars=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    try:
        tokens = list(lexer)
    except ValueError:  # a quote without its end
        tokens = lines.split()
    for token in (*tokens, ";"):
        if _BETWEEN.issuperset(token):
            if part:
                # Where it is a shell with a script, what counts is the commands of that.
                place = next((index for index, word in enumerate(part) if Path(word).name not in WRAPPERS), 0)
                yield from _inner(Path(part[place]).name, part[place + 1 :]) or [_called(part)]
            part = []
        else:
            part.append(token)


def _called(tokens: list[str]) -> Called:
    # What wraps a command, or sets a variable for it, comes before the program.
    program = next((word for word in tokens if Path(word).name not in WRAPPERS and "=" not in word), tokens[0])
    says, is_of_files = Path(tokens[0]).name in _SAY, Path(program).name in _OF_FILES
    called, into, option = Called(program, {}, [], []), False, ""
    for token in tokens:
        if token.strip("|&") in (">", ">>", "<"):
            into = True
        elif into:
            called.files.append(token)
            into = False
        elif says or token in (program, "$"):
            continue
        elif is_of_files and not token.startswith("-"):
            called.files.append(token)
        else:
            option = _take(called, token, option)
    return called


def _take(called: Called, token: str, option: str) -> str:
    """Put a token where it belongs; the option whose value comes next.

    Whether `-f x` is an option with its value or a switch before a word only the program knows: x counts as both.
    """
    name, is_pair, value = token.partition("=")
    if is_pair and _WORD.fullmatch(name.lstrip("-") or "-"):
        called.options.setdefault(name.lstrip("-"), value)
    elif token.startswith("-") and len(token) > 1:
        return token
    elif option.startswith("--") and option[2:] not in called.options:
        called.options[option[2:]] = token
    else:
        called.options.setdefault(option[1:], token)
        called.words.append(token)
    return ""


def targets_of(called: Called, more: Iterable[str] = ()) -> list[str]:
    """Return the words of a command that may name what it acts on; `more` are words to look at besides."""
    killed = Path(called.program).name == "kill"
    found = []
    for word in (*called.words, *more):
        low = word.lower()
        says_how = low in VERBS or low in WRAPPERS or QUANTITY.fullmatch(word)
        is_name = not says_how and len(word) > 1 and word[0] not in "+%-"
        # A number says how much, but to `kill` it names a process.
        if is_name or (killed and re.fullmatch(r"[2-9]|[0-9]{2,}", word)):
            found.append(word)
    return found


def is_script(word: str) -> bool:
    """Tell whether a word names a script, which is a program and no target."""
    return _SCRIPT.fullmatch(word) is not None
