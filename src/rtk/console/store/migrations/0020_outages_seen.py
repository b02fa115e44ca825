"""How many outages a run saw and how long they lasted: what later runs of its objective learn from."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds the columns; of runs that are stored already they are filled as their insights are made anew."""

    dependencies = [("store", "0019_occurs")]
    operations = [
        migrations.AddField("run", "outages_seen", models.BigIntegerField(null=True)),
        migrations.AddField("run", "outages_seen_s", models.FloatField(null=True)),
    ]
