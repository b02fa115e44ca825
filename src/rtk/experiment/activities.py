"""The activities of an experiment, each with its place in the file."""

from collections.abc import Iterator, Mapping
from typing import Any

from rtk.experiment.wording import at


def activities(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the probes of the hypothesis, then the activities of method and rollbacks: place and activity."""
    hypothesis = document.get("steady-state-hypothesis") or {}
    parts = {
        "steady-state-hypothesis.probes": hypothesis.get("probes"),
        "method": document.get("method"),
        "rollbacks": document.get("rollbacks"),
    }
    for part, listed in parts.items():
        for position, activity in enumerate(listed or []):
            yield at(part, position), activity
