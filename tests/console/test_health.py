"""Whether the console answers, and says when its database does not."""

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client, RequestFactory
from django.urls import get_resolver

import rtk


@pytest.mark.django_db
def test_health_is_ok_when_the_database_answers(client: Client) -> None:
    answer = client.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "version": rtk.__version__})


@pytest.mark.parametrize(("error", "status"), [(OperationalError, 503), (InterfaceError, 503), (ValueError, 500)])
def test_a_page_that_fails_says_whether_it_is_for_the_database(error: type[Exception], status: int) -> None:
    handler = get_resolver().resolve_error_handler(500)
    try:
        raise error("down")
    except error:
        answer = handler(RequestFactory().get("/"))
    assert (answer.status_code, "down" in answer.content.decode()) == (status, False)
    assert ("does not reach its database" in answer.content.decode()) == (status == 503)
