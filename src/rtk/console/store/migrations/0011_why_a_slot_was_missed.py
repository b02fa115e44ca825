"""Why the measurer missed a slot, as one of `rtk.insight.facts.MissedReason`; records of version 1 have none."""

from django.db import migrations

SQL = "ALTER TABLE store_measurement ADD COLUMN code text"


class Migration(migrations.Migration):
    """Adds the column, which rewrites nothing that is stored."""

    dependencies = [("store", "0010_timeline")]
    operations = [migrations.RunSQL(SQL, "ALTER TABLE store_measurement DROP COLUMN code")]
