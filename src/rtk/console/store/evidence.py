"""The tables behind the standing of a promise: revisions of a verification, and what each run counts for.

    Verification ──▶ Revision (the current one) ◀── Evidence ──▶ Run

They are models of the app like those of `rtk.console.store.models`, which imports them.
"""

from typing import ClassVar

from django.db import models
from django.utils.timezone import now


class Promised(models.Model):
    """What objectives and verifications say of their standing.

    `proof_lasts_s` is for how long a run counts (seconds), where somebody said so. `badge` is whether everybody may see
    the badge.
    """

    proof_lasts_s = models.FloatField(null=True)
    badge = models.BooleanField(default=False)

    class Meta:
        abstract = True


class Revision(models.Model):
    """What a verification measures: see `rtk.experiment.revision`, whose hash is the `essence`.

    `number` counts the revisions of a verification in the order in which they came. `target` is the share promised and
    `frequency_s` how often it is measured (seconds).
    """

    verification = models.ForeignKey("store.Verification", on_delete=models.CASCADE, related_name="revisions")
    essence = models.CharField(max_length=64)
    number = models.PositiveIntegerField()
    target = models.FloatField(null=True)
    frequency_s = models.FloatField()
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["verification", "essence"], name="revision_once")]


class Evidence(models.Model):
    """What a run that has ended counts for: the counts of `rtk.insight.sums`, in both readings of missed slots.

    `least_` are with missed slots read as bad, `most_` as good; `outage_slots` is how long outages were taken to last.
    `at` is when the run began, by this server's clock. The revision is None where the run measured something else than
    its verification says; `slots` is 0 and `verdict` None where nothing counts.
    """

    run = models.OneToOneField("store.Run", on_delete=models.CASCADE, primary_key=True, related_name="evidence")
    verification = models.ForeignKey("store.Verification", on_delete=models.CASCADE, related_name="+", db_index=False)
    revision = models.ForeignKey(Revision, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()
    verdict = models.CharField(max_length=20, null=True)
    slots = models.BigIntegerField(default=0)
    least_good = models.BigIntegerField(default=0)
    least_outages = models.BigIntegerField(default=0)
    least_chances = models.BigIntegerField(default=0)
    least_outlasting = models.BigIntegerField(default=0)
    most_good = models.BigIntegerField(default=0)
    most_outages = models.BigIntegerField(default=0)
    most_chances = models.BigIntegerField(default=0)
    most_outlasting = models.BigIntegerField(default=0)
    stopped_inside = models.BigIntegerField(default=0)
    outage_slots = models.FloatField(default=1.0)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["verification", "at"], name="evidence_of_verification"),
            models.Index(fields=["revision", "at"], name="evidence_of_revision"),
        ]
