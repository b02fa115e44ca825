"""A journal as a story: its phases with their activities in order, and what failed first and why."""

from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from rtk.console.pages.executions.journal import Parts, StoredJournal, items, members, text_of, value
from rtk.console.pages.experiments.steps import how
from rtk.console.store.executions import moment_of
from rtk.experiment.quantity import finite
from rtk.report.text import plain

MOST_ACTIVITIES = 100  # of one phase
SHORT = 300
_TOLD = {"activity", "output", "status", "start", "end", "duration", "tolerance_met", "exception"}
_STATES = {"succeeded": "completed", "failed": "failed", "aborted": "aborted", "interrupted": "interrupted"}


class PlayedActivity(NamedTuple):
    """An activity as it went. `path` leads to it in the journal; `met` is None where there was no tolerance."""

    name: str
    type: str
    how: str
    began: datetime | None
    took: float | None
    status: str
    state: str
    met: bool | None
    output: str
    whole: bool
    why: str
    rest: list[tuple[str, str]]
    path: tuple[str, ...]

    @property
    def failed(self) -> bool:
        """Whether it failed or its tolerance was not met."""
        return self.met is False or self.state not in ("completed", "none") or bool(self.why)


class Phase(NamedTuple):
    """A phase of the story: activities, so many at most, how many there are beside, and what is said of it at all."""

    title: str
    note: str
    activities: list[PlayedActivity]
    more: int


class First(NamedTuple):
    """What failed first."""

    activity: PlayedActivity
    phase: str


class JournalView(NamedTuple):
    """The phases that a journal tells of, what failed first in it, and what it says of neither."""

    phases: list[Phase]
    first: First | None


def story_of(journal: StoredJournal) -> JournalView:
    """The story that a journal tells."""
    states = members(journal.parts.get("steady_states"))
    phases = [
        _hypothesis("Hypothesis before", states.get("before"), "before"),
        _phase("Method", journal.parts.get("run"), ("run",)),
        _measured(states.get("during")),
        _hypothesis("Hypothesis after", states.get("after"), "after"),
        _phase("Rollbacks", journal.parts.get("rollbacks"), ("rollbacks",)),
    ]
    told = [each for each in phases if each.activities or each.note]
    failed = [First(each, phase.title) for phase in told for each in phase.activities if each.failed]
    times = [each.activity.began for each in failed if each.activity.began]
    # Where one does not say when it began, the order of the phases decides.
    place = times.index(min(times)) if times and len(times) == len(failed) else 0
    return JournalView(told, failed[place] if failed else None)


def activity_of(raw: msgspec.Raw, path: tuple[str, ...]) -> PlayedActivity:
    """An activity's entry of a journal."""
    told = members(raw)
    activity = value(told.get("activity"))
    activity = activity if isinstance(activity, dict) else {}
    status = value(told.get("status"))
    word = plain(status, 40) if isinstance(status, str) else ""
    output = told.get("output")
    met = value(told.get("tolerance_met"))
    return PlayedActivity(
        plain(activity.get("name") or activity.get("ref") or "without a name", 200),
        plain(activity.get("type") or "", 20),
        how(activity["provider"]) if isinstance(activity.get("provider"), dict) else "",
        moment_of(value(told.get("start"))),
        _took(told),
        word,
        _STATES.get(word, "none"),
        met if isinstance(met, bool) else None,
        "" if output is None or bytes(output) == b"null" else text_of(output, SHORT),
        output is not None and len(memoryview(output)) > SHORT,
        _why(told.get("exception")),
        [(plain(key, 80), text_of(each, SHORT)) for key, each in told.items() if key not in _TOLD],
        path,
    )


def _phase(title: str, raw: msgspec.Raw | None, path: tuple[str, ...], note: str = "") -> Phase:
    found = items(raw)
    shown = found[:MOST_ACTIVITIES]
    activities = [activity_of(each, (*path, str(place))) for place, each in enumerate(shown) if bytes(each) != b"null"]
    return Phase(title, note, activities, len(found) - len(shown))


def _hypothesis(title: str, raw: msgspec.Raw | None, key: str) -> Phase:
    told = members(raw)
    met = value(told.get("steady_state_met"))
    notes = {True: "The hypothesis was met.", False: "The hypothesis was not met."}
    note = notes.get(met, "") if isinstance(met, bool) else ""
    return _phase(title, told.get("probes"), ("steady_states", key, "probes"), note)


class _Measured(msgspec.Struct):
    steady_state_met: Any = None


def _measured(raw: msgspec.Raw | None) -> Phase:
    """How the measurements came out: there are too many of them to tell each."""
    try:
        found = msgspec.json.decode(raw, type=list[_Measured | None]) if raw is not None else []
    except (msgspec.DecodeError, RecursionError):
        found = []
    if not found:
        return Phase("Measurements", "", [], 0)
    outcomes = [each.steady_state_met if each else None for each in found]
    counts = [(sum(each is known for each in outcomes), word) for known, word in ((True, "met"), (False, "deviated"))]
    missed = len(outcomes) - sum(number for number, _ in counts)
    parts = [f"{number:,} {word}" for number, word in (*counts, (missed, "not made")) if number]
    return Phase("Measurements", f"{len(found):,} while the method played: {', '.join(parts)}.", [], 0)


def _took(told: Parts) -> float | None:
    """From its start to its end, which are what is shown; else what it says."""
    began, ended = (moment_of(value(told.get(key))) for key in ("start", "end"))
    if began and ended and ended >= began:
        return (ended - began).total_seconds()
    said = finite(value(told.get("duration")))
    return said if said is not None and said >= 0 else None


def _why(raw: msgspec.Raw | None) -> str:
    """The last line of a traceback, which says what went wrong."""
    # A page has hundreds of activities: a traceback of 200 kB is not read for its last line.
    told = value(raw) if raw is not None and len(memoryview(raw)) < 200_000 else None
    lines = told if isinstance(told, list) else [told] if isinstance(told, str) else []
    words = [plain(line, 600) for each in lines for line in str(each).splitlines() if line.strip()]
    return words[-1] if words else ""
