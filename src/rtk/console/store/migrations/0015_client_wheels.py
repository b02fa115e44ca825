"""The wheels of the client that were given away, kept for those who name one by its digest."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    """Makes the table."""

    dependencies = [("store", "0014_holds")]
    operations = [
        migrations.CreateModel(
            name="ClientWheel",
            fields=[
                ("name", models.CharField(max_length=500, primary_key=True, serialize=False)),
                ("sha256", models.CharField(max_length=64)),
                ("content", models.BinaryField()),
                ("kept_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        )
    ]
