"""What undoes an action of the method: a rollback, a later action that is known to, or that it ends by itself."""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from rtk.experiment.claim import extension_of
from rtk.experiment.refs import written_out
from rtk.experiment.wording import listed, shown

_MOST = 5  # names in a sentence
_MOST_PAIRS = 40_000  # of actions that are compared, on each side: those of twelve thousand took a quarter of an hour


class UndoneBy(StrEnum):
    """By what an action is undone."""

    ROLLBACKS = "rollbacks"
    LATER_ACTION = "later action"
    IT_UNDOES = "it undoes"  # it is what undoes an earlier action
    ITSELF = "itself"  # it lasts for a time, or what it broke is replaced or comes back
    NOTHING_TO_UNDO = "nothing to undo"
    NOTHING = "nothing"


_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
# A verb that stands beside itself is undone by doing it again, such as scaling back.
_INVERSES = {
    "add": "del delete drop remove",
    "allow": "deny",
    "apply": "delete remove revert",
    "attach": "detach",
    "block": "allow unblock",
    "change": "change restore",
    "connect": "disconnect",
    "cordon": "uncordon",
    "create": "del delete destroy drop remove",
    "deactivate": "activate",
    "del": "add create",
    "delete": "add apply create deploy restore",
    "deny": "allow",
    "deregister": "register",
    "detach": "attach",
    "disable": "enable",
    "disconnect": "connect reconnect",
    "down": "up",
    "drain": "uncordon undrain",
    "enable": "disable",
    "freeze": "thaw unfreeze",
    "halt": "resume start",
    "hibernate": "resume start",
    "inject": "clear delete recover remove reset",
    "kill": "restart run start",
    "label": "unlabel",
    "limit": "unlimit",
    "lock": "unlock",
    "mount": "unmount umount",
    "mv": "mv",
    "patch": "patch unpatch",
    "pause": "resume unpause",
    "poweroff": "poweron start",
    "register": "deregister",
    "remove": "add create restore",
    "revoke": "authorize grant",
    "run": "kill stop",
    "scale": "scale",
    "set": "clear reset restore set unset",
    "shutdown": "start up",
    "simulate": "delete remove reset stop",
    "start": "cancel end kill stop terminate",
    "stop": "restart resume start",
    "suspend": "resume",
    "swap": "swap",
    "taint": "untaint",
    "terminate": "create launch run start",
    "touch": "remove rm",
    "unlabel": "label",
    "unmount": "mount",
    "up": "down",
    "update": "restore update",
}
_OPPOSITES = {verb: frozenset(opposites.split()) for verb, opposites in _INVERSES.items()}
_LETTERS = {"A": "D", "I": "D", "D": "A"}  # of iptables and its like
# After these the thing comes back by itself.
_HEALS = frozenset(["evict", "failover", "reboot", "restart", "rollout"])
# What a controller starts again.
_REPLACED = frozenset(["pod", "pods", "task", "tasks", "replica", "replicas", "microservice"])
_ENDED = frozenset(["delete", "evict", "kill", "remove", "stop", "terminate"])
_HARMLESS = frozenset(
    ["date", "echo", "false", "hostname", "ls", "ping", "printf", "pwd", "sleep", "true", "uname", "whoami"]
)
_WAITS = frozenset(["log", "pause", "sleep", "wait"])
_SAFE = frozenset(["GET", "HEAD", "OPTIONS"])
_FOR_A_TIME = re.compile(r"(?:^|[\s/])timeout\s+(?:-\S+\s+)*[\d$]|duration\W{0,6}[\d$]", re.IGNORECASE)
_STRESSES = re.compile(r"(?:^|[\s/])stress(?:-ng)?\s")
_STRESS_TIME = re.compile(r"\s(?:--timeout|-t)[= ]?\s*[\d$]")
_DURATION = re.compile(r"duration|^seconds$|^lasts$", re.IGNORECASE)
_SHELLS = re.compile(r"\b(?:ba|da|z|k)?sh\b")


class _Traits(NamedTuple):
    """What tells whether one action undoes another: read once of each, as each is compared with many."""

    program: str
    of_program: frozenset[str]
    carried: frozenset[str]
    name: frozenset[str]
    flags: frozenset[str]


def undone(document: Mapping[str, Any]) -> tuple[tuple[Mapping[str, Any], UndoneBy], ...]:
    """The actions of the method, each with what undoes it."""
    method = document.get("method")
    given = method if isinstance(method, list) else []
    whole = written_out((each for each in given if isinstance(each, Mapping)), document)
    actions = [each for each in whole if each.get("type") == "action"]
    if document.get("rollbacks"):
        return tuple((each, UndoneBy.ROLLBACKS) for each in actions)
    traits = [_traits(each) for each in actions]
    return tuple((each, _by(each, index, traits)) for index, each in enumerate(actions))


