"""How long an outage lasts on average, as an objective or a verification says."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds the columns; what was there before says nothing of it."""

    dependencies = [("store", "0016_readiness")]
    operations = [
        migrations.AddField("objective", "outage_lasts_s", models.FloatField(null=True)),
        migrations.AddField("verification", "outage_lasts_s", models.FloatField(null=True)),
    ]
