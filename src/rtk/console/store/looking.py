"""What is in the text of an experiment, before anything is made of it."""

from typing import Any

from rtk.console.store.problem import Problem
from rtk.errors import BadInput
from rtk.experiment.check import check
from rtk.experiment.read import document as document_of

WHERE = "the experiment"


def look(source: str, form: str | None) -> dict[str, Any]:
    """What was found. Raises `Problem` 422 with the line and column, or the place, that is wrong."""
    document, warnings = read(source.encode("utf-8", "surrogatepass"), form)
    hypothesis, method = document["steady-state-hypothesis"], document["method"]
    return {
        "title": document["title"],
        "hypothesis": hypothesis["title"],
        "probes": [_activity(each) for each in hypothesis["probes"]],
        "actions": [_activity(each) for each in method if each.get("type") == "action"],
        "rollbacks": [_activity(each) for each in document.get("rollbacks") or []],
        "configuration": sorted(document.get("configuration") or {}),
        "warnings": list(warnings),
        "experiment": document,
    }


def read(source: bytes, form: str | None = None) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The experiment in a text, and how it was mended. Raises `Problem` 422 as `look` does."""
    try:
        document, warnings = document_of(source, WHERE, form)
        check(document)
    except BadInput as error:
        raise Problem(422, str(error), "source") from None
    except RecursionError:
        raise Problem(422, f"{WHERE}: nested too deeply", "source") from None
    return document, warnings


def _activity(activity: dict[str, Any]) -> dict[str, Any]:
    provider = activity.get("provider") or {}
    shown = {key: provider.get(key) for key in ("type", "module", "func", "url", "path") if key in provider}
    return {"name": activity.get("name") or activity.get("ref"), "provider": shown}
