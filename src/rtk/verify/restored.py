"""After the rollbacks: the proof that each condition which began is gone."""

import logging
import threading
from typing import Any

from rtk.clock import Clock
from rtk.experiment.claim import claim_of
from rtk.figures import chosen_duration
from rtk.verify.proof import Prover
from rtk.verify.record import Record
from rtk.verify.toolkit import Toolkit

logger = logging.getLogger(__name__)


def prove_restored(
    toolkit: Toolkit, clock: Clock, record: Record, began: list[tuple[int, dict[str, Any]]], hurry: threading.Event
) -> None:
    """Await the claim `restored` of every condition that began; what is not shown is recorded and told."""
    prover = Prover(toolkit, clock, hurry)
    for index, activity in began:
        claim, name = claim_of(activity, "restored"), activity["name"]
        if claim is None:
            continue
        logger.info(f"Waiting up to {chosen_duration(claim.within)} for the proof that {name} is gone")
        missing = prover.await_(claim)
        record.note("proof", durable=True, role="rollback", index=index, name=name, proves="restored", missing=missing)
        if missing:
            logger.critical(
                f"NOT RESTORED: {name} is not gone after {chosen_duration(claim.within)}: {toolkit.redact(missing)}"
            )
