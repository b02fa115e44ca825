"""Tags beside experiments: those of the documents that were there before, and of what comes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from rtk.console.store import experiments
from rtk.console.store.models import Experiment
from tests.console.live import EXPERIMENT
from tests.console.people.world import made

FILL: str = import_module("rtk.console.store.migrations.0007_tags_and_archived")._TAGS
ARRAYS = import_module("rtk.console.store.migrations.0024_tags_as_arrays")


@contextmanager
def as_texts() -> Iterator[Any]:
    """A cursor while the tags are JSON texts, as they once were; afterwards they are arrays again."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no table is changed while one waits to be looked at
        for name in ARRAYS.TAGGED:
            cursor.execute(f"ALTER TABLE store_{name} DROP tags")
            cursor.execute(f"ALTER TABLE store_{name} ADD tags text NOT NULL DEFAULT '[]'")
        yield cursor
        for name in ARRAYS.TAGGED:
            cursor.execute(f"ALTER TABLE store_{name} RENAME tags TO former_tags")
            cursor.execute(f"ALTER TABLE store_{name} ADD tags text[] NOT NULL DEFAULT '{{}}'")
        ARRAYS.take_over(None, SimpleNamespace(connection=connection))
        for name in ARRAYS.TAGGED:
            cursor.execute(f"ALTER TABLE store_{name} DROP former_tags")


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
    with as_texts() as cursor:
        cursor.execute(FILL)
    assert Experiment.objects.get().tags == expected


@pytest.mark.django_db
@pytest.mark.parametrize("tags", [[], ["a"], ["a", 'b "c"', "d,e", "{}", "NULL", ""], ["\u00fc\u0001", "\\u0000"]])
def test_tags_that_were_texts_become_arrays(tags: list[str]) -> None:
    world = made()
    kept, _ = experiments.keep(world.shop, world.owner, EXPERIMENT)
    with as_texts() as cursor:
        cursor.execute("UPDATE store_experiment SET tags = %s", [json.dumps(tags, separators=(",", ":"))])
    assert Experiment.objects.get(pk=kept.pk).tags == tags


@pytest.mark.django_db
@pytest.mark.parametrize("name", ARRAYS.TAGGED)
def test_tags_have_an_index_of_arrays(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [f"{name}_tagged"])
        assert "USING gin (tags)" in "".join(row[0] for row in cursor.fetchall())


@pytest.mark.django_db
def test_tags_follow_the_document() -> None:
    world = made()
    kept, _ = experiments.keep(world.shop, world.owner, EXPERIMENT)
    assert kept.tags == ["shop"]
    experiments.keep(world.shop, world.owner, {**EXPERIMENT, "tags": ["other", 5]}, str(kept.pk))
    assert Experiment.objects.get().tags == ["other"]
