"""What tests leave in the database is gone before others come to it."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from rtk.console.people.models import Organization
from tests.console.people.world import made, signed_in
from tests.databases import empty


def test_an_emptied_database_is_as_it_was_made(django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        empty()
        as_made = rows()
        signed_in(made().owner)
        filled = rows()
        empty()
        assert sum(filled.values()) > sum(as_made.values())
        assert rows() == as_made
        assert {name for name, count in as_made.items() if count} == {ContentType.__name__, Permission.__name__}


@pytest.mark.parametrize("turn", ["first", "second"])
def test_what_a_test_commits_is_gone_after_it(committed: None, turn: str) -> None:
    assert not Organization.objects.exists()
    assert made().org in Organization.objects.all()


def test_what_is_stored_then_is_numbered_from_the_beginning(django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        made()
        empty()
        cursor.execute("SELECT count(*) FROM pg_sequences WHERE last_value IS NOT NULL AND sequencename !~ %s", [KEPT])
        assert cursor.fetchone() == (0,)


KEPT = "^(django_migrations|django_content_type|auth_permission)_"


def rows() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in apps.get_models(include_auto_created=True)}
