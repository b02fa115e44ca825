"""The insights of earlier versions as they are stored."""

import pytest
from django.db import IntegrityError, transaction

from rtk.console.store.former import FormerInsight
from tests.console.pages.insights.made import ended
from tests.console.people.world import made


@pytest.mark.usefixtures("committed")
def test_of_a_run_each_version_is_kept_once_and_goes_with_it() -> None:
    run = ended(made())
    FormerInsight.objects.create(run=run, version=1, insight={"version": 1})
    with pytest.raises(IntegrityError), transaction.atomic():
        FormerInsight.objects.create(run=run, version=1, insight={"version": 1})
    run.delete()
    assert not FormerInsight.objects.exists()
