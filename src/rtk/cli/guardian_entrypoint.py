"""What the guardian runs after a death, with the run's record as its argument and all it was told on standard input."""

import logging
import os
import sys
from pathlib import Path
from typing import Any

from chaoslib.log import configure_logger
from chaoslib.settings import loaded_settings

from rtk import helper
from rtk.cli.logs import prepare_handlers
from rtk.cli.masks import Masks
from rtk.clock import SystemClock
from rtk.errors import ToolkitError
from rtk.experiment.wording import argument
from rtk.insight.stops import StopCause, Stopping
from rtk.outlets import outlets, printable_logs
from rtk.printable import hanging
from rtk.verify.estate import received
from rtk.verify.record import Entry
from rtk.verify.recovery import Recovered, recover, remains
from rtk.verify.redact import Redactor
from rtk.verify.toolkit import Toolkit

WHY = Stopping(StopCause.DIED, "the run died without a goodbye; its guardian undid it")

logger = logging.getLogger("rtk.cli.guardian_entrypoint")  # its name as a program is another


def main(path: Path, data: bytes) -> int:
    """Undo what the run left, complete its record, write its journal and reports; 0, or 1 when that failed."""
    configure_logger()
    prepare_handlers()
    printable_logs()
    estate = received(data)
    with helper.finding(estate.path or sys.path, estate.replaced):
        left = estate.parts()
    # A secret as well, though no experiment names it.
    token = os.environ.get("RTK_TOKEN", "").strip()
    with Masks(Redactor(left["secrets"], left["settings"], left["configuration"], [token])) as masks:
        if not estate.news and not (path.exists() and path.stat().st_size):
            return 0  # it died, or was refused, before it had begun anything
        logger.warning(f"The run {path.stem} died; its guardian takes over")
        for name in estate.lost:
            logger.warning(f"The guardian did not receive {name} from the run")
        with helper.finding(estate.path or sys.path, estate.replaced):
            found = remains(path, estate.news)

            def ready(head: Entry) -> Toolkit:
                if estate.is_there:
                    toolkit = estate.toolkit()
                else:
                    # The record's copy of the experiment has no secret in it, not even one that the file spells out.
                    from rtk.cli.rebuilt_toolkit import toolkit_of

                    toolkit = toolkit_of(head)
                loaded_settings.set(toolkit.settings)
                return masks.of(toolkit)

            recovered = recover(found, ready, SystemClock(), WHY, estate.news)
        code = _told(path, recovered)
        if estate.publish:
            _publish(path, estate.publish, recovered.restored)
        return code


def _publish(path: Path, where: dict[str, Any], restored: bool) -> None:
    """Send what the run could not, as long as there is patience; else `chaos publish --pending` does."""
    from rtk.publish.destination import Destination
    from rtk.publish.pending_sender import SENDER_S, PendingSender
    from rtk.publish.upload_state import AlreadyPublishing, Marker

    try:
        if restored:  # its entries are not those that the console has a part of
            with Marker(path, Destination(**where).url) as marker:
                marker.progress.refused = "its record was lost and rebuilt from what its guardian knew"
                marker.save()
            return
        PendingSender(Destination(**where), SystemClock(), SENDER_S).record(path)
    except (ToolkitError, AlreadyPublishing, OSError) as error:
        logger.warning(f"The rest of the run is not published yet: {error}")


def _told(path: Path, recovered: Recovered) -> int:
    from rtk.cli import run_output  # what only tells is imported once everything is undone
    from rtk.cli.finalization import finish
    from rtk.verify.holds import release

    if recovered.failure:
        logger.error(recovered.failure)
    if recovered.is_proven:
        release(path.stem)  # what its record tells is not enough where there is none
    try:
        _, insight, facts, failures = finish(path, recovered.amend)
    except ToolkitError as error:
        logger.error(f"The journal and the reports of the run cannot be made: {error}")
        return 1
    run_output.tell(insight, facts)
    for failure in failures:
        logger.error(failure)
    return 1 if failures or insight.not_restored else 0


if __name__ == "__main__":
    try:
        with outlets():
            sys.exit(main(Path(sys.argv[1]), sys.stdin.buffer.read()))
    except ToolkitError as error:
        left = f"what is left can be undone with: chaos recover --run {argument(Path(sys.argv[1]).stem)}"
        sys.exit(hanging(f"rtk: {error}; {left}"))
