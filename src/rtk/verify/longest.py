"""How long a run may go on beside its planned phases, told from the document alone: waiting, trying and proving."""

import math
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from rtk.errors import BadInput
from rtk.experiment.claim import claim_of
from rtk.experiment.limits import own_limit
from rtk.experiment.quantity import finite
from rtk.experiment.refs import written_out
from rtk.verify.patience import BESIDE_UNDO_S
from rtk.verify.tries import GRACE_S, LIMIT_S, tries_of

Document = Mapping[str, Any]


def beside_s(document: Document, planned_s: float | None = None) -> float:
    """Return the seconds that a run takes at most beside its planned phases, each limit being used up.

    They are those of `onset` and `undo`, and what the method takes longer than the `planned_s` of its conditions, where
    that is told. Proofs that conditions are gone are awaited one after another. A control of the document that hangs
    beside the undo is given up once. The document need not have been checked: what is of no known form counts nothing,
    nor does an activity of the method without a time limit.
    """
    method, rollbacks = _activities(document, "method"), _activities(document, "rollbacks")
    is_controlled = any(each.get("controls") for each in (document, *method, *rollbacks))
    proofs = sum(_claimed(each, "restored") for each in method)
    undone = []
    for each in rollbacks:
        tries, own = tries_of(each), own_limit(each)
        limit_s = own if isinstance(own, int | float) else LIMIT_S
        # All tries to their limit, with the pauses between them (1 s, 2 s, …) and around them.
        undone.append(tries * (limit_s + GRACE_S) + tries * (tries - 1) / 2 + _paused(each))
    undo = proofs + sum(undone) + (BESIDE_UNDO_S if is_controlled else 0.0)
    now, ends, shown = 0.0, 0.0, math.inf
    for activity in method:
        limit, effect = own_limit(activity), _claimed(activity, "effect")
        end = now + _paused(activity) + (limit if isinstance(limit, int | float) else 0.0) + effect
        ends = max(ends, end)
        now = now if activity.get("background") else end
        shown = min(shown, end) if effect else shown
    # The wait for the first effect runs into what the method goes on after the conditions: the longer of both counts.
    waits = shown if shown < math.inf else 0.0
    return max(waits, ends - (math.inf if planned_s is None else planned_s)) + undo


def _activities(document: Document, part: str) -> list[Document]:
    held = document.get(part)
    listed = held if isinstance(held, list) else []
    return written_out((each for each in listed if isinstance(each, Mapping)), document)


def _claimed(activity: Document, what: str) -> float:
    with suppress(BadInput):
        claim = claim_of(activity, what)
        return claim.within if claim else 0.0
    return 0.0


def _paused(activity: Document) -> float:
    pauses = activity.get("pauses")
    around = [pauses.get(when) for when in ("before", "after")] if isinstance(pauses, Mapping) else []
    return sum(finite(each) or 0.0 for each in around)
