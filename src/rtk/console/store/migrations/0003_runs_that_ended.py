"""Runs by when they ended, so that the watch finds those that have no insight yet."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds the index."""

    dependencies = [("store", "0002_partitioned")]
    operations = [
        migrations.AddIndex(model_name="run", index=models.Index(fields=["ended_at"], name="run_ended")),
    ]
