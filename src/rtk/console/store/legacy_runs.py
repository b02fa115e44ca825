"""Runs told by the clients of 2020: one call an event, without number or time, some twice, some late.

Each event becomes the entries that a record would have, so that such a run gets the same insight and pages. What
tells samples apart is their iteration. Which phase a sample is of is told by the highest iteration that had come
when the condition started and when the cool-down did. Moments are seconds since the run was made here; those of
samples and activities come from the client's own clock, of which only differences are used.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import transaction
from django.utils.timezone import now

from rtk.console.jobs.deferral import defer
from rtk.console.jobs.queue import Work
from rtk.console.notify import outbox
from rtk.console.store import extent
from rtk.console.store.executions import MOST_STATUS
from rtk.console.store.intake import OUTCOME_CODES, PHASE_CODES
from rtk.console.store.models import Event, Measurement, RecordEntry, Run
from rtk.console.store.problem import Problem
from rtk.console.store.run_state import NotedState
from rtk.console.store.runs import lengths, tell
from rtk.experiment.plan import ValueLimit, slot_count
from rtk.experiment.quantity import finite
from rtk.insight.facts import PHASES, Outcome, Phase
from rtk.insight.plan_limits import MOST_SLOTS
from rtk.insight.status import CUT_SHORT, ActivityStatus, UndoState
from rtk.verify.limited import outcome_within

PREFIX = "verification-"
SAMPLE = "sample"
_ROLLBACKS = {"rollbacks-started": UndoState.STARTED, "rollbacks-completed": UndoState.ENDED}
_CUT_OFF = {"interrupted": "the run was interrupted", "exited-by-signal": "the run was exited by signal"}
CONDITIONS_BEGIN = ("sample-started", "condition-started")
LEAST_FREQUENCY_S, MOST_FREQUENCY_S = 0.001, 86_400.0


class LegacyRun:
    """A run while its row is locked, being told further."""

    def __init__(self, run: Run, at: datetime) -> None:
        self.run = run
        self.progress: dict[str, Any] = run.progress
        self.t = (at - run.created_at).total_seconds()

    def entry(self, kind: str, t: float | None = None, **values: Any) -> None:
        """Add an entry to the record."""
        moment = self.t if t is None else t
        body = {"n": self.run.next, "t": moment, "kind": kind, **values}
        RecordEntry.objects.create(
            run_id=self.run.id, n=self.run.next, day=self.run.day, t=moment, kind=kind, body=body
        )
        self.run.next += 1

    def phase(self, phase: Phase) -> None:
        """Go on to a phase, unless the run is in it or past it."""
        before = self.progress.get("phase")
        if before and PHASES.index(before) >= PHASES.index(phase):
            return
        self.end_phase()
        self.progress["phase"] = phase
        if before:
            self.progress[f"last-{before}"] = self.progress.get("highest", 0)
        self.entry("phase", phase=phase, state="started", planned=self.planned(phase))

    def end_phase(self) -> None:
        """End the phase that the run is in."""
        phase = self.progress.get("phase")
        if phase:
            self.entry("phase", phase=phase, state="ended", planned=self.planned(phase))

    def planned(self, phase: Phase) -> int:
        """How many slots the plan has for a phase, at the frequency that the client told."""
        return slot_count(lengths(self.run.plan)[phase], self.run.plan["frequency_s"])

    def sample(self, payload: Mapping[str, Any]) -> None:
        """One measurement, unless it came before."""
        iteration, state = payload.get("iteration"), payload.get("state")
        if isinstance(iteration, bool) or not isinstance(iteration, int) or not 1 <= iteration <= MOST_SLOTS:
            says = f"payload.iteration: expected a whole number from 1 to {MOST_SLOTS:,}"
            raise Problem(422, says, "payload.iteration")
        if not isinstance(state, Mapping):
            raise Problem(422, "payload.state: expected a mapping as in steady_states.during", "payload.state")
        if not self.progress.get("phase"):
            self.phase("baseline" if self.run.plan.get("warm_up_s") else "conditions")
        # Clients number samples through all phases; how many came before the next phase began was noted.
        baseline, conditions = self.progress.get("last-baseline", 0), self.progress.get("last-conditions")
        phase, slot = "conditions", iteration - baseline - 1
        if self.progress["phase"] == "baseline" or iteration <= baseline:
            phase, slot = "baseline", iteration - 1
        elif self.progress["phase"] == "recovery" and conditions is not None and iteration > conditions:
            phase, slot = "recovery", iteration - conditions - 1
        if Measurement.objects.filter(
            run_id=self.run.id, day=self.run.day, phase=PHASE_CODES[phase], slot=slot
        ).exists():
            return
        self.progress["highest"] = max(iteration, self.progress.get("highest", 0))
        self._measured(phase, slot, state)

    def _measured(self, phase: str, slot: int, state: Mapping[str, Any]) -> None:
        probes = state.get("probes")
        runs = [each for each in probes if isinstance(each, Mapping)] if isinstance(probes, list) else []
        started, ended = self._span(runs)
        told, met = self.run.plan.get("limit"), state.get("steady_state_met")
        limit = ValueLimit(**told) if told else None
        value = _value(runs[limit.position if limit else 0 :])
        outcome: Outcome = "missed"
        if isinstance(met, bool):
            outcome = "met" if met else "deviated"
        if limit:  # clients of 2020 know of none
            outcome = outcome_within(outcome, value, limit)
        Measurement.objects.create(
            run_id=self.run.id,
            n=self.run.next,
            day=self.run.day,
            t=self.t,
            phase=PHASE_CODES[phase],
            slot=slot,
            due=started if started is not None else self.t,
            started=started,
            ended=ended,
            outcome=OUTCOME_CODES[outcome],
            value=value,
            reason="not made" if outcome == "missed" else None,
            probes=[{key: value for key, value in run.items() if key != "activity"} for run in runs],
        )
        self.run.next += 1

    def _span(self, runs: list[Mapping[str, Any]]) -> tuple[float | None, float | None]:
        if not runs:
            return None, None
        begun, ended = self.since(runs[0].get("start")), self.since(runs[-1].get("end"))
        return (self.t if begun is None else begun), (self.t if ended is None else ended)

    def since(self, stamp: Any) -> float | None:
        """Seconds since the run began of a moment by the client's clock, whose begin is the journal's."""
        begin, moment = _moment(self.progress.get("start")), _moment(stamp)
        return (moment - begin).total_seconds() if begin and moment else None


def tell_event(run: Run, user: Any, category: str, payload: Any, at: datetime | None = None) -> None:
    """An event of a run. Raises `Problem` for a payload that says nothing."""
    name = category.removeprefix(PREFIX)
    if name == SAMPLE and not isinstance(payload, Mapping):
        raise Problem(422, "payload: expected {iteration, state}", "payload")
    moment = at or now()
    with transaction.atomic():
        # Its key is not locked: what belongs to the run may be added meanwhile.
        told = LegacyRun(Run.objects.select_for_update(no_key=True).get(id=run.id), moment)
        if name == SAMPLE:
            told.sample(payload)
        else:
            kept = None if name == "completed" else payload  # the journal comes once more at the end
            Event.objects.create(team_id=run.team_id, created_by=user, run=run, kind=category, payload=kept)
            _happened(told, name, payload if isinstance(payload, Mapping) else {})
        _save(told, moment)
    tell(run.id)


def _happened(told: LegacyRun, name: str, payload: Mapping[str, Any]) -> None:
    if name == "sample-started":
        frequency = finite(payload.get("frequency"))
        if frequency and LEAST_FREQUENCY_S <= frequency <= MOST_FREQUENCY_S:
            told.run.plan = {**told.run.plan, "frequency_s": frequency}
        told.phase("baseline" if told.run.plan.get("warm_up_s") else "conditions")
    elif name == "condition-started":
        told.phase("conditions")
    elif name == "cooldown-started" and told.run.plan.get("cool_down_s"):
        told.phase("recovery")
    elif name in _ROLLBACKS:
        told.entry("rollbacks", state=_ROLLBACKS[name], reason=None)
    elif name in _CUT_OFF:
        told.entry("event", text=_CUT_OFF[name])


class ActivityRun(msgspec.Struct):
    """An activity's run in a journal."""

    activity: dict[str, Any] = {}
    status: str = ""
    start: str | None = None
    end: str | None = None
    exception: Any = None


