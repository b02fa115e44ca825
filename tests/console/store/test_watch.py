"""What becomes of runs that are not heard of, and of what is too old."""

import time
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import OperationalError
from django.utils.timezone import now

from rtk.console.store import partitions, runs, watch
from rtk.console.store.database import parameters
from rtk.console.store.models import Event, Measurement, Run
from tests.console.live import PLAN, Live, Machine, measurement, verification, whole_record


@pytest.fixture
def machine(live: Live) -> Machine:
    return live.machine()


def begun(live: Live, machine: Machine, **columns: Any) -> tuple[str, Run]:
    key, run = f"file-{uuid4()}", str(uuid4())
    path = f"{live.runs(key)}/{run}"
    assert machine("PUT", path, json={"plan": PLAN, "experiment": verification(key)}).status_code == 201
    Run.objects.filter(id=run).update(**columns)
    return path, Run.objects.select_related("verification").get(id=run)


def told(run: Run) -> list[str]:
    return list(Event.objects.filter(subject=run.id).order_by("created_at").values_list("kind", flat=True))


def test_a_run_that_is_silent_for_30_s_has_lost_contact_until_it_is_heard_of(live: Live, machine: Machine) -> None:
    path, run = begun(live, machine, heard_at=now() - timedelta(seconds=31))
    watch.sweep()
    assert machine("GET", path).json()["state"] == "lost contact"
    assert told(run) == ["run.lost-contact"]
    machine("POST", f"{path}/record", json={"from": 0, "entries": []})
    assert machine("GET", path).json()["state"] == "running"


def test_a_lost_run_is_told_of_once(live: Live, machine: Machine) -> None:
    _, run = begun(live, machine, heard_at=now() - timedelta(seconds=31))
    watch.sweep()
    watch.sweep()
    assert told(run) == ["run.lost-contact"]


def test_a_run_a_day_past_its_end_is_abandoned(live: Live, machine: Machine) -> None:
    long_ago = now() - timedelta(hours=25)
    path, run = begun(live, machine, heard_at=long_ago, due_at=long_ago)
    watch.sweep()
    assert machine("GET", path).json()["state"] == "abandoned"
    assert told(run) == ["run.abandoned"]
    assert machine("GET", f"{path}/insight").json()["restored"] is None


def test_an_abandoned_run_may_still_come_to_its_end(live: Live, machine: Machine) -> None:
    long_ago = now() - timedelta(hours=25)
    path, run = begun(live, machine, heard_at=long_ago, due_at=long_ago)
    watch.sweep()
    machine("POST", f"{path}/record", json={"from": 0, "entries": whole_record(str(run.id), ["met"])})
    assert machine("GET", path).json()["state"] == "ended"


def test_a_run_that_has_ended_is_left_alone(live: Live, machine: Machine) -> None:
    long_ago = now() - timedelta(hours=25)
    _, run = begun(live, machine, heard_at=long_ago, due_at=long_ago, state="ended", ended_at=long_ago)
    watch.sweep()
    assert told(run) == []


@pytest.mark.parametrize(
    ("silent_s", "late_h", "state"),
    [(29, 0, "running"), (31, 0, "lost contact"), (31, 25, "abandoned"), (1, 25, "running")],
)
def test_the_state_is_told_without_waiting_for_the_watch(silent_s: int, late_h: int, state: str) -> None:
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    heard, due = moment - timedelta(seconds=silent_s), moment - timedelta(hours=late_h)
    assert runs.state_of(Run(heard_at=heard, due_at=due), moment) == state


def test_days_that_are_kept_no_longer_are_dropped_whole_and_the_insight_stays(live: Live, machine: Machine) -> None:
    path, run = begun(live, machine)
    old = (now() - timedelta(days=100)).date()  # by itself this console drops what is older than a year
    partitions.ensure(old)
    Run.objects.filter(id=run.id).update(day=old)
    machine("POST", f"{path}/record", json={"from": 0, "entries": whole_record(str(run.id), ["met"] * 3)})
    assert Measurement.objects.filter(run_id=run.id).count() == 3
    assert watch.retain(days=90) >= 1
    assert old not in set(partitions.days())
    assert machine("GET", f"{path}/insight").json()["met"] == 3
    late = machine("POST", f"{path}/record", json={"from": 9, "entries": [measurement(9)]})
    assert late.status_code == 410


def test_a_run_that_has_ended_gets_its_insight_before_anybody_asks(live: Live, machine: Machine) -> None:
    path, run = begun(live, machine)
    machine("POST", f"{path}/record", json={"from": 0, "entries": whole_record(str(run.id), ["met"] * 3)})
    until_met(run, 3)
    machine("POST", f"{path}/record", json={"from": run.next, "entries": [measurement(3)]})
    until_met(run, 4)


def until_met(run: Run, count: int) -> None:
    """Wait until the insight of all that is stored says that so many slots met."""
    until = time.monotonic() + 60
    while run.insight is None or (run.insight["met"], run.insight_next) != (count, run.next):
        assert time.monotonic() < until, run.insight
        time.sleep(0.05)
        run.refresh_from_db()


def test_an_insight_that_no_job_computed_is_computed_within_the_hour(live: Live, machine: Machine) -> None:
    path, run = begun(live, machine)
    machine("POST", f"{path}/record", json={"from": 0, "entries": whole_record(str(run.id), ["met"] * 3)})
    until_met(run, 3)
    Run.objects.filter(id=run.id).update(insight=None, insight_next=None)
    assert watch.keep_recent_insights() == 1
    run.refresh_from_db()
    assert run.insight
    assert watch.keep_recent_insights() == 0


def test_everything_is_kept_where_nobody_says_how_long(live: Live) -> None:
    partitions.ensure(date(2020, 4, 18))
    assert watch.retain(days=0) == 0
    assert partitions.drop_before(date(2020, 4, 19)) == [date(2020, 4, 18)]


def test_who_reads_for_long_keeps_no_partition_from_being_made_and_nobody_from_telling(
    live: Live, machine: Machine
) -> None:
    path, _ = begun(live, machine)
    old, new = date(2020, 4, 20), date(2020, 4, 21)
    partitions.ensure(old)
    with psycopg.connect(**parameters()) as backup:
        backup.execute("SELECT count(*) FROM store_measurement, store_recordentry")
        partitions.ensure(new)
        with pytest.raises(OperationalError):
            partitions.drop_before(new)
        entries = {"from": 0, "entries": [measurement(0)]}
        assert machine("POST", f"{path}/record", json=entries).status_code == 202
    assert partitions.drop_before(date(2020, 4, 22)) == [old, new]


def test_partitions_of_the_days_to_come_are_made_beforehand(live: Live) -> None:
    watch.retain(days=0)
    today = now().date()
    assert {today, today + timedelta(1)} <= set(partitions.days())
