"""What a person does about a run that is not restored."""

from django import forms
from django.db import transaction
from django.utils.timezone import now

from rtk.console.people import audit
from rtk.console.people.models import User
from rtk.console.store.models import Run

LONGEST = 1_000
FIRST_OF_IT = 200  # characters of a note that the audit log keeps


class AcknowledgeForm(forms.Form):
    """That somebody knows, and what they did about it."""

    note = forms.CharField(
        label="What was done about it",
        help_text=f"For whoever looks at this run later. At most {LONGEST:,} characters.",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say what was done about it."},
    )


def waits(run: Run) -> bool:
    """Whether something of a run is not restored that nobody has acknowledged."""
    return run.restored is False and run.acknowledged_at is None


@transaction.atomic
def acknowledge(run: Run, user: User, note: str) -> bool:
    """Note that somebody has seen it, once; whether it was this time."""
    left = Run.objects.filter(id=run.id, restored=False, acknowledged_at=None)
    mine = left.update(acknowledged_at=now(), acknowledged_by=user, note=note)
    if mine:
        told = {"team": run.team.name, "run": str(run.id), "note": note[:FIRST_OF_IT]}
        audit.record(run.team.org, user, "run.acknowledged", run.verification.name, told)
    return bool(mine)
