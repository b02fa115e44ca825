"""Queries in SQL find what Django's own would, with other values each time."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection

from rtk.console import sql
from rtk.console.people.models import AuditEntry, Organization, Team, User
from rtk.console.store.models import Objective

pytestmark = pytest.mark.django_db

TEAM, ORG = sql.ModelColumns(Team, "team"), sql.ModelColumns(Organization, "org", without=("name",))
OBJECTIVE = sql.ModelColumns(Objective, "objective")
TEAMS = f"""
SELECT {TEAM.sql}, {ORG.sql}, {OBJECTIVE.sql} FROM people_team AS team
  JOIN people_organization AS org ON org.id = team.org_id
  LEFT JOIN store_objective AS objective ON objective.team_id = team.id
WHERE team.slug = %(slug)s
"""


@pytest.fixture
def teams() -> list[Team]:
    org = Organization.objects.create(name="Acme", slug="acme")
    return [Team.objects.create(org=org, name=name, slug=name.lower()) for name in ("Bank", "Shop")]


def test_a_row_is_the_model_that_django_reads(teams: list[Team]) -> None:
    for team in teams:
        (row,) = sql.rows(TEAMS, slug=team.slug)
        found = TEAM.model(row)
        assert {key: value for key, value in vars(found).items() if key != "_state"} == {
            key: value for key, value in vars(Team.objects.get(pk=team.pk)).items() if key != "_state"
        }
        found.name = f"{team.name} 2"
        found.save()
        assert Team.objects.get(pk=team.pk).name == found.name
    assert sql.rows(TEAMS, slug="nobody") == []


def test_what_is_left_out_is_read_when_it_is_asked_for(teams: list[Team]) -> None:
    (row,) = sql.rows(TEAMS, slug="shop")
    found = ORG.model(row)
    assert (found.get_deferred_fields(), found.name) == ({"name"}, "Acme")


def test_an_outer_join_that_finds_nothing_is_none(teams: list[Team]) -> None:
    assert OBJECTIVE.model_or_none(sql.rows(TEAMS, slug="shop")[0]) is None


def test_values_are_converted_as_django_does(teams: list[Team]) -> None:
    user = User.objects.create_user("a@example.org")
    tags, measure = ["ä", 'b,{}"'], {"b": 1, "a": [None, "\0"]}
    made: Any = Objective.objects.create(
        team=teams[0], created_by=user, name="o", tags=tags, target=0.5, window_s=None, measure=measure
    )
    found = OBJECTIVE.model_or_none(sql.rows(TEAMS, slug="bank")[0])
    assert found is not None
    assert (found.pk, found.tags, found.measure, found.window_s) == (made.pk, tags, measure, None)
    assert found.created_at == made.created_at


def test_json_is_read_as_django_reads_it() -> None:
    detail = {"ä": [1, 2.5, None, True, 10**30], "b": {"c": "\n"}}
    made = AuditEntry.objects.create(actor_name="Ann", action="a", target="t", detail=detail)
    entry = sql.ModelColumns(AuditEntry, "entry")
    (row,) = sql.rows(f"SELECT {entry.sql} FROM people_auditentry AS entry WHERE id = %(id)s", id=made.pk)
    assert entry.model(row).detail == AuditEntry.objects.get(pk=made.pk).detail == detail


def test_rows_are_made_into_whatever_is_made_of_their_columns(teams: list[Team]) -> None:
    query = "SELECT slug, name FROM people_team WHERE slug <> %(slug)s AND name <> %(name)s AND slug <> %(slug)s"
    assert sql.made("{} {}".format, query, name="None", slug="shop") == ["bank Bank"]


def test_the_database_is_asked_with_one_statement_that_it_has_prepared(teams: list[Team]) -> None:
    for slug in ("bank", "shop", "nobody") * 2:
        sql.rows(TEAMS, slug=slug)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%people_team AS team%'")
        assert cursor.fetchone() == (1,)


@pytest.mark.parametrize("value", [uuid4(), UUID(int=1), datetime(2026, 1, 1, tzinfo=UTC), 7, "text"])
def test_a_value_comes_back_as_it_was_given(value: Any) -> None:
    assert sql.rows("SELECT %(value)s AS value", value=value) == [{"value": value}]


def test_an_error_is_one_of_django(teams: list[Team]) -> None:
    with pytest.raises(DatabaseError):
        sql.rows(TEAMS, slug=datetime(2026, 1, 1, tzinfo=UTC))
