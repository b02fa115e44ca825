"""What is done with Django once the environment is set: importing this sets it up."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rtk.console.settings")
django.setup()

from django.conf import settings
from django.db import DatabaseError, connections

from rtk.console import log_stream, roles
from rtk.console.cluster import DATABASE, WORKER, CannotRunDatabase, first_line
from rtk.console.people import accounts, bootstrap_signup
from rtk.console.people import sign_in_link as links_to_sign_in
from rtk.console.people.provision import provision
from rtk.console.postgres import Postgres
from rtk.console.tables import migrate

__all__ = [
    "accounts",
    "close_connections",
    "first_link",
    "log_written_beside",
    "migrate",
    "point_at",
    "provisioned",
    "public_url",
    "sign_in_link",
    "withdraw",
    "work_apart",
]

first_link = bootstrap_signup.link
log_written_beside = log_stream.written_beside
sign_in_link = links_to_sign_in.link
withdraw = roles.withdraw


def public_url() -> str:
    """Where people reach the console."""
    return str(settings.PUBLIC_URL)


def point_at(postgres: Postgres) -> None:
    """Let Django use a running database of ours."""
    connections.settings["default"].update(postgres.django())


def work_apart(postgres: Postgres) -> None:
    """Go on as the role that owns everything in a database of ours but the audit log."""
    roles.separate(postgres, DATABASE)
    close_connections()
    connections.settings["default"]["USER"] = WORKER


def close_connections() -> None:
    """Close this thread's connection and the pool, for which the database would wait at its end."""
    for each in connections.all(initialized_only=True):
        each.close()
        getattr(each, "close_pool", lambda: None)()


def provisioned(email: str, organization: str, team: str, kept: str) -> str:
    """What `people.provision` answers. Raises BadInput, and CannotRunDatabase when the database cannot take it."""
    try:
        return provision(email, organization, team, kept)
    except DatabaseError as error:
        raise CannotRunDatabase(f"the database did not take it: {first_line(error)}") from None
