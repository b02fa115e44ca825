"""Tags beside experiments: those of the documents that were there before, and of what comes."""

from importlib import import_module
from typing import Any

import pytest
from django.db import connection

from rtk.console.store import experiments
from rtk.console.store.models import Experiment
from tests.console.live import EXPERIMENT
from tests.console.people.world import made

FILL: str = import_module("rtk.console.store.migrations.0007_tags_and_archived")._TAGS


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"tags": ["a", 'b "c"', "\u00fc\u0001"]}, ["a", 'b "c"', "\u00fc\u0001"]),
        ({"tags": []}, []),
        ({"tags": None}, []),
        ({"tags": "text"}, []),
        ({"tags": ["a", 1]}, []),
        ({"tags": {"a": "b"}}, []),
        ({}, []),
        ({"tags": ["a"], "title": "a \0 zero"}, []),
        ({"tags": ["a"], "title": "half a \ud800 character"}, []),
    ],
)
def test_the_tags_of_documents_that_there_were_are_filled_in(document: dict[str, Any], expected: list[str]) -> None:
    world = made()
    kept, _ = experiments.keep(world.shop, world.owner, EXPERIMENT)
    Experiment.objects.filter(pk=kept.pk).update(tags=[], document=document)
    with connection.cursor() as cursor:
        cursor.execute(FILL)
    assert Experiment.objects.get().tags == expected


@pytest.mark.django_db
def test_tags_follow_the_document() -> None:
    world = made()
    kept, _ = experiments.keep(world.shop, world.owner, EXPERIMENT)
    assert kept.tags == ["shop"]
    experiments.keep(world.shop, world.owner, {**EXPERIMENT, "tags": ["other", 5]}, str(kept.pk))
    assert Experiment.objects.get().tags == ["other"]
