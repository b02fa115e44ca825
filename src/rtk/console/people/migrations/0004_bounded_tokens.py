"""Tokens are bounded: what was to last longer than the longest lifetime ends then, and its owner gets a mail later.

A token knows the one that made it; a user knows which of their sessions are over.
"""

import uuid
from typing import Any

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models
from django.db.models import Q

from rtk.console import limits, options

# A mail is not sent from within a transaction that changes tables: it is noted, and sent by the console that then runs.
SHORTEN = """
WITH shortened AS (
    UPDATE people_token SET expires_at = now() + make_interval(days => %(days)s)
    WHERE expires_at > now() + make_interval(days => %(days)s)
    RETURNING id
)
INSERT INTO people_tokennotice (id, created_at, token_id, kind, due_at, tries)
SELECT gen_random_uuid(), now(), shortened.id, 'shortened', now(), 0 FROM shortened
"""


def shorten(_apps: Any, editor: Any) -> None:
    """Bring the end of each token to the longest lifetime of this console."""
    editor.execute(SHORTEN, {"days": options.limit(limits.TOKEN_DAYS)})


class Migration(migrations.Migration):
    """Changes the columns, makes the table of mails to be sent, then shortens what lasts too long."""

    dependencies = [("people", "0003_audit_never_empty")]
    operations = [
        migrations.AddField("user", "generation", models.IntegerField(default=0)),
        migrations.AddField(
            "token",
            "made_by",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.token"
            ),
        ),
        migrations.CreateModel(
            "TokenNotice",
            [
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "kind",
                    models.CharField(choices=[("shortened", "Shortened"), ("ends-soon", "Ends Soon")], max_length=10),
                ),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("tries", models.IntegerField(default=0)),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "token",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notices", to="people.token"
                    ),
                ),
            ],
            options={
                "ordering": ["due_at", "id"],
                "indexes": [models.Index(fields=["due_at"], condition=Q(sent_at=None), name="token_notice_due")],
                "constraints": [
                    models.UniqueConstraint(fields=("token", "kind"), name="token_notice_once"),
                    models.CheckConstraint(
                        condition=Q(kind__in=["shortened", "ends-soon"]), name="token_notice_kind_known"
                    ),
                ],
            },
        ),
        migrations.RunPython(shorten, migrations.RunPython.noop),
    ]
