"""What the attacks are tried on: the tests' database, the organizations Acme and Rival in it, and an issuer."""

from tests.console.conftest import _cheap_passwords, data, django_db_setup, postgres
from tests.console.people.conftest import issuer, world

__all__ = ["_cheap_passwords", "data", "django_db_setup", "issuer", "postgres", "world"]
