"""Activities that stand in place of others by `ref`: the Chaos Toolkit looks them up by name."""

from collections.abc import Iterator, Mapping
from typing import Any

Activity = dict[str, Any]


def named(experiment: Mapping[str, Any]) -> dict[str, Activity]:
    """Return the activities that a `ref` can name: those of the method and of the hypothesis, written out.

    Of two with one name the later counts, and the hypothesis comes after the method, as in the Chaos Toolkit.
    """
    hypothesis = experiment.get("steady-state-hypothesis") or {}
    listed = (*(experiment.get("method") or []), *(hypothesis.get("probes") or []))
    return {activity["name"]: activity for activity in listed if "provider" in activity and activity.get("name")}


def probes_of(experiment: Mapping[str, Any]) -> list[Activity]:
    """Return the probes of the hypothesis, each `ref` as the activity it names with the tolerance that stands here."""
    probes = (experiment.get("steady-state-hypothesis") or {}).get("probes") or []
    return list(_written_out(probes, experiment))


def _written_out(probes: list[Activity], experiment: Mapping[str, Any]) -> Iterator[Activity]:
    known: dict[str, Activity] = {}
    for probe in probes:
        if "ref" not in probe:
            yield probe
            continue
        known = known or named(experiment)
        found = known.get(probe["ref"])
        yield {**found, "tolerance": probe.get("tolerance")} if found else probe
