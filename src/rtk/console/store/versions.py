"""The versions of a run's insight: one that was made by earlier rules is made anew, and both are kept.

It is made anew when somebody asks for the run, and of others by and by (`rtk.console.store.watch`). Where the
measurements are no longer kept, or no insight can be made of them any longer, the one that is there stays.
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import asdict

from rtk.console.store import partitions
from rtk.console.store.former import FormerInsight
from rtk.console.store.models import Run
from rtk.console.store.problem import Problem
from rtk.insight.former import CURRENT, former_of

MOST_AT_ONCE = 5  # of one sweep: each may be of a million measurements


def is_outdated(run: Run) -> bool:
    """Return whether the insight of a run was made by earlier rules and may be made anew."""
    return run.insight_version is not None and run.insight_version < CURRENT


def can_be_renewed(run: Run) -> bool:
    """Return whether the measurements of a run are still kept."""
    return partitions.are_there(run.day)


def leave(run: Run) -> None:
    """Leave the insight of a run as it is for good."""
    run.insight_version = None
    Run.objects.filter(pk=run.pk).update(insight_version=None)


def beside(run: Run, made: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """Return a new insight with what the former ones said, and whether it replaces one of an earlier version.

    Called within the transaction that keeps the new one.
    """
    old = run.insight
    if old is None:
        return made, False
    replaces = bool(made.get("version") and old.get("version", CURRENT) < CURRENT)
    if replaces:
        FormerInsight.objects.get_or_create(run=run, version=old["version"], defaults={"insight": old})
    rows = list(FormerInsight.objects.filter(run=run).order_by("version"))
    if not rows or not made.get("version"):
        return made, replaces
    versions = [*(each.version for each in rows), made["version"]]
    return {**made, "former": asdict(former_of(rows[-1].insight, made)), "versions": versions}, replaces


def of(run: Run, version: int) -> dict[str, Any] | None:
    """Return the former insight of a run by its version; None where there is none."""
    found = FormerInsight.objects.filter(run=run, version=version).first()
    return found.insight if found else None


def first(run: Run) -> dict[str, Any] | None:
    """Return the insight that a run had first, by which somebody may have decided; None where it is the current one."""
    found = FormerInsight.objects.filter(run=run).order_by("version").first()
    return found.insight if found else None


def told(run: Run, insight: Mapping[str, Any], version: int | None) -> dict[str, Any]:
    """Return an insight by its version as the API tells it, with the `versions` there are. Raises `Problem`."""
    own = insight.get("version")
    known = list(insight.get("versions") or ([own] if own else []))
    found = insight if version in (None, own) else of(run, version)
    if found is None:
        there = " and ".join(map(str, known)) or "none yet"
        raise Problem(404, f"version: there is no insight of version {version} of this run, only {there}", "version")
    return {**found, "versions": known} if known else dict(found)
