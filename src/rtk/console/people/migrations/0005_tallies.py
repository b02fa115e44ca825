"""How often something was tried: in the database, where every console sees it and nothing else pushes it out."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Makes the table."""

    dependencies = [("people", "0004_bounded_tokens")]
    operations = [
        migrations.CreateModel(
            "Tally",
            [
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("since", models.DateTimeField(db_index=True)),
                ("number", models.PositiveIntegerField()),
            ],
        )
    ]
