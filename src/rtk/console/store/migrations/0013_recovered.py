"""Whether the service was good again after a run: another fact than that the rollbacks succeeded."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds the column; of runs that are stored already it is not known."""

    dependencies = [("store", "0012_outages")]
    operations = [migrations.AddField(model_name="run", name="recovered", field=models.BooleanField(null=True))]
