"""Whether a verification applies no condition where its baseline is broken already."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds the column; what was there before requires nothing."""

    dependencies = [("store", "0020_outages_seen")]
    operations = [
        migrations.AddField("verification", "require_baseline", models.BooleanField(default=False)),
    ]
