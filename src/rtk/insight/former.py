"""What an insight of an earlier version said of the same run, and what is another in the one of now.

An insight is made anew where its rules have changed: version 1 counted slots, version 2 counts outages. Both are kept.
What differs is told by the current one, so that nothing changes silently.
"""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from rtk.figures import bound, count, duration

CURRENT = 2  # the version of the insights that are made


class Former(Struct, frozen=True):
    """An insight of an earlier `version`: its verdict and headline; `changed` says what is another now, in words."""

    version: int
    verdict: str | None
    headline: str
    changed: tuple[str, ...]

    def sentence(self) -> str:
        """Return what it said and what changed, in one sentence."""
        changed = "; ".join(self.changed) or "nothing but the words"
        return f"Version {self.version} of the rules said {self.verdict or 'no verdict'}; changed: {changed}."


def said(version: int, former: Former | None) -> str:
    """Return what an earlier version said, or by which one an insight is told that could not be made anew."""
    if former:
        return former.sentence()
    return f"Told by the rules of version {version}." if version < CURRENT else ""


def former_of(old: Mapping[str, Any], new: Mapping[str, Any]) -> Former:
    """Return the former insight of a run, as it is kept, beside the one that was made anew."""
    target = (new.get("objective") or {}).get("target")
    words: list[tuple[str, Callable[[Mapping[str, Any]], str]]] = [
        ("the verdict", lambda each: each.get("verdict") or "none"),
        # Version 1 had no proof: what it had proven stood among its figures.
        (
            "what is proven",
            lambda each: bound((each.get("proof") or {"at_least": each.get("proven_at_least")})["at_least"], target),
        ),
        ("the share in this run at most", lambda each: bound(each.get("proven_at_most"), target)),
        (
            "what would prove it",
            lambda each: "nothing" if each.get("needed") is None else count(each["needed"], "clean measurement"),
        ),
        ("the slots that were good", lambda each: f"{each.get('met', 0):,}"),
        ("the slots that deviated", lambda each: f"{each.get('deviated', 0):,}"),
        ("the slots that were not measured", lambda each: f"{each.get('missed', 0):,}"),
        ("the deviating time", lambda each: duration(each.get("deviating_s"))),
        ("whether all is undone", lambda each: _known(each.get("restored"))),
        ("whether the service recovered", lambda each: _known(each.get("recovered"))),
    ]
    told = ((what, of(old), of(new)) for what, of in words)
    changed = tuple(f"{what}, from {before} to {now}" for what, before, now in told if before != now)
    return Former(int(old.get("version") or 1), old.get("verdict"), str(old.get("headline") or ""), changed)


def former_from(told: Mapping[str, Any] | None) -> Former | None:
    """Return what an insight keeps of its former one; None where there is none."""
    if not told:
        return None
    return Former(told["version"], told["verdict"], told["headline"], tuple(told["changed"]))


def _known(fact: bool | None) -> str:
    return {True: "yes", False: "no", None: "not known"}[fact]
