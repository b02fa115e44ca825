"""The database itself knows which states and verdicts of a run there are."""

from typing import ClassVar

from django.db import migrations, models

STATES = ["running", "lost", "abandoned", "ended"]
WAYS = ["record", "events"]
VERDICTS = ["pass", "fail", "inconclusive", "invalid"]


class Migration(migrations.Migration):
    """Three constraints; runs that are there already are looked at once."""

    dependencies: ClassVar = [("store", "0026_verifications_end_with_their_team")]
    operations: ClassVar = [
        migrations.AddConstraint(
            "run", models.CheckConstraint(condition=models.Q(state__in=STATES), name="run_state_known")
        ),
        migrations.AddConstraint(
            "run", models.CheckConstraint(condition=models.Q(told__in=WAYS), name="run_told_known")
        ),
        migrations.AddConstraint(
            "run", models.CheckConstraint(condition=models.Q(verdict__in=VERDICTS), name="run_verdict_known")
        ),
    ]
