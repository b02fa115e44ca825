"""The insight that a run's row keeps, as what the reports are made of: so that the terminal and these pages agree."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from msgspec.structs import fields

from rtk.insight import old_insight
from rtk.insight.facts import Facts, MeasurementSeries, Neighbour, ServiceLevelObjective
from rtk.insight.former import former_from
from rtk.insight.occurrence import Occurrence
from rtk.insight.outage_length import outage_from
from rtk.insight.proof import Counts, Proof
from rtk.insight.quantile_bound import QuantileBound, QuantileState
from rtk.insight.recovery import Recovery
from rtk.insight.seen import SeenOutages
from rtk.insight.shape import (
    Attribution,
    Clustering,
    Comparison,
    Figures,
    Insight,
    InvalidReason,
    Restoration,
    RestoreProblem,
    SeenLapse,
    Stats,
    Unrestored,
)
from rtk.insight.stops import StopCause, stopping_of
from rtk.insight.sums import Sums

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
        comparisons, sums = tuple(_each(Comparison, own["comparisons"])), own.get("sums")
        counts = {key: Counts(**sums[key]) for key in ("as_bad", "as_good")} if sums else {}
        return Insight(
            **{
                **own,
                "figures": Figures(**{name: kept[name] for name in _FIGURES}),
                "run": stats_from(own["run"]),
                "phases": tuple(map(stats_from, own["phases"])),
                **_codes(own, comparisons),
                "unrestored": _unrestored(own),
                "lapses": tuple(_each(SeenLapse, own.get("lapses", ()))),
                "comparisons": comparisons,
                "proof": _made(Proof, own.get("proof")),
                "sums": Sums(**{**sums, **counts}) if sums else None,
                "occurrence": occurrence_from(own.get("occurrence")),
                "outage": outage_from(own.get("outage")),
                "seen": _made(SeenOutages, own.get("seen")),
                "former": former_from(own.get("former")),
                "versions": tuple(own.get("versions") or [own.get("version", 1)]),
                "clustering": Clustering(**own["clustering"]) if own["clustering"] else None,
            }
        )
    except (KeyError, TypeError, ValueError):
        return None


def occurrence_from(told: Mapping[str, Any] | None) -> Occurrence | None:
    """What an occurrence costs, as it is kept; None where it was not told, or in a way that is not known here."""
    try:
        return Occurrence.of(told) if told else None
    except (KeyError, TypeError, ValueError):
        return None


def stats_from(told: Mapping[str, Any]) -> Stats:
    """The statistics of a phase; earlier insights have no bounds of their quantiles."""
    quantiles = (QuantileBound(**{**each, "state": QuantileState(each["state"])}) for each in told.get("quantiles", ()))
    return Stats(**{**told, "quantiles": tuple(quantiles)})


def _codes(own: Mapping[str, Any], comparisons: tuple[Comparison, ...]) -> dict[str, Any]:
    """The codes of an insight; one that it does not tell, or that is not known here, is told by what it does."""
    undone = {True: Restoration.RESTORED, False: Restoration.FAILED}.get(own["restored"], Restoration.NOTHING_TO_UNDO)
    known = own.get("recovered_after_s") is not None
    return {
        "attribution": _code(Attribution, own.get("attribution"), None)
        or old_insight.attribution_of(own["cause"], comparisons),
        "stop_cause": _code(StopCause, own.get("stop_cause"), None),
        "invalid_reason": _code(InvalidReason, own.get("invalid_reason"), None),
        "restoration": _code(Restoration, own.get("restoration"), undone),
        "recovery": _code(Recovery, own.get("recovery"), Recovery.RECOVERED if known else Recovery.NOT_MEASURED),
    }


def _unrestored(own: Mapping[str, Any]) -> tuple[Unrestored, ...]:
    told = own.get("unrestored")
    if told is None:
        return old_insight.unrestored_of(own["not_restored"])
    if any(each["problem"] not in set(RestoreProblem) for each in told):
        return ()
    return tuple(Unrestored(**{**each, "problem": RestoreProblem(each["problem"])}) for each in told)


def _code(kind: type[StrEnum], told: Any, default: StrEnum | None) -> StrEnum | None:
    return kind(told) if told in set(kind) else default


def _made(kind: Any, told: Mapping[str, Any] | None) -> Any:
    """A part that an insight of an earlier version does not have."""
    return kind(**told) if told else None


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
        measurements=MeasurementSeries(),
        objective=ServiceLevelObjective(**insight.objective) if insight.objective else None,
        status=insight.status,
        stop=stopping_of(None, insight.stopped),
    )
