"""The versions of insights: which one each run has, and those of earlier versions once theirs are made anew."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import rtk.console.store.fields

_READ = "UPDATE store_run SET insight_version = (insight::json->>'version')::smallint WHERE insight IS NOT NULL"


class Migration(migrations.Migration):
    """Adds the table and the column, and fills it from the insights that are kept; none of them changes."""

    dependencies = [("store", "0022_standing")]
    operations = [
        migrations.CreateModel(
            name="FormerInsight",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.SmallIntegerField()),
                ("insight", rtk.console.store.fields.Document()),
                ("replaced_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="former_insights", to="store.run"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            "formerinsight", models.UniqueConstraint(fields=["run", "version"], name="former_insight_once")
        ),
        migrations.AddField("run", "insight_version", models.SmallIntegerField(null=True)),
        migrations.RunSQL(_READ, migrations.RunSQL.noop, elidable=True),
        migrations.AddIndex(
            "run",
            models.Index(fields=["-day"], condition=models.Q(insight_version__lt=2), name="run_of_former_rules"),
        ),
    ]
