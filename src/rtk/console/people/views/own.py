"""What belongs to oneself: profile, tokens, sessions."""

import uuid

from allauth.account.decorators import reauthentication_required
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from rtk.console import limits, options
from rtk.console.people import tokens
from rtk.console.people.forms import ProfileForm, TokenForm
from rtk.console.people.gate import Caller
from rtk.console.people.models import Token, TokenNotice, TokenNoticeKind
from rtk.console.people.pages import action, page, sent, status, tried


@page
def profile(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Name, and the ways to password, addresses, second factors, sessions."""
    form = ProfileForm(sent(request), instance=caller.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Your profile is saved.")
        return redirect("people:profile")
    return render(request, "people/profile.html", {"form": form, "at": "profile"}, status=status(form))


@page
@reauthentication_required(allow_get=True)
def own_tokens(request: HttpRequest, caller: Caller) -> HttpResponse:
    """One's tokens, and a new one, shown in the answer to its form and never again."""
    form = TokenForm(sent(request), user=caller.user)
    shown: dict[str, object] = {}

    def make() -> None:
        given = form.cleaned_data
        shown["made"], shown["secret"] = tokens.make(caller.user, given["name"], given["scopes"], form.expires_at())

    if request.method == "POST" and tried(form, make):
        form = TokenForm(user=caller.user)
    shortened = TokenNotice.objects.filter(token=OuterRef("pk"), kind=TokenNoticeKind.SHORTENED)
    found = list(Token.objects.filter(user=caller.user).annotate(shortened=Exists(shortened)))
    now = timezone.now()
    context = {
        "form": form,
        "at": "tokens",
        "tokens": found,
        "now": now,
        "soon": now + tokens.SOON,
        "good": sum(token.expires_at > now for token in found),
        "most": options.limit(limits.TOKENS_OF_A_PERSON),
        **shown,
    }
    answer = render(request, "people/tokens.html", context, status=status(form))
    answer["Cache-Control"] = "no-store"
    return answer


@action
def revoke_token(request: HttpRequest, caller: Caller, token: uuid.UUID) -> HttpResponse:
    """End a token of one's own."""
    found = get_object_or_404(Token, pk=token, user=caller.user)
    tokens.revoke(found)
    messages.success(request, f"The token “{found.name}” is revoked.")
    return redirect("people:tokens")


@action
def end_session(request: HttpRequest, caller: Caller, session: int) -> HttpResponse:
    """Sign out one of one's browsers."""
    found = get_object_or_404(UserSession, pk=session, user=caller.user)
    found.end()
    messages.success(request, "The session is ended.")
    return redirect("usersessions_list")
