"""Activities that refer to another by its name, and what they refer to."""

from collections.abc import Iterator, Mapping
from typing import Any


def written_out(activity: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    """An activity as it is played: one with a `ref` is the activity of that name, with what it says itself on top.

    Itself, where it refers to nothing, or to nothing that is there.
    """
    name = activity.get("ref")
    found = {each.get("name"): each for each in _named(document)}.get(name) if name else None
    return {**found, **{key: value for key, value in activity.items() if key != "ref"}} if found else activity


def _named(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What can be referred to: of two of one name the Chaos Toolkit takes the later, the hypothesis' before all."""
    hypothesis = document.get("steady-state-hypothesis")
    probes = hypothesis.get("probes") if isinstance(hypothesis, Mapping) else None
    for part in (document.get("method"), probes):
        for each in part if isinstance(part, list) else ():
            if isinstance(each, Mapping) and "ref" not in each:
                yield each
