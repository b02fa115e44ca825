"""The tables. Each belongs to a team; what a team does not own it cannot find.

    Experiment ──▶ Verification ──▶ Run ──▶ RecordEntry, Measurement (partitioned by the run's day)
        └────────▶ Execution ◀───────┘       Event: what was told of either, and the timeline
    Objective ──▶ Verification               Safeguard, ActionItem

An id that a file names is kept in `file_id` and looked for within the team only: published files are imported
by everyone, so their ids cannot be keys.
"""

from typing import ClassVar, get_args

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.timezone import now

from rtk.console.store.evidence import Promised, Revision
from rtk.console.store.fields import Document, Packed
from rtk.console.store.former import FormerInsight as FormerInsight  # noqa: PLC0414 - a table like these
from rtk.console.store.owned import NAME_LENGTH, Owned, known, newest_first, one_of_a_file
from rtk.console.store.restraints import Hold as Hold  # noqa: PLC0414 - tables like these
from rtk.console.store.restraints import Safeguard as Safeguard  # noqa: PLC0414 - tables like these
from rtk.console.store.run_state import NotedState
from rtk.insight.shape import Verdict

TOLD = ("record", "events")  # a client sends a run as its record, or one of 2020 sends events


class Experiment(Owned):
    """An experiment as it was sent or imported. `digest` tells whether it has changed; `tags` are the document's."""

    file_id = models.CharField(max_length=NAME_LENGTH, null=True)
    source = models.CharField(max_length=4000, default="", blank=True)
    title = models.CharField(max_length=NAME_LENGTH)
    tags = ArrayField(models.TextField(), default=list)
    document = Document()
    digest = models.CharField(max_length=64)
    archived_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [*newest_first("experiment"), GinIndex(fields=["tags"], name="experiment_tagged")]
        constraints: ClassVar = one_of_a_file("experiment")


class Objective(Owned, Promised):
    """A promise: `target` is a share, `window_s` seconds, `measure` how it is measured.

    `quantile` is the promise as it was made where it is one about a quantile ("p95 <= 300ms"); `target` is its share.
    `outage_lasts_s` is how long an outage lasts on average (seconds), where somebody said so.
    """

    file_id = models.CharField(max_length=NAME_LENGTH, null=True)
    name = models.CharField(max_length=NAME_LENGTH)
    description = models.TextField(default="", blank=True)
    tags = ArrayField(models.TextField(), default=list)
    target = models.FloatField()
    quantile = models.CharField(max_length=700, default="", blank=True)
    window_s = models.FloatField(null=True)
    outage_lasts_s = models.FloatField(null=True)
    measure = Document(default=dict)
    archived_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [*newest_first("objective"), GinIndex(fields=["tags"], name="objective_tagged")]
        constraints: ClassVar = one_of_a_file("objective")


class Verification(Owned, Promised):
    """An experiment measured at a frequency for a duration (seconds), for an objective.

    `occurs` is how often its conditions are expected in life, as a file has it; `strict_cost` whether a run fails that
    costs more than that may. `revision` is the current one; `revised_at` is when somebody changed what it measures.
    """

    file_id = models.CharField(max_length=NAME_LENGTH, null=True)
    name = models.CharField(max_length=NAME_LENGTH)
    objective = models.ForeignKey(Objective, null=True, on_delete=models.SET_NULL, related_name="verifications")
    experiment = models.ForeignKey(Experiment, on_delete=models.RESTRICT, related_name="verifications")
    frequency_s = models.FloatField()
    duration_s = models.FloatField()
    warm_up_s = models.FloatField(default=0.0)
    cool_down_s = models.FloatField(default=0.0)
    outage_lasts_s = models.FloatField(null=True)
    occurs = Document(null=True)
    strict_cost = models.BooleanField(default=False)
    require_baseline = models.BooleanField(default=False)
    stop_when = Document(default=dict)
    revision = models.ForeignKey(Revision, null=True, on_delete=models.SET_NULL, related_name="+")
    revised_at = models.DateTimeField(default=now)
    archived_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = newest_first("verification")
        constraints: ClassVar = one_of_a_file("verification")


