"""The tables of what keeps runs from beginning: safeguards, and what other runs hold."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.timezone import now

from rtk.console.store.fields import Document
from rtk.console.store.owned import NAME_LENGTH, Owned, newest_first


class Safeguard(Owned):
    """A rule that forbids runs while it is active: from `begins_at` to `ends_at`, where those are given.

    With `weekly`, as `rtk.console.store.weekly` has it, only in those hours. One that is `everywhere` forbids the runs
    of all teams of its team's organization.
    """

    name = models.CharField(max_length=NAME_LENGTH)
    reason = models.TextField(default="", blank=True)
    active = models.BooleanField(default=True)
    begins_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    weekly = Document(null=True)
    everywhere = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = newest_first("safeguard")


class Hold(models.Model):
    """What a run holds, from before it begins: `systems` are those of `rtk.verify.systems`, `who` runs it at `host`.

    `joined` are the runs that began beside it knowingly. It stands until `released_at`.
    """

    run_id = models.UUIDField(primary_key=True, editable=False)
    team = models.ForeignKey("people.Team", on_delete=models.CASCADE, related_name="+")
    title = models.CharField(max_length=NAME_LENGTH)
    host = models.CharField(max_length=NAME_LENGTH, default="")
    who = models.CharField(max_length=NAME_LENGTH, default="")
    systems = Document()
    joined = Document(default=list)
    taken_at = models.DateTimeField(default=now)
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["team", "-taken_at"], condition=models.Q(released_at=None), name="hold_standing")
        ]
