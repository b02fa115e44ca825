"""Activities that stand in place of others by `ref`: the Chaos Toolkit looks them up by name."""

from collections.abc import Iterable, Mapping
from typing import Any

Activity = dict[str, Any]


def named(experiment: Mapping[str, Any]) -> dict[str, Activity]:
    """Return the activities that a `ref` can name: those of the method and of the hypothesis, written out.

    Of two with one name the later counts, and the hypothesis comes after the method, as in the Chaos Toolkit.
    """
    hypothesis = experiment.get("steady-state-hypothesis") or {}
    listed = (*(experiment.get("method") or []), *(hypothesis.get("probes") or []))
    return {activity["name"]: activity for activity in listed if "provider" in activity and activity.get("name")}


def written_out(activities: Iterable[Mapping[str, Any]], experiment: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return activities, each `ref` as the activity it names with what stands here on top, any other as it is.

    So it is for what is told of documents that were never checked: one that refers to nothing is as it is too.
    All names are read once, whatever a document holds: with each `ref` anew, 3,000 of them took a minute.
    """
    given = list(activities)
    if not any(isinstance(each.get("ref"), str) for each in given):
        return given
    hypothesis = experiment.get("steady-state-hypothesis")
    probes = hypothesis.get("probes") if isinstance(hypothesis, Mapping) else None
    parts = {
        "method": _activities(experiment.get("method")),
        "steady-state-hypothesis": {"probes": _activities(probes)},
    }
    known = named(parts)
    whole: list[Mapping[str, Any]] = []
    for each in given:
        name = each.get("ref")
        found = known.get(name) if isinstance(name, str) else None
        whole.append({**found, **{key: value for key, value in each.items() if key != "ref"}} if found else each)
    return whole


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
