"""Whether the console answers, and says when its database does not."""

import pytest
from django.test import Client

import rtk


@pytest.mark.django_db
def test_health_is_ok_when_the_database_answers(client: Client) -> None:
    answer = client.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "version": rtk.__version__})
