"""The insight that a run's row keeps, as what the reports are made of: so that the terminal and these pages agree."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from enum import StrEnum
from typing import Any

from rtk.insight.facts import Facts, Measurements, Neighbour, Objective
from rtk.insight.recovery import Recovery
from rtk.insight.shape import Clustering, Comparison, Figures, Insight, InvalidReason, SeenLapse, Stats
from rtk.insight.stops import StopCause, stopping_of

_FIGURES = [field.name for field in fields(Figures)]
_OWN = [field.name for field in fields(Insight) if field.name != "figures"]
_LISTS = ("limits", "not_restored", "notes")


def insight_from(kept: Mapping[str, Any] | None) -> Insight | None:
    """The insight of what `as_dict` gave; None of counts alone, and of a record that no insight could be made of."""
    if not kept:
        return None
    try:
        own = {name: kept[name] for name in _OWN if name in kept}
        own |= {name: tuple(own[name]) for name in _LISTS if name in own}
        own["neighbours"] = tuple(_each(Neighbour, own.get("neighbours", ())))
        return Insight(
            **{
                **own,
                "figures": Figures(**{name: kept[name] for name in _FIGURES}),
                "run": Stats(**own["run"]),
                "phases": tuple(_each(Stats, own["phases"])),
                **_codes(own),
                "lapses": tuple(_each(SeenLapse, own.get("lapses", ()))),
                "comparisons": tuple(_each(Comparison, own["comparisons"])),
                "clustering": Clustering(**own["clustering"]) if own["clustering"] else None,
            }
        )
    except (KeyError, TypeError):
        return None


def _codes(own: Mapping[str, Any]) -> dict[str, Any]:
    """The codes of an insight; one that it does not tell, or that is not known here, is its default."""
    kinds: dict[str, type[StrEnum]] = {"stop_cause": StopCause, "invalid_reason": InvalidReason, "recovery": Recovery}
    found: dict[str, Any] = {
        name: kind(own[name]) if own.get(name) in set(kind) else None for name, kind in kinds.items()
    }
    if found["recovery"] is None:  # insights of before knew the moment alone
        known = own.get("recovered_after_s") is not None
        found["recovery"] = Recovery.RECOVERED if known else Recovery.NOT_MEASURED
    return found


def _each(kind: Any, values: Iterable[Mapping[str, Any]]) -> list[Any]:
    return [kind(**value) for value in values]


def bare(insight: Insight) -> Facts:
    """The facts that an insight tells itself: enough for its figures, without what was recorded."""
    return Facts(
        run_id=insight.run_id,
        title=insight.title,
        frequency_s=insight.frequency_s,
        duration_s=insight.duration_s,
        started_at=insight.started_at,
        measurements=Measurements(),
        objective=Objective(**insight.objective) if insight.objective else None,
        status=insight.status,
        stop=stopping_of(None, insight.stopped),
    )
