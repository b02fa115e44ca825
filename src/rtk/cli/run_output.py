"""Write what outlives a run: its journal and reports, its last lines, its notifications."""

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

from chaoslib.notification import RunFlowEvent, notify

from rtk.errors import ToolkitError
from rtk.insight.facts import Facts
from rtk.insight.shape import Insight
from rtk.report.lines import lines
from rtk.report.write import write
from rtk.verify import journal
from rtk.verify.record import Recorded
from rtk.verify.toolkit import Toolkit

logger = logging.getLogger(__name__)


def is_live(log_format: str | None) -> bool:
    """Whether a person watches: a terminal that can be drawn on, and no machine-readable log asked for."""
    capable = sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"
    return capable and log_format != "json" and not os.environ.get("CI")


def write_all(
    journal_path: str, reports: tuple[str, ...], recorded: Recorded, insight: Insight, facts: Facts
) -> list[str]:
    """Write the journal and the reports; a sentence for each that could not be written."""
    failures = []
    try:
        journal.write(Path(journal_path), recorded, insight.as_dict())
    except ToolkitError as error:
        failures.append(f"{error}; the run is kept in {recorded.path}")
    for report in reports:
        try:
            write(report, insight, facts)
        except ToolkitError as error:
            failures.append(str(error))
    return failures


def tell(insight: Insight, facts: Facts) -> None:
    """Say in plain lines how it ended, as a pipe and a machine read it."""
    for line in lines(insight, facts):
        logger.info(line)


def notify_start(toolkit: Toolkit) -> None:
    """The Chaos Toolkit's own notifications, where the settings have some."""
    if toolkit.settings.get("notifications"):
        _notify(toolkit, RunFlowEvent.RunStarted, toolkit.redact.within(toolkit.document))


def notify_end(toolkit: Toolkit, recorded: Recorded, insight: Insight) -> None:
    """The same at the end, with the journal as their payload."""
    if not toolkit.settings.get("notifications"):
        return
    payload: dict[str, Any] = json.loads("".join(journal.text(recorded, insight.as_dict())))
    completed = payload["status"] == "completed"
    _notify(toolkit, RunFlowEvent.RunCompleted if completed else RunFlowEvent.RunFailed, payload)
    if payload["deviated"]:
        _notify(toolkit, RunFlowEvent.RunDeviated, payload)


def _notify(toolkit: Toolkit, event: RunFlowEvent, payload: dict[str, Any]) -> None:
    try:
        notify(toolkit.settings, event, payload)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a plugin raises, it is no part of the run
        told = toolkit.redact(f"{type(error).__name__}: {error}".rstrip(": "))
        logger.warning(f"A notification could not be sent ({event.value}): {told}")
