"""A row that consoles write to see whether the database takes a write."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0015_client_wheels")]

    operations = [
        migrations.CreateModel(
            name="Readiness",
            fields=[
                ("id", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
        ),
    ]
