"""What the attacks are tried on: the tests' database, and the organizations Acme and Rival in it."""

from tests.console.conftest import _cheap_passwords, data, django_db_setup, postgres
from tests.console.people.conftest import world

__all__ = ["_cheap_passwords", "data", "django_db_setup", "postgres", "world"]
