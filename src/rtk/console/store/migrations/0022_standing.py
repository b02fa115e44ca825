"""What runs count for in the standing of a promise, and the revisions of verifications.

Each verification there is gets its first revision, by what it measures now. What its runs count for is made of their
measurements, a few at a time, by the console that was started: see `rtk.console.store.standing_weights`.
"""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.utils.timezone import now

from rtk.experiment.revision import MeasurementTerms, essence

AT_ONCE = 200


def revise(apps: Any, _: Any) -> None:
    """Give each verification its first revision, a few at a time."""
    verifications = apps.get_model("store", "Verification").objects.filter(revision=None)
    revisions = apps.get_model("store", "Revision").objects
    keys = list(verifications.values_list("pk", flat=True))
    for begin in range(0, len(keys), AT_ONCE):
        found = list(
            verifications.filter(pk__in=keys[begin : begin + AT_ONCE]).select_related("experiment", "objective")
        )
        made = revisions.bulk_create(_first(each, revisions.model) for each in found)
        for each, revision in zip(found, made, strict=True):
            each.revision, each.revised_at = revision, each.created_at
        verifications.bulk_update(found, ["revision", "revised_at"])


def _first(verification: Any, model: Any) -> Any:
    lengths = ("frequency_s", "duration_s", "warm_up_s", "cool_down_s")
    promise = verification.objective
    target, quantile = (promise.target, promise.quantile) if promise else (None, "")
    measuring = MeasurementTerms(*[*(getattr(verification, each) for each in lengths), target, quantile])
    of = essence(verification.experiment.document, measuring)
    return model(verification=verification, essence=of, number=1, target=target, frequency_s=verification.frequency_s)


def _counts() -> list[tuple[str, Any]]:
    kinds = [f"{reading}_{each}" for reading in ("least", "most") for each in ("good", "outages", "chances")]
    names = ("slots", *kinds, "least_outlasting", "most_outlasting", "stopped_inside")
    return [(name, models.BigIntegerField(default=0)) for name in names]


class Migration(migrations.Migration):
    """Makes the tables and columns, and fills the revisions."""

    dependencies = [("store", "0021_require_baseline")]
    operations = [
        migrations.CreateModel(
            name="Revision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("essence", models.CharField(max_length=64)),
                ("number", models.PositiveIntegerField()),
                ("target", models.FloatField(null=True)),
                ("frequency_s", models.FloatField()),
                ("created_at", models.DateTimeField(default=now)),
                (
                    "verification",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="revisions", to="store.verification"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="evidence",
                        serialize=False,
                        to="store.run",
                    ),
                ),
                (
                    "verification",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="store.verification",
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="store.revision",
                    ),
                ),
                ("at", models.DateTimeField()),
                ("verdict", models.CharField(max_length=20, null=True)),
                *_counts(),
                ("outage_slots", models.FloatField(default=1.0)),
            ],
        ),
        migrations.AddField("objective", "badge", models.BooleanField(default=False)),
        migrations.AddField("objective", "proof_lasts_s", models.FloatField(null=True)),
        migrations.AddField("verification", "badge", models.BooleanField(default=False)),
        migrations.AddField("verification", "proof_lasts_s", models.FloatField(null=True)),
        migrations.AddField("verification", "revised_at", models.DateTimeField(default=now)),
        migrations.AddField(
            "verification",
            "revision",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="store.revision"
            ),
        ),
        migrations.AddField("run", "essence", models.CharField(default="", max_length=64)),
        migrations.AddField("run", "weighed", models.BooleanField(default=False)),
        migrations.AddIndex(
            "run",
            models.Index(
                fields=["-created_at"],
                condition=models.Q(weighed=False, insight_next__isnull=False),
                name="run_not_weighed",
            ),
        ),
        migrations.AddConstraint(
            "revision", models.UniqueConstraint(fields=["verification", "essence"], name="revision_once")
        ),
        migrations.AddIndex("evidence", models.Index(fields=["verification", "at"], name="evidence_of_verification")),
        migrations.AddIndex("evidence", models.Index(fields=["revision", "at"], name="evidence_of_revision")),
        # Last: no table is changed after changes of its rows.
        migrations.RunPython(revise, migrations.RunPython.noop),
    ]
