"""Who has seen that a run is not restored, and the index by which every page of a team finds those nobody has."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds the columns and the index."""

    dependencies = [("store", "0004_verdict_of_a_run"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.AddField(model_name="run", name="acknowledged_at", field=models.DateTimeField(null=True)),
        migrations.AddField(
            model_name="run",
            name="acknowledged_by",
            field=models.ForeignKey(
                null=True, on_delete=models.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(model_name="run", name="note", field=models.TextField(default="", blank=True)),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                fields=["team", "-created_at"],
                condition=models.Q(restored=False, acknowledged_at=None),
                name="run_not_restored",
            ),
        ),
    ]
