"""What the tables of a team have in common."""

import uuid
from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.utils.timezone import now

NAME_LENGTH = 500


class Owned(models.Model):
    """What belongs to a team and is listed newest first."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey("people.Team", on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        abstract = True


def newest_first(name: str) -> list[models.Index]:
    """The index that a list of a team's things is read by."""
    return [models.Index(fields=["team", "-created_at", "-id"], name=f"{name}_newest")]


def one_of_a_file(name: str) -> list[models.BaseConstraint]:
    """Within a team there is one thing for an id that files name, besides deleted ones."""
    alive = models.Q(deleted_at__isnull=True)
    return [models.UniqueConstraint(fields=["team", "file_id"], condition=alive, name=f"{name}_of_a_file")]


def known(name: str, **values: Iterable[str]) -> list[models.BaseConstraint]:
    """A column has one of the values that there are of it, or nothing."""
    return [
        models.CheckConstraint(condition=models.Q(**{f"{column}__in": list(each)}), name=f"{name}_{column}_known")
        for column, each in values.items()
    ]
