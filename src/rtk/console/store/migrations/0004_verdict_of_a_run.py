"""What lists say of a run's insight, beside it: to read the whole of it for each line took most of a list's time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds the columns."""

    dependencies = [("store", "0003_runs_that_ended")]
    operations = [
        migrations.AddField(model_name="run", name="verdict", field=models.CharField(max_length=20, null=True)),
        migrations.AddField(model_name="run", name="restored", field=models.BooleanField(null=True)),
    ]
