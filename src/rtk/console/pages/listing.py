"""A page of a list as it is shown: its rows, what they are filtered by, and the address of the page after it."""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from rtk.console.people import gate
from rtk.console.people.models import Team
from rtk.console.store import changes, lists
from rtk.console.store.models import Experiment, Objective, Verification
from rtk.console.store.problem import Problem

SIZE = 25
MOST_TYPED = 200


class Filters(NamedTuple):
    """What a list is filtered by: a text, a tag, and whether it shows what is archived."""

    q: str
    tag: str
    archived: bool

    def __bool__(self) -> bool:
        return bool(self.q or self.tag or self.archived)


class ListPage(NamedTuple):
    """Rows, and the address of the page after them, empty at the end."""

    rows: list[Any]
    next: str


def filters_of(request: HttpRequest) -> Filters:
    """What an address asks for; what no column can hold is looked for without it."""
    given = {key: request.GET.get(key, "").replace("\0", "").strip()[:MOST_TYPED] for key in ("q", "tag")}
    return Filters(given["q"], given["tag"], request.GET.get("archived") == "1")


def filtered(rows: QuerySet[Any], by: Filters, texts: Iterable[str], tags: Iterable[str] = ("tags",)) -> QuerySet[Any]:
    """Those that are asked for; a text is looked for in these columns, a tag in those."""
    rows = rows.filter(archived_at__isnull=not by.archived)
    if by.tag:
        rows = rows.filter(_any(tags, "contains", [by.tag]))
    return rows.filter(_any(texts, "icontains", by.q)) if by.q else rows


def _any(columns: Iterable[str], how: str, value: object) -> Q:
    found = Q()
    for column in columns:
        found |= Q(**{f"{column}__{how}": value})
    return found


def archive(request: HttpRequest, thing: Verification | Objective | Experiment) -> None:
    """Take a thing out of the lists or bring it back, as its button asks, and say so."""
    back, name = "back" in request.POST, type(thing).__name__.lower()
    changes.archive(thing, not back)
    messages.success(request, f"The {name} is back." if back else f"The {name} is archived.")


def page(request: HttpRequest, rows: QuerySet[Any], shown: Callable[[Any], Any] = lambda row: row) -> ListPage:
    """The page that an address asks for; the first one for a cursor that no page gave."""
    cursor = request.GET.get("before")
    try:
        found = lists.page(rows, shown, cursor, SIZE)
    except Problem:
        found = lists.page(rows, shown, None, SIZE)
    query = request.GET.copy()
    query["before"] = found["next"] or ""
    return ListPage(found["items"], f"?{query.urlencode()}" if found["next"] else "")


def token_of(*parts: object) -> str:
    """What a page that asks again names, so that it is answered only when something has changed."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def seen(request: HttpRequest, token: str) -> bool:
    """Whether a page asks again for what it shows already: then it is answered 204, and nothing moves in it."""
    return request.GET.get("seen") == token and "HX-Request" in request.headers


def around(team: Team, at: str) -> dict[str, Any]:
    """What the template of a team's page is told beside its own: where it is, and whether its reader may change it."""
    return {"org": team.org, "team": team, "at": at, "may": "run" in gate.RIGHTS[team.role]}
