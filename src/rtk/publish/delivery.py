"""One record on its way to a console, call by call. Everything may be sent again: the console keeps it once."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from rtk.errors import BadInput
from rtk.experiment.block import block_in
from rtk.experiment.wording import argument
from rtk.insight.insight import insight as insight_of
from rtk.publish import versions
from rtk.publish.console import Console, ConsoleRefused, settled
from rtk.publish.destination import segment
from rtk.publish.http_transport import NoAnswer, Response
from rtk.publish.patience import is_passing
from rtk.publish.record_reader import MOST_ENTRIES, Batch, Tail
from rtk.publish.upload_state import Marker
from rtk.verify import journal
from rtk.verify.facts import facts_of
from rtk.verify.record import Entry, Recorded, text_of

OURS = uuid.UUID("6b1f2a0c-93cf-5d0e-8d4a-5f0b1d2c7e11")  # the space of ids made from what a file says
FOR_GOOD = frozenset((400, 410, 413, 422))  # the same would be refused again, whenever it is sent
GONE = 410
REOPENINGS = 2  # how often a run that the console no longer knows is told anew


class Passing(NoAnswer):
    """The console answered that it cannot just now; `after` is its Retry-After."""

    def __init__(self, text: str, after: str | None = None) -> None:
        super().__init__(text)
        self.after = after


@dataclass
class Opened:
    """What the console says when it is told of a run."""

    head: Entry
    answer: Response
    foreign: bool


class Delivery:
    """Publishes one record. Not safe for several threads."""

    def __init__(
        self,
        path: Path,
        console: Console,
        marker: Marker,
        on_stop: Callable[[str], None] = lambda _: None,
        on_open: Callable[[Opened], None] = lambda _: None,
        on_safeguards: Callable[[list[str]], None] = lambda _: None,
        remade: bool = False,
    ) -> None:
        """`on_stop` is told the reason when a person stops the run on the console, `on_open` what the run became.

        `on_safeguards` is told the names of those in force, none or some, with each answer that has them.

        A record that was `remade` from a journal numbers its entries anew: they are sent only to a console that has
        none of the run.
        """
        self.console = console
        self.marker = marker
        self._path = path
        self._tail = Tail(path)
        self._on_stop = on_stop
        self._on_open = on_open
        self._on_safeguards = on_safeguards
        self._most = MOST_ENTRIES
        self._reopenings = REOPENINGS
        self._remade = remade
        self._head: Entry | None = None

    @property
    def done(self) -> bool:
        """Whether the console has all of the run, its end included."""
        return self.marker.progress.done

    @property
    def opened(self) -> bool:
        """Whether the console knows of the run."""
        return self.marker.progress.opened

    def step(self, beat: bool = False) -> bool:
        """Do what is to be done next, one call at most (two to begin with); whether there was anything.

        With `beat`, a call is made even when there is nothing to tell. Raises `NoAnswer` (also `Passing`) and
        `ConsoleRefused`; trying again later is safe.
        """
        progress = self.marker.progress
        if progress.done:
            return False
        if not progress.opened:
            return self._open()
        if self._remade:  # where the console has anything of the run, nothing is left to be told but its end
            self._send(Batch(0, 0))
            self._remade, progress.ends = False, bool(progress.next)
        elif progress.ends:
            self._call("POST", self._run() + "/end", ending(self._path))
            progress.done = True
            self.marker.save()
        else:
            batch = self._tail.read(progress.next, progress.offset, self._most)
            if not (batch.texts or beat):
                return False
            self._send(batch)
        return True

    def _open(self) -> bool:
        head = self._first()
        if head is None:
            return False
        progress = self.marker.progress
        named_team = block_in(head["experiment"]).get("team_id")
        wanted = str(named_team) if named_team else None
        where = self.console.where
        if progress.team:
            self.console.where = where.in_team({"id": progress.organization}, {"id": progress.team})
        else:
            self.console.where = where = settled(self.console, wanted)
            progress.organization, progress.team = where.organization, where.team
        progress.verification = progress.verification or verification_id(head, progress.team)
        version = head.get("version", 1)
        body = {"plan": head["plan"], "experiment": head["experiment"], "client": {**head["client"], "record": version}}
        answer = self._call("PUT", self._run(), text_of(body))
        self._see_that_it_is_taken(version, answer)
        progress.opened = True
        self.marker.save()
        self._on_open(Opened(head, answer, foreign=wanted not in (None, progress.team)))
        return True

    def _see_that_it_is_taken(self, version: int, answer: Response) -> None:
        """Raise `ConsoleRefused` where the console is too old for the record, which then waits for it to be updated."""
        accepted = answer.get("accepts")
        known = accepted if accepted and isinstance(accepted, list) else [1]
        if version not in known:
            takes = f"version{'s' if known[1:] else ''} {' and '.join(map(str, known))}"
            remedy = versions.outdated(self.console.where.url, version, known)
            raise ConsoleRefused(
                f"{self.console.name} takes run records of {takes}, not {version}: {remedy}", answer.status
            )

    def _first(self) -> Entry | None:
        self._head = self._head or self._tail.head()
        return self._head

    def _run(self) -> str:
        """The address of the run in the API."""
        progress, head = self.marker.progress, self._first()
        if head is None:
            raise BadInput(f"{self._path} is not a run record: its first line should be an entry of kind 'run'")
        base = replace(self.console.where, organization=progress.organization, team=progress.team).base
        return f"{base}/verifications/{segment(progress.verification)}/runs/{segment(progress.run or head['run'])}"

    def _send(self, batch: Batch) -> None:
        path, progress = self._run() + "/record", self.marker.progress
        answer = self.console.call("POST", path, batch.body(), pack=True)
        told = answer.get("next")
        if answer.status == 413 and len(batch.texts) > 1:
            # Too large for the console, or for something on the way: half of it may pass.
            self._most = len(batch.texts) // 2
        elif answer.status == 404 and self._reopenings:
            # The console knows the run no more, as after an old backup was restored: it is told from the beginning.
            self._reopenings -= 1
            progress.opened, progress.next, progress.offset, progress.ends = False, 0, 0, False
            self.marker.save()
        elif (answer.good or answer.status == 409) and isinstance(told, int):
            # On from where the console is: behind the batch, or elsewhere when it knows more or less than we.
            progress.offset = batch.offset if told == batch.next else 0
            progress.ends = batch.ends or progress.ends if told >= batch.next else False
            progress.next = told
            self.marker.save()
            if stop := answer.get("stop"):
                self._on_stop(str(stop))
            if isinstance(names := answer.get("safeguards"), list):  # older consoles do not say
                self._on_safeguards([str(name) for name in names])
        else:
            self._checked(answer)
            raise ConsoleRefused(f"{self.console.name} did not say how much of the run it has", answer.status)

    def _call(self, method: str, path: str, body: bytes) -> Response:
        return self._checked(self.console.call(method, path, body))

    def _checked(self, answer: Response) -> Response:
        if is_passing(answer.status):
            raise Passing(self.console.refusal(answer), answer.headers.get("retry-after"))
        if answer.status in FOR_GOOD and not self.console.remedy(answer):  # an update may have it taken
            why = f"{self.console.refusal(answer)}{way_out(answer.status, self._path)}"
            self.marker.progress.refused = why
            self.marker.save()
            raise PermanentRefusal(why, answer.status)
        return self.console.checked(answer)


class PermanentRefusal(ConsoleRefused):
    """The console will never take it: it is kept here, and not sent again by itself."""


def way_out(status: int, record: Path) -> str:
    """What a person can do with a record that a console will never take, as the end of a sentence."""
    if status == GONE:
        return f"; it stays here: `chaos publish --as-new {argument(record)}` makes a new verification of it"
    return f"; it stays here: `chaos publish {argument(record)}` tries once more"


def ending(path: Path) -> bytes:
    """What the console is told at a run's end: the journal without its measurements, and the insight."""
    recorded = Recorded(path)
    insight = insight_of(facts_of(recorded)).as_dict()
    whole = "".join(journal.text(recorded, insight, during=False))
    return b'{"journal": %b, "insight": %b}' % (whole.encode("utf-8", "replace"), text_of(insight))


def verification_id(head: Entry, team: str) -> str:
    """The id a run is published under."""
    return named(head["plan"].get("verification_id"), head["title"], head["source"], team)


def named(verification: str | None, title: str, source: str, team: str) -> str:
    """The id of a verification: the file's own, or one made of team, title and source, always the same."""
    try:
        return str(uuid.UUID(str(verification)))
    except ValueError:
        told = verification or f"{title}\n{Path(source).name}"
        return str(uuid.uuid5(OURS, f"{team}\n{told}"))
