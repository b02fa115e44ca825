"""The database refuses a value that a column does not know, such as a verdict that nothing gives."""

import pytest
from django.db import IntegrityError, transaction

from rtk.console.store.models import Run
from tests.console.pages.insights.made import ended
from tests.console.people.world import made

pytestmark = pytest.mark.usefixtures("committed")


@pytest.mark.parametrize(("column", "value"), [("state", "gone"), ("told", "by hand"), ("verdict", "passed")])
def test_a_column_takes_no_value_that_there_is_not(column: str, value: str) -> None:
    run = ended(made())
    with pytest.raises(IntegrityError, match=f"run_{column}_known"), transaction.atomic():
        Run.objects.filter(pk=run.pk).update(**{column: value})


def test_a_run_needs_no_verdict() -> None:
    run = ended(made())
    assert Run.objects.filter(pk=run.pk).update(verdict=None) == 1
