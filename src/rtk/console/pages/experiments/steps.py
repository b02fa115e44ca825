"""The steps of an experiment as people read them. Documents of old clients were never checked: nothing here fails."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from rtk.report.measured import met_when
from rtk.report.text import capital, plain

MOST_STEPS = 200
LONGEST = 400


class ActivityDetails(NamedTuple):
    """An activity: its name, whether it is a probe or an action, what carries it out, and what else is told of it."""

    name: str
    type: str
    how: str
    met: str
    details: list[tuple[str, str]]


class Steps(NamedTuple):
    """The steps of one part of an experiment, so many at most; `more` is how many there are beside."""

    steps: list[ActivityDetails]
    more: int


def steps_of(activities: Any) -> Steps:
    """The steps of a list of activities."""
    found = [each for each in activities if isinstance(each, Mapping)] if isinstance(activities, list) else []
    return Steps([step(each) for each in found[:MOST_STEPS]], max(0, len(found) - MOST_STEPS))


def step(activity: Mapping[str, Any]) -> ActivityDetails:
    """An activity as a step."""
    if isinstance(activity.get("ref"), str):
        return ActivityDetails(
            plain(activity["ref"], 200), "reference", "as it is written elsewhere in this experiment", "", []
        )
    provider, name = activity.get("provider"), activity.get("name")
    provider = provider if isinstance(provider, Mapping) else {}
    return ActivityDetails(
        plain(name, 200) if isinstance(name, str) else "without a name",
        plain(activity.get("type") or "activity", 40),
        how(provider),
        capital(met_when(activity)) if "tolerance" in activity else "",
        list(_details(activity, provider)),
    )


def how(provider: Mapping[str, Any]) -> str:
    """What carries an activity out, in a few words."""
    kind = provider.get("type")
    if kind == "python":
        return f"Python: {plain(provider.get('func') or '?', 160)} of {plain(provider.get('module') or '?', 160)}"
    if kind == "process":
        return f"Process: {plain(provider.get('path') or '?', LONGEST)}"
    if kind == "http":
        return f"HTTP: {plain(provider.get('method') or 'GET', 20)} {plain(provider.get('url') or '?', LONGEST)}"
    return plain(kind or "nothing that is said", 80)


def text_of(value: Any, most: int = LONGEST) -> str:
    """A value on one line: a text as it is, all else as JSON."""
    return plain(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str), most)


def contributions_of(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What an experiment contributes to, by how much: `high` before `medium` before `low`; nothing is left out."""
    given = document.get("contributions")
    order = ("high", "medium", "low", "none")
    found: dict[str, list[str]] = {}
    for name, level in given.items() if isinstance(given, Mapping) else ():
        found.setdefault(text_of(level, 40), []).append(plain(name, 80))
    levels = sorted(found, key=lambda level: (order.index(level) if level in order else len(order), level))
    return [(level, ", ".join(found[level])) for level in levels]


def _details(activity: Mapping[str, Any], provider: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The arguments, then all else that is said, so that nothing of a step is hidden."""
    arguments = provider.get("arguments")
    if isinstance(arguments, Mapping):
        for name, value in list(arguments.items())[:50]:
            yield plain(name, 80), text_of(value)
    elif arguments:
        yield "arguments", text_of(arguments)
    known = {"type", "name", "provider", "tolerance"}
    if activity.get("background"):
        yield "in the background", "the next step does not wait for it"
    for key, value in activity.items():
        if key not in known and key != "background" and value not in (None, [], {}):
            yield plain(key, 80), text_of(value)
    for key, value in provider.items():
        if key not in {"type", "func", "module", "path", "url", "method", "arguments"} and value not in (None, [], {}):
            yield plain(key, 80), text_of(value)
