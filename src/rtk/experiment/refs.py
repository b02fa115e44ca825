"""Activities that stand in place of others by `ref`: the Chaos Toolkit looks them up by name."""

from collections.abc import Mapping
from typing import Any

Activity = dict[str, Any]


def named(experiment: Mapping[str, Any]) -> dict[str, Activity]:
    """Return the activities that a `ref` can name: those of the method and of the hypothesis, written out.

    Of two with one name the later counts, and the hypothesis comes after the method, as in the Chaos Toolkit.
    """
    hypothesis = experiment.get("steady-state-hypothesis") or {}
    listed = (*(experiment.get("method") or []), *(hypothesis.get("probes") or []))
    return {activity["name"]: activity for activity in listed if "provider" in activity and activity.get("name")}


def written_out(activity: Mapping[str, Any], experiment: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the activity that one with a `ref` stands for, with what stands here on top; any other as it is.

    So it is for what is told of documents that were never checked: one that refers to nothing is as it is too.
    """
    name = activity.get("ref")
    if not isinstance(name, str):
        return activity
    hypothesis = experiment.get("steady-state-hypothesis")
    probes = hypothesis.get("probes") if isinstance(hypothesis, Mapping) else None
    method = experiment.get("method")
    found = named({"method": _activities(method), "steady-state-hypothesis": {"probes": _activities(probes)}}).get(name)
    return {**found, **{key: value for key, value in activity.items() if key != "ref"}} if found else activity


def _activities(part: object) -> list[Activity]:
    found = (each for each in part if isinstance(each, dict)) if isinstance(part, list) else ()
    return [each for each in found if isinstance(each.get("name"), str)]


def probes_of(experiment: Mapping[str, Any]) -> list[Activity]:
    """Return the probes of the hypothesis, each `ref` as the activity it names with the tolerance that stands here."""
    probes = (experiment.get("steady-state-hypothesis") or {}).get("probes") or []
    known = named(experiment) if any("ref" in probe for probe in probes) else {}
    whole = []
    for probe in probes:
        found = known.get(probe["ref"]) if "ref" in probe else None
        whole.append({**found, "tolerance": probe.get("tolerance")} if found else probe)
    return whole