class FinalJournal(msgspec.Struct):
    """What is looked at of a run's last journal."""

    status: str = "unknown"
    deviated: bool | None = None
    run: list[ActivityRun | None] = []
    rollbacks: list[ActivityRun | None] = []


def finish(run: Run, raw: bytes, status: str, results: Mapping[str, Any], at: datetime | None = None) -> None:
    """The end of a run, once; told again it changes nothing."""
    extent.refuse_many_read(raw, FinalJournal, extent.most_values(), "journal")
    try:
        journal = msgspec.json.decode(raw, type=FinalJournal)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Problem(422, f"journal: {error}", "journal") from None
    moment = at or now()
    with transaction.atomic():
        told = LegacyRun(Run.objects.select_for_update(no_key=True).get(id=run.id), moment)
        if told.run.results is None:
            told.end_phase()
            document, undone = told.run.experiment.document, [a for a in journal.rollbacks if a]
            actions = [a for a in journal.run if a and a.activity.get("type") == "action"]
            _activities(told, "condition", actions, document.get("method"))
            _activities(told, "rollback", undone, None)
            if document.get("rollbacks"):  # clients up to 0.11 told of them in the journal alone
                told.entry("rollbacks", state=UndoState.ENDED if undone else UndoState.SKIPPED, reason=None)
            took = finite(results.get("total_duration"))
            end = told.t if took is None or not 0 < took < 1e9 else took
            stopped = f"the run was {status}" if status in CUT_SHORT else None
            told.entry("end", end, status=status, deviated=bool(journal.deviated), stopped=stopped)
            told.run.results, told.run.state, told.run.ended_at = dict(results), NotedState.ENDED, moment
            told.run.status = status[:MOST_STATUS]
        _save(told, moment)
        outbox.note(outbox.ENDED, run.id)
    tell(run.id)