def _by(action: Mapping[str, Any], index: int, traits: Sequence["_Traits"]) -> UndoneBy:
    """By what an action is undone in an experiment without rollbacks; `index` is its own place among the traits."""
    provider = _provider(action)
    if provider.get("type") == "http":
        is_harmless = str(provider.get("method") or "GET").upper() in _SAFE
    elif provider.get("type") == "process":
        is_harmless = _program(provider) in _HARMLESS
    else:  # a function that only waits
        is_harmless = not _words(provider.get("func")).isdisjoint(_WAITS)
    if is_harmless:
        return UndoneBy.NOTHING_TO_UNDO
    if _ends_by_itself(action):
        return UndoneBy.ITSELF
    near = _near(len(traits))
    if any(_undoes(each, traits[index]) for each in traits[index + 1 : index + 1 + near]):
        return UndoneBy.LATER_ACTION
    if any(_undoes(traits[index], each) for each in traits[max(index - near, 0) : index]):
        return UndoneBy.IT_UNDOES
    return UndoneBy.NOTHING


def _near(many: int) -> int:
    """How many before and behind each of so many are compared with it: all of 200, else the nearest."""
    return max(_MOST_PAIRS // max(many, 1), 1)


def warning(document: Mapping[str, Any]) -> str | None:
    """A sentence about the actions that nothing undoes; None where there is none."""
    names = [shown(action.get("name")) for action, by in undone(document) if by == UndoneBy.NOTHING]
    if not names:
        return None
    named = listed([*names[:_MOST], *([f"{len(names) - _MOST} more"] if len(names) > _MOST else [])])
    return f"{named}: the experiment has no rollbacks, so nothing undoes this"


def _ends_by_itself(action: Mapping[str, Any]) -> bool:
    """What lasts for a time that is given, and what a controller or the thing itself brings back."""
    provider = _provider(action)
    if extension_of(action).get("lasts") is not None or _has_duration(provider.get("arguments")):
        return True
    if provider.get("type") == "process":
        command = _command(provider)
        if _FOR_A_TIME.search(command) or (_STRESSES.search(command) and _STRESS_TIME.search(command)):
            return True
        # A line of a shell may undo with a later command what an earlier one did.
        commands = re.split(r";|&&|\n", command) if _SHELLS.fullmatch(_program(provider)) else ()
        parts = [_traits({"provider": {"type": "process", "path": each.strip()}}) for each in commands]
        near = _near(len(parts))
        if any(_undoes(later, each) for at, each in enumerate(parts) for later in parts[at + 1 : at + 1 + near]):
            return True
    words = _words(provider.get("module")) | _carried(action)
    is_replaced = "asg" in words or not words.isdisjoint(_REPLACED)
    return not words.isdisjoint(_HEALS) or (is_replaced and not words.isdisjoint(_ENDED))


def _traits(action: Mapping[str, Any]) -> _Traits:
    provider = _provider(action)
    program = _program(provider)
    flags = _command(provider).split() if provider.get("type") == "process" else ()
    return _Traits(program, _words(program), _carried(action), _words(action.get("name")), frozenset(flags))


def _undoes(later: _Traits, action: _Traits) -> bool:
    """Whether a verb of one is the opposite of the other's, and they speak of the same thing."""
    # A program of both tells nothing.
    shared = action.of_program if action.program == later.program else frozenset()
    return (
        _are_opposite(action.carried, later.carried, shared)
        or _are_opposite(action.name, later.name, frozenset())
        or any(f"-{letter}" in action.flags and f"-{other}" in later.flags for letter, other in _LETTERS.items())
    )


def _are_opposite(mine: frozenset[str], theirs: frozenset[str], shared: frozenset[str]) -> bool:
    """Whether a verb of mine is the opposite of one of theirs, and another word is of both."""
    for verb in (mine & _OPPOSITES.keys()) - shared:
        opposites = (_OPPOSITES[verb] & theirs) - shared
        # They have to share a word: stopping one thing and starting another undoes nothing.
        if opposites and not (mine & theirs) <= (opposites | shared | {verb}):
            return True
    return False


def _carried(action: Mapping[str, Any]) -> frozenset[str]:
    provider = _provider(action)
    if provider.get("type") == "python":
        return _words(provider.get("func")) | {str(provider.get("module"))}
    return _words(provider.get("url") if provider.get("type") == "http" else _command(provider))


def _words(text: object) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(str(text or "")))


def _command(provider: Mapping[str, Any]) -> str:
    """A process as one line."""
    given = provider.get("arguments")
    if isinstance(given, Mapping):
        given = [part for pair in given.items() for part in pair if part is not None]
    words: Iterable[object] = given if isinstance(given, list) else [given or ""]
    return " ".join([str(provider.get("path") or ""), *map(str, words)]).strip()


def _program(provider: Mapping[str, Any]) -> str:
    return str(provider.get("path") or "").rpartition("/")[2]


def _has_duration(arguments: Any, depth: int = 5) -> bool:
    if isinstance(arguments, list):
        return depth > 0 and any(_has_duration(each, depth - 1) for each in arguments)
    if not isinstance(arguments, Mapping):
        return False
    return any(
        (_DURATION.search(str(key)) is not None and value not in (None, ""))
        or (depth > 0 and _has_duration(value, depth - 1))
        for key, value in arguments.items()
    )


def _provider(action: Mapping[str, Any]) -> Mapping[str, Any]:
    provider = action.get("provider")
    return provider if isinstance(provider, Mapping) else {}
