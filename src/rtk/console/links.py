"""The addresses of pages, as whoever is outside of them gets them: in mail, in notifications and by the API.

All begin with RTK_PUBLIC_URL, whatever name a request came under: whoever sends one chooses that name.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from rtk.console.people.models import Team
from rtk.console.store.models import Execution, Run

_API = "/api"


def public(address: str) -> str:
    """Return a path, or any address of this console, as an address that begins with RTK_PUBLIC_URL."""
    parts = urlsplit(address)
    return settings.PUBLIC_URL + parts._replace(scheme="", netloc="", path=f"/{parts.path.lstrip('/')}").geturl()


def insight(team: Team, run: Run) -> str:
    """The page of a run: its insight, or how it goes while it does."""
    return settings.PUBLIC_URL + _path("insight", team, run.id)


def verification(team: Team, key: object) -> str:
    """The page of a verification, by its id."""
    return settings.PUBLIC_URL + _path("verification", team, key)


def execution(team: Team, key: object) -> str:
    """The page of an execution, by its id."""
    return settings.PUBLIC_URL + _path("execution", team, key)


def told_of_execution(made: Execution) -> str:
    """The same as `Content-Location` says it: clients print it with `/api/` made `/`. It leads to the page as well."""
    return f"{settings.PUBLIC_URL}{_API}{_path('execution', made.team, made.id)}"


def told_of_run(run: Run) -> str:
    """The same of a run's page."""
    return f"{settings.PUBLIC_URL}{_API}{_path('insight', run.team, run.id)}"


def _path(name: str, team: Team, key: object) -> str:
    return reverse(f"pages:{name}", args=(team.org.slug, team.slug, key))
