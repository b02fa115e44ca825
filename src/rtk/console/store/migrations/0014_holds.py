"""What runs hold: the systems that no second run of an organization may act on meanwhile."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import rtk.console.store.fields


class Migration(migrations.Migration):
    """Makes the table, with an index of the holds that stand."""

    dependencies = [("store", "0013_recovered"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("run_id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("title", models.CharField(max_length=500)),
                ("host", models.CharField(default="", max_length=500)),
                ("who", models.CharField(default="", max_length=500)),
                ("systems", rtk.console.store.fields.Document()),
                ("joined", rtk.console.store.fields.Document(default=list)),
                ("taken_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("released_at", models.DateTimeField(null=True)),
                (
                    "released_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.team"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("released_at", None)), fields=["team", "-taken_at"], name="hold_standing"
                    )
                ],
            },
        ),
    ]
