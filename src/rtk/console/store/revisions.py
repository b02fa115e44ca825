"""Which revision of a verification is the current one, and of which a run was.

A verification that was made on the console measures what stands there: a run that measured something else, because of
an option or a changed copy of its file, is of no revision and counts for nothing. A verification that came from a file
measures what its file says: the last run that was judged says which revision that is.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import now

from rtk.console.store import promises
from rtk.console.store.evidence import Revision
from rtk.console.store.models import Experiment, Objective, Run, Verification
from rtk.experiment.revision import MeasurementTerms, essence


def renew(verification: Verification) -> None:
    """Make what a verification measures now its current revision; nothing where only names changed."""
    measuring = measured_by(verification)
    kept = _noted(verification, essence(verification.experiment.document, measuring), measuring)
    if verification.revision_id != kept.pk:
        verification.revision, verification.revised_at = kept, now()
        verification.save(update_fields=["revision", "revised_at"])


def renew_of(objective: Objective) -> None:
    """Do so for the verifications of an objective, whose target may have changed."""
    _renew_each(Verification.objects.filter(objective=objective, deleted_at=None))


def renew_with(experiment: Experiment) -> None:
    """Do so for the verifications that play an experiment, whose document has changed."""
    _renew_each(Verification.objects.filter(experiment=experiment, deleted_at=None))


def _renew_each(found: Iterable[Verification]) -> None:
    for each in Verification.objects.filter(pk__in=[each.pk for each in found]).select_related(
        "experiment", "objective"
    ):
        renew(each)


def measured_by(verification: Verification) -> MeasurementTerms:
    """Return how a verification measures, and what is promised."""
    promise = verification.objective
    return MeasurementTerms(
        verification.frequency_s,
        verification.duration_s,
        verification.warm_up_s,
        verification.cool_down_s,
        promise.target if promise else None,
        promise.quantile if promise else "",
    )


def planned_by(plan: Mapping[str, Any]) -> MeasurementTerms:
    """Return the same of a run's plan."""
    every, lasting, before, after = (
        float(plan.get(key) or 0.0) for key in ("frequency_s", "duration_s", "warm_up_s", "cool_down_s")
    )
    promise = plan.get("objective") or {}
    quantile = promises.spelled(promise.get("quantile") or "")
    return MeasurementTerms(every, lasting, before, after, promise.get("target"), quantile)


def of_run(run: Run, document: Mapping[str, Any]) -> Revision | None:
    """Return the revision of a run that was judged; None where it measured something else than its verification."""
    verification, measuring = run.verification, planned_by(run.plan)
    of = run.essence or essence(document, measuring)
    # Made on the console: what stands there is measured, and no run changes that.
    if verification.file_id is None:
        return Revision.objects.filter(verification=verification, essence=of).first()
    kept = _noted(verification, of, measuring)
    # Insights are not made in the order of runs: an older run must not take the place of a newer one.
    since = Verification.objects.filter(pk=verification.pk, revised_at__lt=run.created_at)
    since.exclude(revision=kept).update(revision=kept, revised_at=run.created_at)
    return kept


def _noted(verification: Verification, of: str, measuring: MeasurementTerms) -> Revision:
    known = Revision.objects.filter(verification=verification)
    found: Revision | None = known.filter(essence=of).first()
    if found:
        return found
    try:
        with transaction.atomic():
            made: Revision = Revision.objects.create(
                verification=verification,
                essence=of,
                number=known.count() + 1,
                target=measuring.target,
                frequency_s=measuring.frequency_s,
            )
            return made
    except IntegrityError:  # somebody else noted it meanwhile
        return known.get(essence=of)
