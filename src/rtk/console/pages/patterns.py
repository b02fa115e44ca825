"""The page of patterns: every component in every state, for whoever builds pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from rtk.console.people import gate
from rtk.console.people.gate import Caller
from rtk.console.people.models import Role
from rtk.console.people.pages import viewed


@viewed
def patterns(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Show them all, to owners of any organization. Others are told that there is no such page."""
    if not gate.organizations_for(caller).filter(role=Role.OWNER).exists():
        raise gate.NotFound("There is nothing at this address.")
    return render(request, "pages/patterns.html")