class Execution(Owned):
    """One playing of an experiment, with its journal as it was sent (JSON).

    `began_at` and `took_s` (seconds) are the journal's own, by its client's clock; None where it does not say.
    """

    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="executions")
    status = models.CharField(max_length=40, default="running")
    deviated = models.BooleanField(default=False)
    journal = Packed(null=True)
    ended_at = models.DateTimeField(null=True)
    began_at = models.DateTimeField(null=True)
    took_s = models.FloatField(null=True)

    class Meta:
        indexes: ClassVar = [
            *newest_first("execution"),
            models.Index(
                fields=["team", "-created_at", "-id"],
                condition=models.Q(ended_at=None),
                name="execution_under_way",
            ),
        ]


class Run(Owned):
    """One run of a verification.

    `day` is the day it was created, by this server's clock: where its measurements lie. `next` is the number of
    the entry that is expected next. `plan` has the keys of the record's. `told` is how it is told: `record` or
    `events`. `insight` was computed when `next` was `insight_next`; `verdict`, `restored` (the rollbacks succeeded),
    `recovered` (the service was good again) and `occurrence` (what one costs) are of it. Who has seen that a run is
    not restored acknowledges it, with a `note`. `outages_seen` were over within the run, all of them lasted for
    `outages_seen_s`. `spark` is what a list draws of its measurements. `essence` is that of the revision that was
    played, and `weighed` is whether its `Evidence` is kept.
    """

    verification = models.ForeignKey(Verification, on_delete=models.CASCADE, related_name="runs")
    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="+")
    execution = models.OneToOneField(Execution, on_delete=models.CASCADE, related_name="run")
    day = models.DateField()
    next = models.BigIntegerField(default=0)
    told = models.CharField(max_length=10, default="record")
    plan = Document()
    client = Document(default=dict)
    progress = Document(default=dict)
    state = models.CharField(max_length=20, default="running")
    status = models.CharField(max_length=40, default="")
    heard_at = models.DateTimeField(default=now)
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    stop = models.TextField(null=True)
    results = Document(null=True)
    client_insight = Document(null=True)
    insight = Document(null=True)
    verdict = models.CharField(max_length=20, null=True)
    restored = models.BooleanField(null=True)
    recovered = models.BooleanField(null=True)
    deviating_s = models.FloatField(null=True)
    occurrence = Document(null=True)
    insight_next = models.BigIntegerField(null=True)
    insight_version = models.SmallIntegerField(null=True)
    outages_seen = models.BigIntegerField(null=True)
    outages_seen_s = models.FloatField(null=True)
    essence = models.CharField(max_length=64, default="")
    weighed = models.BooleanField(default=False)
    spark = Document(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    note = models.TextField(default="", blank=True)

    class Meta:
        indexes: ClassVar = [
            *newest_first("run"),
            models.Index(fields=["verification", "-created_at", "-id"], name="run_of_verification"),
            models.Index(fields=["heard_at"], condition=~models.Q(state="ended"), name="run_under_way"),
            models.Index(fields=["ended_at"], name="run_ended"),
            models.Index(fields=["-day"], condition=models.Q(insight_version__lt=2), name="run_of_former_rules"),
            models.Index(
                fields=["-created_at"],
                condition=models.Q(weighed=False, insight_next__isnull=False),
                name="run_not_weighed",
            ),
            models.Index(
                fields=["team", "-created_at"],
                condition=models.Q(restored=False, acknowledged_at=None),
                name="run_not_restored",
            ),
        ]
        constraints: ClassVar = known("run", state=NotedState, told=TOLD, verdict=get_args(Verdict))


class RecordEntry(models.Model):
    """An entry of a run's record that is no measurement, as the JSON text that was sent."""

    pk = models.CompositePrimaryKey("run_id", "n", "day")
    run_id = models.UUIDField()
    n = models.BigIntegerField()
    day = models.DateField()
    t = models.FloatField()
    kind = models.CharField(max_length=40)
    body = Document()

    class Meta:
        managed = False
        db_table = "store_recordentry"


class Measurement(models.Model):
    """A measurement; moments are seconds since the run began. `probes` is the JSON text that was sent."""

    pk = models.CompositePrimaryKey("run_id", "n", "day")
    run_id = models.UUIDField()
    n = models.BigIntegerField()
    day = models.DateField()
    t = models.FloatField()
    phase = models.SmallIntegerField()
    slot = models.BigIntegerField()
    due = models.FloatField()
    started = models.FloatField(null=True)
    ended = models.FloatField(null=True)
    outcome = models.SmallIntegerField()
    value = models.FloatField(null=True)
    reason = models.TextField(null=True)
    probes = Document(null=True)
    code = models.TextField(null=True)

    class Meta:
        managed = False
        db_table = "store_measurement"


class Event(Owned):
    """Something that happened: told of a run or an execution, or an item of the timeline.

    `outer_id` is the id that whoever told it gave it: telling it again changes nothing. `subject` is the id of
    what the timeline's item is about. `source` is where an event outside of the console comes from. `shown` is
    whether a page has a row for it: how a run goes on is told by the row of its start, which names the `run`.
    """

    kind = models.CharField(max_length=100)
    subject = models.UUIDField(null=True)
    title = models.CharField(max_length=NAME_LENGTH, default="", blank=True)
    tags = ArrayField(models.TextField(), default=list)
    run = models.ForeignKey(Run, null=True, on_delete=models.CASCADE, related_name="events")
    execution = models.ForeignKey(Execution, null=True, on_delete=models.CASCADE, related_name="events")
    outer_id = models.CharField(max_length=NAME_LENGTH, null=True)
    payload = Document(null=True)
    on_timeline = models.BooleanField(default=False)
    source = models.CharField(max_length=NAME_LENGTH, null=True)
    shown = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["team", "-created_at", "-id"], condition=models.Q(on_timeline=True), name="event_timeline"
            ),
            models.Index(fields=["team", "-created_at", "-id"], condition=models.Q(shown=True), name="event_shown"),
            models.Index(
                fields=["team", "kind", "-created_at", "-id"], condition=models.Q(shown=True), name="event_shown_kind"
            ),
            # Few events have tags, and those without cost such an index nothing.
            GinIndex(fields=["tags"], condition=models.Q(on_timeline=True), name="event_tagged"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["execution", "outer_id"], name="event_told_once"),
            models.UniqueConstraint(
                fields=["team", "source", "outer_id"],
                condition=models.Q(source__isnull=False),
                name="event_of_outside_once",
            ),
        ]


class ClientWheel(models.Model):
    """A wheel of the client that was given away, kept for those who name it by its digest."""

    name = models.CharField(primary_key=True, max_length=NAME_LENGTH)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    kept_at = models.DateTimeField(default=now)


class ActionItem(Owned):
    """Something to be done about what a run showed."""

    title = models.CharField(max_length=NAME_LENGTH)
    description = models.TextField(default="", blank=True)
    done = models.BooleanField(default=False)
    run = models.ForeignKey(Run, null=True, on_delete=models.SET_NULL, related_name="action_items")

    class Meta:
        indexes: ClassVar = newest_first("actionitem")


class Dismissal(models.Model):
    """Somebody wants to see a team's first-run guide no longer."""

    team = models.ForeignKey("people.Team", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["team", "user"], name="dismissal_unique")]


class Readiness(models.Model):
    """When a console last tried whether the database takes a write. It has one row."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    at = models.DateTimeField()
