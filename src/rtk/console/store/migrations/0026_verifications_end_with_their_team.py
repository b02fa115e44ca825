"""A verification ends with its team; its experiment alone is still not deleted while it is there."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Changes nothing in the database, whose constraint is looked at when a transaction ends."""

    dependencies: ClassVar = [("store", "0025_safeguards_that_come_again")]
    operations: ClassVar = [
        migrations.AlterField(
            "verification",
            "experiment",
            models.ForeignKey(on_delete=models.deletion.RESTRICT, related_name="verifications", to="store.experiment"),
        ),
    ]
