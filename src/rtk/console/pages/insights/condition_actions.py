"""What was done to the system and what was undone, each with its proof, as the record tells it."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from msgspec import Struct, field

from rtk.figures import duration, elapsed
from rtk.insight.effect import EffectState
from rtk.report.marks import Mark, status_mark
from rtk.report.text import plain
from rtk.verify.numbers import played_of

EFFECTS: dict[str, str] = {
    EffectState.SHOWN: "took effect",
    EffectState.GONE: "its effect is gone",
    EffectState.OVER: "its time was over",
}
PROOFS = {"effect": ("took effect", "its effect did not show"), "restored": ("is gone", "is not gone")}


class ConditionCheck(NamedTuple):
    """What was looked for after a condition: `shown` whether it was there, `text` what that says, `clock` when."""

    shown: bool
    text: str
    clock: str


class Deed(Struct):
    """A condition or a rollback as it went. `mark` is its status; `ended` None: it has not come back."""

    role: str
    name: str
    began: float
    ended: float | None = None
    mark: Mark = field(default_factory=lambda: status_mark("interrupted"))
    failure: str = ""
    tries: int = 1
    lasts: float | None = None
    proofs: list[ConditionCheck] = field(default_factory=list)

    @property
    def clock(self) -> str:
        """When it began, since the run did."""
        return elapsed(self.began)

    @property
    def took(self) -> str:
        """How long it took."""
        return "" if self.ended is None else duration(max(0.0, self.ended - self.began))


class Deeds(NamedTuple):
    """All of them; `rollbacks` says where the rollbacks are: `skipped`, `started`, `ended`, or nothing yet."""

    conditions: list[Deed]
    undone: list[Deed]
    rollbacks: str
    reason: str


def deeds(entries: Iterable[Mapping[str, Any]], document: Mapping[str, Any], under_way: bool = False) -> Deeds:
    """What was done and undone; in the experiment's `document` an action says how long it lasts."""
    found: dict[tuple[str, int], Deed] = {}
    rollbacks, reason = "", ""
    for entry in entries:
        kind, role = entry.get("kind"), entry.get("role")
        if kind == "rollbacks":
            rollbacks, reason = str(entry.get("state") or ""), plain(entry.get("reason") or "", 300)
        elif kind == "proof":
            # Both proofs are of a condition, also the one that is looked for after the rollbacks.
            deed = found.get(("condition", int(entry["index"])))
            if deed is not None:
                deed.proofs.append(_check(deed, entry))
        elif kind in ("intent", "activity") and role in ("condition", "rollback"):
            _play(found, entry, document)
    for deed in found.values() if under_way else ():
        if deed.ended is None:
            deed.mark = Mark("under way", "·", "-", "quiet")
    conditions = [deed for (role, _), deed in found.items() if role == "condition"]
    return Deeds(conditions, [deed for (role, _), deed in found.items() if role == "rollback"], rollbacks, reason)


def _play(found: dict[tuple[str, int], Deed], entry: Mapping[str, Any], document: Mapping[str, Any]) -> None:
    key = (str(entry["role"]), int(entry["index"]))
    at, name = float(entry["t"]), plain(entry.get("name") or "without a name", 160)
    if entry["kind"] == "intent":
        found[key] = Deed(key[0], name, at, lasts=_lasts(document, entry))
        return
    deed = found.setdefault(key, Deed(key[0], name, at, lasts=_lasts(document, entry)))
    cut, failure = entry.get("interrupted"), entry.get("failure")
    deed.ended, deed.tries = at, int(entry.get("tries") or 1)
    deed.mark = status_mark("interrupted" if cut else "failed" if failure else "succeeded")
    deed.failure = plain(cut or failure or "", 600)


def _check(deed: Deed, entry: Mapping[str, Any]) -> ConditionCheck:
    """An effect is asked for through its whole phase, and each change of what its probes say is told."""
    if not entry.get("state"):
        there, not_there = PROOFS.get(str(entry.get("proves")), ("was shown", "was not shown"))
        missing = entry.get("missing")
        text = f"{not_there}: {plain(missing, 300)}" if missing else there
        return ConditionCheck(not missing, text, elapsed(float(entry["t"])))
    state, asked = str(entry["state"]), entry.get("asked")
    text = EFFECTS.get(state, plain(state, 40))
    if state == EffectState.SHOWN and deed.proofs:
        text = "its effect shows again"
    reason = entry.get("reason")
    text += f": {plain(reason, 300)}" if reason and state == EffectState.GONE else ""
    return ConditionCheck(state != EffectState.GONE, text, elapsed(float(entry["t"] if asked is None else asked)))


def _lasts(document: Mapping[str, Any], entry: Mapping[str, Any]) -> float | None:
    try:
        extensions = played_of(document, "method", entry).get("extensions") if entry["role"] == "condition" else None
        found = [each.get("lasts") for each in extensions or [] if isinstance(each, dict)]
    except (LookupError, AttributeError, TypeError, ValueError):
        return None
    return next((float(x) for x in found if isinstance(x, int | float) and not isinstance(x, bool)), None)
