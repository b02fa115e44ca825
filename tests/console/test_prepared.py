"""A prepared query finds what Django's own would, with other values each time."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.db.models import F, Value
from django.utils.timezone import now

from rtk.console.people.models import Organization, Team, User
from rtk.console.prepared import Prepared
from rtk.console.store.models import Objective

pytestmark = pytest.mark.django_db


@pytest.fixture
def teams() -> list[Team]:
    org = Organization.objects.create(name="Acme", slug="acme")
    return [Team.objects.create(org=org, name=name, slug=name.lower()) for name in ("Bank", "Shop")]


def test_models_are_those_of_django_with_what_is_selected_along(teams: list[Team]) -> None:
    by_slug = Prepared(
        lambda slug: Team.objects.filter(slug=slug).select_related("org").annotate(of=F("org__name"), one=Value(1)),
        slug="slug",
    )
    for team in teams:
        (found,) = by_slug.models(slug=team.slug)
        assert (found, found.name, found.created_at, found.of, found.one) == (
            team,
            team.name,
            team.created_at,
            "Acme",
            1,
        )
        assert (found.org, found.org.slug) == (team.org, "acme")
    assert by_slug.first(slug="nobody") is None


def test_values_are_converted_as_django_does(teams: list[Team]) -> None:
    user = User.objects.create_user("a@example.org")
    tags = ["ä", "\0", {"b": 1, "a": [None]}]
    made: Any = Objective.objects.create(
        team=teams[0], created_by=user, name="o", tags=tags, target=0.5, window_s=None, measure={}
    )
    listed = Prepared(
        lambda team, at: Objective.objects.filter(team=team, created_at__lte=at).values_list(
            "id", "tags", "created_at"
        ),
        team=uuid.UUID(int=1),
        at=datetime(2000, 1, 1, tzinfo=UTC),
    )
    assert listed.rows(team=teams[0].id, at=now()) == [(made.id, tags, made.created_at)]
    assert listed.rows(team=teams[0].id, at=now() - timedelta(days=1)) == listed.rows(team=teams[1].id, at=now()) == []


def test_what_is_put_off_is_fetched_when_it_is_asked_for(teams: list[Team]) -> None:
    without = Prepared(lambda key: Team.objects.filter(id=key).defer("name"), key=uuid.UUID(int=1))
    found = without.first(key=teams[1].id)
    assert (found.get_deferred_fields(), found.name) == ({"name"}, "Shop")


def test_the_database_is_asked_with_a_statement_that_it_has_prepared(teams: list[Team]) -> None:
    one = Prepared(lambda key: Team.objects.filter(id=key), key=uuid.UUID(int=1))
    for team in teams * 3:
        assert one.first(key=team.id) == team
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%people_team%'")
        assert cursor.fetchone() == (1,)


def test_an_error_is_one_of_django(teams: list[Team]) -> None:
    one = Prepared(lambda slug: Team.objects.filter(slug=slug), slug="slug")
    with pytest.raises(DatabaseError):
        one.first(slug=datetime(2026, 1, 1, tzinfo=UTC))
