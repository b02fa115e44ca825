"""How long a run may go on beside its planned phases, told from the document alone: waiting, trying and proving."""

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


def beside_s(document: Document) -> float:
    """Return the seconds that `onset` and `undo` take at most, each limit being used up; 0 where there are neither.

    Effects are awaited one after another, and so are the proofs that conditions are gone. A control of the document
    that hangs beside the undo is given up once. The document need not have been checked: what is of no known form
    counts nothing.
    """
    method, rollbacks = _activities(document, "method"), _activities(document, "rollbacks")
    is_controlled = any(each.get("controls") for each in (document, *method, *rollbacks))
    return sum(map(_claimed, method)) + sum(map(_undone, rollbacks)) + (BESIDE_UNDO_S if is_controlled else 0.0)


def _activities(document: Document, part: str) -> list[Document]:
    held = document.get(part)
    listed = held if isinstance(held, list) else []
    return written_out((each for each in listed if isinstance(each, Mapping)), document)


def _claimed(activity: Document) -> float:
    total = 0.0
    for what in ("effect", "restored"):
        with suppress(BadInput):
            claim = claim_of(activity, what)
            total += claim.within if claim else 0.0
    return total


def _undone(rollback: Document) -> float:
    """All tries to their limit, with the pauses between them (1 s, 2 s, …) and around them."""
    tries, own = tries_of(rollback), own_limit(rollback)
    limit = own if isinstance(own, int | float) else LIMIT_S
    pauses = rollback.get("pauses")
    around = [finite(pauses.get(when)) or 0.0 for when in ("before", "after")] if isinstance(pauses, Mapping) else []
    return tries * (limit + GRACE_S) + tries * (tries - 1) / 2 + sum(around)
