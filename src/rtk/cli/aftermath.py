"""What the guardian runs after a death, with the run's record as its argument and the payload on standard input."""

import logging
import os
import pickle
import sys
from pathlib import Path
from typing import Any

from chaoslib.log import configure_logger
from chaoslib.settings import loaded_settings

from rtk.cli.again import toolkit_of
from rtk.cli.logs import without_colours_in_pipes
from rtk.cli.masks import Masks
from rtk.clock import SystemClock
from rtk.errors import ToolkitError
from rtk.insight.stops import StopCause, Stopping
from rtk.verify.record import Entry
from rtk.verify.recovery import recover, remains
from rtk.verify.redact import Redactor
from rtk.verify.toolkit import Toolkit

WHY = Stopping(StopCause.DIED, "the run died without a goodbye; its guardian undid it")

logger = logging.getLogger("chaostoolkit")


def main(path: Path, data: bytes) -> int:
    """Undo what the run left, complete its record, write its journal and reports; 0, or 1 when that failed."""
    payload: dict[str, Any] = pickle.loads(data) if data else {}  # noqa: S301 - from the run's own pipe
    sys.path[:] = payload.get("path", sys.path)
    configure_logger()
    without_colours_in_pipes()
    with Masks(_redactor(payload)) as masks:
        return _undo(path, payload, masks)


def _redactor(payload: dict[str, Any]) -> Redactor:
    secrets, settings = payload.get("secrets", {}), payload.get("settings", {})
    return Redactor(secrets, settings, payload.get("configuration"), [os.environ.get("RTK_TOKEN", "").strip()])


def _undo(path: Path, payload: dict[str, Any], masks: Masks) -> int:
    logger.warning(f"The run {path.stem} died; its guardian takes over")

    def ready(head: Entry) -> Toolkit:
        if not payload:
            return masks.of(toolkit_of(head))
        loaded_settings.set(payload["settings"])
        resolved = (payload["configuration"], payload["secrets"])
        # The record's own copy of the experiment has no secret in it, not even one that the file spells out.
        return masks.of(Toolkit(payload["document"], payload["settings"], resolved=resolved))

    recover(remains(path), ready, SystemClock(), WHY)
    code = _tell(path)
    if payload.get("publish"):
        _publish(path, payload["publish"])
    return code


def _publish(path: Path, where: dict[str, Any]) -> None:
    """Send what the run could not, as long as there is patience; else `chaos publish --pending` does."""
    from rtk.publish.destination import Destination
    from rtk.publish.marker import Taken
    from rtk.publish.pending import SENDER_S, Sender

    try:
        Sender(Destination(**where), SystemClock(), SENDER_S).record(path)
    except (ToolkitError, Taken, OSError) as error:
        logger.warning(f"The rest of the run is not published yet: {error}")


def _tell(path: Path) -> int:
    from rtk.cli import telling  # what only tells is imported once everything is undone
    from rtk.cli.afterwards import finish

    _, insight, facts, failures = finish(path)
    telling.tell(insight, facts, live=False)
    for failure in failures:
        logger.error(failure)
    return 1 if failures or insight.not_restored else 0


if __name__ == "__main__":
    try:
        sys.exit(main(Path(sys.argv[1]), sys.stdin.buffer.read()))
    except ToolkitError as error:
        sys.exit(f"rtk: {error}; what is left can be undone with: chaos recover --run {Path(sys.argv[1]).stem}")