def _activities(told: LegacyRun, role: str, played: Iterable[ActivityRun], method: Any) -> None:
    names = [each.get("name") for each in method] if isinstance(method, list) else []
    for number, each in enumerate(played):
        name = str(each.activity.get("name") or role)[:500]
        known = name in names
        index = names.index(name) if known else len(names) + number
        if known:
            names[index] = None  # the next one of that name is another activity
        begun, ended = told.since(each.start), told.since(each.end)
        failure = None if each.status == ActivityStatus.SUCCEEDED else f"it was {each.status or 'not done'}"[:500]
        if known or role == "rollback":  # an intent is looked up in the method
            told.entry("intent", told.t if begun is None else begun, role=role, index=index, name=name)
        told.entry("activity", told.t if ended is None else ended, role=role, index=index, name=name, failure=failure)


def _save(told: LegacyRun, at: datetime) -> None:
    run = told.run
    run.progress, run.heard_at = told.progress, at
    run.state = NotedState.ENDED if run.ended_at else NotedState.RUNNING
    run.due_at = run.created_at + timedelta(seconds=sum(lengths(run.plan).values()))
    run.save(update_fields=["next", "plan", "progress", "heard_at", "due_at", "results", "state", "status", "ended_at"])
    if run.ended_at:
        defer(Work.COMPUTE, [run.id])


def _value(runs: list[Mapping[str, Any]]) -> float | None:
    if not runs:
        return None
    output = runs[0].get("output")
    if isinstance(output, str) and len(output) < 100:
        try:
            output = json.loads(output)
        except ValueError:
            return None
    number = finite(output)
    return number if number is not None and abs(number) <= 1e100 else None


def _moment(stamp: Any) -> datetime | None:
    """A moment of a journal, without its time zone: both ends of a difference come from one clock."""
    try:
        return datetime.fromisoformat(stamp).replace(tzinfo=None) if isinstance(stamp, str) else None
    except ValueError:
        return None
