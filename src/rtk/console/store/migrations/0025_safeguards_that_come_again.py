"""Hours of a safeguard that come again each week, and safeguards of a whole organization."""

from typing import ClassVar

from django.db import migrations, models

from rtk.console.store.fields import Document


class Migration(migrations.Migration):
    """Adds two columns, which change no safeguard that there is."""

    dependencies: ClassVar = [("store", "0024_tags_as_arrays")]
    operations: ClassVar = [
        migrations.AddField("safeguard", "weekly", Document(null=True)),
        migrations.AddField("safeguard", "everywhere", models.BooleanField(default=False)),
    ]
