"""How often conditions are expected in life, and what one of them cost by a run."""

from django.db import migrations, models

import rtk.console.store.fields


class Migration(migrations.Migration):
    """Adds the columns; of what was there before nobody said how often it is expected."""

    dependencies = [("store", "0018_quantile")]
    operations = [
        migrations.AddField("verification", "occurs", rtk.console.store.fields.Document(null=True)),
        migrations.AddField("verification", "strict_cost", models.BooleanField(default=False)),
        migrations.AddField("run", "occurrence", rtk.console.store.fields.Document(null=True)),
    ]
