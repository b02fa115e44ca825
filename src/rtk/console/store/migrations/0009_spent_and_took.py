"""What lists say beside large documents: what a run spent, how long an execution took; what else is archived."""

from django.db import migrations, models

# The figures stand first in an insight, before any text that somebody else wrote.
_SPENT = r"""
UPDATE store_run SET deviating_s = substring(insight from '"deviating_s":([0-9.]+(?:e[+-]?[0-9]+)?)')::float8
WHERE insight IS NOT NULL
"""


class Migration(migrations.Migration):
    """Adds the columns, fills the first from the insights, and indexes what is under way."""

    dependencies = [("store", "0007_tags_and_archived")]
    operations = [
        migrations.AddField(model_name="run", name="deviating_s", field=models.FloatField(null=True)),
        migrations.AddField(model_name="execution", name="began_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="execution", name="took_s", field=models.FloatField(null=True)),
        migrations.AddField(model_name="experiment", name="archived_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="objective", name="archived_at", field=models.DateTimeField(null=True)),
        migrations.AddIndex(
            model_name="execution",
            index=models.Index(
                fields=["team", "-created_at", "-id"],
                condition=models.Q(ended_at=None),
                name="execution_under_way",
            ),
        ),
        migrations.RunSQL(_SPENT, migrations.RunSQL.noop, elidable=True),
    ]
