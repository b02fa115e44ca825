"""Facts of a run from what was kept of it: its record, or the journal written from that."""

import json
from pathlib import Path
from typing import Any

from rtk.errors import BadInput
from rtk.insight.facts import Facts
from rtk.verify.facts import facts_of, facts_of_entries, measurement_of
from rtk.verify.record import Recorded


def facts_in(path: Path) -> Facts:
    """The facts in a record or a journal. Raises `BadInput` for anything else."""
    try:
        with path.open("rb") as file:
            start = file.read(64).lstrip()
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}; expected a journal or a run record") from None
    # A journal is one object of JSON; a line of a record begins with its checksum.
    if not start.startswith(b"{"):
        return facts_of(Recorded(path))
    try:
        journal = json.loads(path.read_bytes())
        block = next(e for e in journal["extensions"] if e.get("name") == "rtk")
        head = {**block, "experiment": journal["experiment"]}
        states: list[dict[str, Any]] = journal["steady_states"]["during"]
        return facts_of_entries(head, block["story"], [measurement_of(state["rtk"]) for state in states])
    except (ValueError, RecursionError):
        raise BadInput(f"{path} is not whole JSON; expected a journal or a run record") from None
    except (KeyError, TypeError, StopIteration, AttributeError, AssertionError):
        raise BadInput(
            f"{path} is not the journal of a verification: its extensions have no whole block named rtk; "
            "expected a journal written by chaos verify, or a run record"
        ) from None
