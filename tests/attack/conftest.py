"""What the attacks are tried on: the organizations Acme and Rival in the tests' database, and an issuer."""

from tests.console.conftest import _cheap_passwords, data
from tests.console.people.conftest import issuer, world

__all__ = ["_cheap_passwords", "data", "issuer", "world"]
