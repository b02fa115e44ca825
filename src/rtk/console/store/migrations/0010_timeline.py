"""Which events have a row on the page of the timeline, and of which run; outside events; what lists draw of a run."""

from django.conf import settings
from django.db import migrations, models

import rtk.console.store.fields

_ROWS = """
UPDATE store_event SET run_id = run.id FROM store_run run
WHERE store_event.kind = 'verification.started' AND store_event.on_timeline AND store_event.run_id IS NULL
  AND run.verification_id = store_event.subject
  AND store_event.created_at BETWEEN run.created_at AND run.created_at + interval '2 seconds';
UPDATE store_event SET run_id = run.id FROM store_run run
WHERE store_event.kind = 'execution.experiment-finished' AND store_event.on_timeline
  AND run.execution_id = store_event.subject;
UPDATE store_event SET shown = true WHERE on_timeline AND (
  kind IN ('verification.started', 'verification.created', 'objective.created', 'experiment.imported')
  OR kind = 'execution.experiment-finished' AND run_id IS NULL
);
"""


class Migration(migrations.Migration):
    """Adds the columns, says of each event that there is whether it is a row, and adds the indexes."""

    dependencies = [("store", "0009_spent_and_took"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.AddField(model_name="run", name="spark", field=rtk.console.store.fields.Document(null=True)),
        migrations.AddField(model_name="event", name="source", field=models.CharField(max_length=500, null=True)),
        migrations.AddField(model_name="event", name="shown", field=models.BooleanField(default=False)),
        migrations.CreateModel(
            name="Dismissal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "team",
                    models.ForeignKey(on_delete=models.CASCADE, related_name="+", to="people.team"),
                ),
                (
                    "user",
                    models.ForeignKey(on_delete=models.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="dismissal",
            constraint=models.UniqueConstraint(fields=["team", "user"], name="dismissal_unique"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                fields=["team", "-created_at", "-id"], condition=models.Q(shown=True), name="event_shown"
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                fields=["team", "kind", "-created_at", "-id"], condition=models.Q(shown=True), name="event_shown_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.UniqueConstraint(
                fields=["team", "source", "outer_id"],
                condition=models.Q(source__isnull=False),
                name="event_of_outside_once",
            ),
        ),
        # Last: no index is made after changes of the same rows.
        migrations.RunSQL(_ROWS, migrations.RunSQL.noop, elidable=True),
    ]
