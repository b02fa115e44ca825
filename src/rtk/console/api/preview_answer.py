"""What is in the text of an experiment, as Import Experiment shows it: what was found, a plan, what a run needs."""

from collections.abc import Mapping
from typing import Any

from rtk.console.pages.importing.experiment_summary import ExperimentSummary
from rtk.console.pages.importing.planning import planned
from rtk.console.pages.importing.proposals import numbers, trouble, verification
from rtk.console.store.experiment_preview import read
from rtk.experiment.refs import written_out
from rtk.report.measured import met_when
from rtk.verify.longest import beside_s


def look(source: str, form: str | None) -> dict[str, Any]:
    """What was found. Raises `Problem` 422 with the line and column, or the place, that is wrong."""
    document, mended = read(source.encode("utf-8", "surrogatepass"), form)
    found = ExperimentSummary(document, mended)
    hypothesis = document["steady-state-hypothesis"]
    probes = written_out(hypothesis["probes"], document)
    values = numbers(found)
    told = planned({**values, "beside": beside_s(document, values.get("duration"))})
    prospects = [told.slots, *told.sentences, *told.advice] if told else []
    return {
        "title": document["title"],
        "hypothesis": hypothesis["title"],
        "probes": [{**_activity(each), "met": met_when(each)} for each in probes],
        "actions": [_activity(each) for each in document["method"] if each.get("type") == "action"],
        "rollbacks": [_activity(each) for each in document.get("rollbacks") or []],
        "configuration": sorted(document.get("configuration") or {}),
        "warnings": [*found.warnings, *filter(None, [trouble(found)])],
        "plan": {**verification(found), "prospects": prospects},
        "needs": {
            "variables": [
                {"name": each.name, "secret": each.option is None, "required": each.required}
                for each in found.variables
            ],
            "install": list(found.distributions),
            "packages": list(found.unknown_packages),
            "programs": list(found.programs),
        },
        "experiment": document,
    }


def _activity(activity: Mapping[str, Any]) -> dict[str, Any]:
    provider = activity.get("provider") or {}
    shown = {key: provider.get(key) for key in ("type", "module", "func", "url", "path") if key in provider}
    return {"name": activity.get("name") or activity.get("ref"), "provider": shown}
