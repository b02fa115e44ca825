"""How long outages of a run's objective last, as far as its console has learned: asked before the run begins.

The answer becomes part of the plan, so that what is learned later changes nothing about this run. A console that does
not answer in time, does not know the verification, or has learned nothing leaves the plan as its file has it.
"""

import logging
import threading

from msgspec.structs import replace

from rtk.clock import Clock
from rtk.errors import ToolkitError
from rtk.experiment.block import block_of
from rtk.experiment.plan import Plan
from rtk.insight.outage_length import Learned
from rtk.publish.console import Console, settled
from rtk.publish.delivery import named
from rtk.publish.destination import Destination, segment
from rtk.publish.http_transport import Send

ASKED_S = 1.0  # how long a run waits for the answer, beside what it has to prepare

logger = logging.getLogger(__name__)


class Lesson:
    """What a console teaches one run. It is asked for at once, and waited for when it is needed."""

    def __init__(self, where: Destination, team: str | None, clock: Clock, send: Send | None = None) -> None:
        """`team` is the one that the run's document names."""
        self._console = Console(where, send)
        self._team = team
        self._clock = clock
        self._done = threading.Event()
        self._learned: Learned | None = None

    def ask(self, plan: Plan, title: str, source: str) -> None:
        """Ask for what was learned of a verification, in a thread of its own. Without a promise there is no need to."""
        if plan.objective is None:
            self._done.set()
            return
        self._clock.spawn(lambda: self._asked(plan.verification_id, title, source), "rtk-learning")

    def taught(self, plan: Plan) -> Plan:
        """Return the plan with what was learned, as far as the console has said it in time."""
        self._clock.wait(self._done, ASKED_S)
        return replace(plan, outage_learned=self._learned) if self._learned else plan

    def _asked(self, verification: str | None, title: str, source: str) -> None:
        try:
            where = self._console.where = settled(self._console, self._team)
            key = named(verification, title, source, where.team)
            answer = self._console.call("GET", f"{where.base}/verifications/{segment(key)}")
            block = block_of(answer.json()["document"]) if answer.good else None
            self._learned = block.learned if block else None
        except (ToolkitError, LookupError, TypeError, ValueError, AttributeError) as error:
            logger.debug(f"What was learned of outages is not known: {error}")
        finally:
            self._console.close()
            self._done.set()
