"""The limits in force, for everybody who may run into one."""

from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from rtk.console import options
from rtk.console.limits import LIMITS, Limit, LimitSubject
from rtk.console.people.gate import Caller
from rtk.console.people.pages import viewed


class InForce(NamedTuple):
    """A limit as it is in force; `usual` is its default where that is another value."""

    limit: Limit
    value: str
    usual: str


def in_force() -> list[tuple[LimitSubject, list[InForce]]]:
    """Return every limit that the settings set, by its subject."""
    found: dict[LimitSubject, list[InForce]] = {subject: [] for subject in LimitSubject}
    for each in LIMITS:
        value = options.limit(each)
        usual = "" if value == each.default else each.shown(each.default)
        found[each.subject].append(InForce(each, each.shown(value), usual))
    return [(subject, limits) for subject, limits in found.items() if limits]


@viewed
def limits(request: HttpRequest, _caller: Caller) -> HttpResponse:
    """Each limit, by what it is about."""
    return render(request, "people/limits.html", {"limits": in_force(), "at": "limits"})
