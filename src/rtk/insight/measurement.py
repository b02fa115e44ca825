"""The schema of a measurement: its fields, here alone; records, journals, tables, API and pages have them from here.

`tests/test_schema.py` holds what cannot be made from it, such as a class whose fields somebody has to see.
"""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, get_args

from rtk.insight.missed_reason import MissedReason, missed_reason

Phase = Literal["baseline", "onset", "conditions", "undo", "recovery"]
Outcome = Literal["met", "deviated", "missed"]

PHASES: tuple[Phase, ...] = get_args(Phase)  # in the order of a run
PHASES_BY_CODE: tuple[Phase, ...] = ("baseline", "conditions", "recovery", "onset", "undo")  # stored: only append
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


class SlotMeasurement(NamedTuple):
    """What came of one slot. `started`, `ended` and `value` are None where there was none.

    `reason` is a sentence; `code` says the same of a missed slot, and is None for others.
    """

    phase: Phase
    slot: int
    due: float
    started: float | None
    ended: float | None
    outcome: Outcome
    value: float | None = None
    reason: str | None = None
    code: MissedReason | None = None


FIELDS = SlotMeasurement._fields
# How the console keeps them: phase and outcome by their codes, the others as they are.
COLUMN_TYPES: dict[str, str] = {
    "phase": "smallint",
    "slot": "bigint",
    "due": "float8",
    "started": "float8",
    "ended": "float8",
    "outcome": "smallint",
    "value": "float8",
    "reason": "text",
    "code": "text",
}
COLUMNS = ", ".join(FIELDS)  # of its table, in SQL
NO_COLUMNS = ", ".join(f"NULL::{COLUMN_TYPES[name]}" for name in FIELDS)  # in their place, of what is none


def of_columns(columns: Sequence[Any]) -> SlotMeasurement:
    """Return a measurement of what its columns hold."""
    found = SlotMeasurement(*columns)
    outcome = OUTCOMES[int(columns[FIELDS.index("outcome")])]
    # What came from the first records has a sentence and no code.
    why = missed_reason(found.code, found.reason) if outcome == "missed" else None
    return found._replace(phase=PHASES_BY_CODE[int(columns[0])], outcome=outcome, code=why)
