"""How many questions a page asks the database, without those that every request of a session asks."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

MOST = 10
OF_A_SESSION = ("SAVEPOINT", "RELEASE", "django_session", "usersessions_usersession", '"people_user"."password"')


def asked(browser: Client, path: str) -> int:
    """How many of its own a page asks; it must be there."""
    with CaptureQueriesContext(connection) as context:
        answer = browser.get(path)
    assert answer.status_code == 200, path
    return len([each for each in context.captured_queries if not any(mark in each["sql"] for mark in OF_A_SESSION)])
