"""The insights of earlier versions that runs had before theirs were made anew."""

from typing import ClassVar

from django.db import models
from django.utils.timezone import now

from rtk.console.store.fields import Document


class FormerInsight(models.Model):
    """What a run's insight said by the rules of an earlier version, until it was replaced."""

    run = models.ForeignKey("store.Run", on_delete=models.CASCADE, related_name="former_insights")
    version = models.SmallIntegerField()
    insight = Document()
    replaced_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "version"], name="former_insight_once")]
