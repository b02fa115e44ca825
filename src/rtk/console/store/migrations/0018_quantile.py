"""What an objective promises of a quantile, as it was made."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds the column; what was there before promises a share."""

    dependencies = [("store", "0017_outage_lasts")]
    operations = [
        migrations.AddField("objective", "quantile", models.CharField(max_length=700, default="", blank=True)),
    ]
