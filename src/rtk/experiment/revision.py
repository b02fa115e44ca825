"""What a verification measures, without the names it has: two that differ in names alone are one revision.

A revision is the experiment, how often and how long it is measured, and the target. Titles, descriptions, tags and
the names of activities are left out; so are ids, and what says only how evidence is read (`outage-lasts`,
`proof-lasts`) or when a run stops early. A `ref` counts with the name it refers by.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import astuple

from rtk.experiment.block import NAME

_ACTIVITIES = ("probe", "action")
_NAMES_OF_A_FILE = frozenset(("title", "description", "tags", "contributions", "version"))


class MeasurementTerms(Struct, frozen=True):
    """How often and how long is measured (seconds), and the share that is promised; None where nothing is.

    `quantile` is the promise as it is spelled where it is one about a quantile.
    """

    frequency_s: float
    duration_s: float
    warm_up_s: float
    cool_down_s: float
    target: float | None
    quantile: str = ""


def essence(document: Mapping[str, Any], measuring: MeasurementTerms) -> str:
    """Return the revision of a verification, as a hash: the same for what differs in names alone."""
    kept = {key: value for key, value in document.items() if key not in _NAMES_OF_A_FILE}
    extensions = document.get("extensions")
    kept["extensions"] = [  # besides ours, into which ids are written
        each
        for each in (extensions if isinstance(extensions, list) else [])
        if not (isinstance(each, Mapping) and each.get("name") == NAME)
    ]
    hypothesis = kept.get("steady-state-hypothesis")
    if isinstance(hypothesis, Mapping):
        kept["steady-state-hypothesis"] = {key: value for key, value in hypothesis.items() if key != "title"}
    # A key that holds nothing is the same as none.
    unnamed = _unnamed({key: value for key, value in kept.items() if value not in (None, [], {})})
    *numbers, quantile = astuple(measuring)
    # As floats: 30 and 30.0 are one revision.
    whole = json.dumps(
        [unnamed, *(None if each is None else float(each) for each in numbers), quantile], sort_keys=True, default=str
    )
    return hashlib.sha256(whole.encode()).hexdigest()


def _unnamed(value: Any) -> Any:
    """The same without the names of activities, however deep they stand."""
    if isinstance(value, Mapping):
        is_activity = value.get("type") in _ACTIVITIES and isinstance(value.get("provider"), Mapping)
        return {key: _unnamed(each) for key, each in value.items() if not (is_activity and key == "name")}
    return [_unnamed(each) for each in value] if isinstance(value, list) else value
