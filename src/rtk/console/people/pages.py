"""What all pages of people share: sign in first, the gate's refusals as pages, which methods there are."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.shortcuts import redirect, render

from rtk.console.people import throttle
from rtk.console.people.gate import Caller, Refused, TooMany
from rtk.console.people.models import User

View = Callable[..., HttpResponse]
SHOWS = ("GET", "HEAD")


def page(view: View) -> View:
    """A view for who is signed in, called with the request, its caller and what the address holds.

    Whoever is not is sent to sign in and comes back. What the gate refuses becomes a page with its status.
    """

    @wraps(view)
    def guarded(request: HttpRequest, **address: Any) -> HttpResponse:
        if request.method not in (*SHOWS, "POST"):
            return HttpResponseNotAllowed([*SHOWS, "POST"])
        assert isinstance(request.user, User)
        try:
            return view(request, Caller(request.user), **address)
        except Refused as refused:
            return refusal(request, refused)

    return login_required(guarded)


def action(view: View) -> View:
    """A page that only does something: POST, nothing else."""
    guarded = page(view)

    @wraps(view)
    def only_post(request: HttpRequest, **address: Any) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        # Whoever has to sign in first cannot come back to what only answers to POST.
        return guarded(request, **address) if request.user.is_authenticated else redirect("account_login")

    return only_post


def viewed(view: View) -> View:
    """A page that only shows something: GET, nothing else."""
    guarded = page(view)

    @wraps(view)
    def only_get(request: HttpRequest, **address: Any) -> HttpResponse:
        return guarded(request, **address) if request.method in SHOWS else HttpResponseNotAllowed(SHOWS)

    return only_get


def refusal(request: HttpRequest, refused: Refused) -> HttpResponse:
    """The page of what the gate refused."""
    if isinstance(refused, TooMany):
        return throttle.refusal(request, refused)
    return render(request, "people/refused.html", {"refused": refused}, status=refused.status)


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: what was sent, even when it is empty; nothing when the page is only shown."""
    return request.POST if request.method == "POST" else None


def tried(form: forms.Form, act: Callable[[], object], field: str | None = None) -> bool:
    """Whether the form is right and its act went through; what was refused is said at the field, or above all."""
    if not form.is_valid():
        return False
    try:
        act()
    except ValidationError as error:
        form.add_error(field, error.messages)
        return False
    return True


def status(form: forms.BaseForm) -> int:
    """The status of a page with a form: 422 when it was sent back."""
    return 422 if form.is_bound and form.errors else 200
