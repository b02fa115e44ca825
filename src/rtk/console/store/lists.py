"""Lists, newest first, a page at a time: a cursor is the place of the last thing that was seen."""

import base64
import binascii
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from rtk.console.store.problem import Problem

USUAL, MOST = 50, 200  # rows of a page
Place = tuple[datetime, UUID]


def page(rows: QuerySet[Any], shown: Callable[[Any], Any], cursor: str | None, limit: int | None) -> dict[str, Any]:
    """A page as `{items, next}`; `next` is the cursor of the page after it, None where there is none.

    Raises `Problem` for a cursor that none of our pages gave.
    """
    return paged(lambda size, place: list(after(rows, place)[:size]), shown, cursor, limit)


def after(rows: QuerySet[Any], place: Place | None) -> QuerySet[Any]:
    """Rows newest first, after a place where one is given."""
    if place:
        at, last = place
        rows = rows.filter(Q(created_at__lt=at) | Q(created_at=at, id__lt=last))
    return rows.order_by("-created_at", "-id")


def paged(
    fetch: Callable[[int, Place | None], list[Any]], shown: Callable[[Any], Any], cursor: str | None, limit: int | None
) -> dict[str, Any]:
    """The same of rows that `fetch` gets, so many at most, newest first, after a place."""
    size, place = min(max(limit or USUAL, 1), MOST), None
    if cursor:
        try:
            text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True).decode()
            at, _, seen = text.partition(" ")
            moment = datetime.fromisoformat(at)
            if moment.tzinfo is None:
                raise ValueError("no time zone")
            place = moment.astimezone(UTC), UUID(seen)
        except (ValueError, binascii.Error, UnicodeError, OverflowError):
            raise Problem(422, "cursor: expected what `next` of a page said", "cursor") from None
    # One more than is shown tells whether there is another page.
    found = fetch(size + 1, place)
    items, after_last = [shown(row) for row in found[:size]], None
    if len(found) > size:
        last = found[size - 1]
        after_last = base64.urlsafe_b64encode(f"{last.created_at.isoformat()} {last.id}".encode()).decode().rstrip("=")
    return {"items": items, "next": after_last}


def by_id(rows: QuerySet[Any], key: str) -> Any:
    """The row of an id, or None."""
    found = id_of(key)
    return rows.filter(id=found).first() if found else None


def id_of(key: str) -> UUID | None:
    """A key as an id, where it is one."""
    try:
        return UUID(key)
    except ValueError:
        return None


def by_id_or_file(rows: QuerySet[Any], key: str) -> Any:
    """The row of an id, ours or the one that files name."""
    found = by_id(rows, key)
    return found or (rows.filter(file_id=key).order_by("-created_at").first() if "\0" not in key else None)
