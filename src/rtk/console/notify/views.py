"""The page of a team's notifications, for admins."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from rtk.console.notify import encryption, recipients
from rtk.console.notify.forms import RecipientForm
from rtk.console.notify.models import Channel, DeliveryState, Notification, Recipient
from rtk.console.notify.outbox import EVENTS, TEST
from rtk.console.people import gate
from rtk.console.people.gate import Caller
from rtk.console.people.pages import action, page, sent, status, tried

SHOWN = 20


@page
def notifications(request: HttpRequest, caller: Caller, org: str, team: str) -> HttpResponse:
    """Who is told, what became of the last notifications, and a form; a new webhook's secret is shown once."""
    found = gate.team_for(caller, org, team, "admin")
    form = RecipientForm(sent(request))
    made: list[Recipient] = []

    def add() -> None:
        given = form.cleaned_data
        made.append(recipients.add(caller.user, found, given["kind"], given["address"], given["events"]))

    if request.method == "POST" and tried(form, add, "address"):
        [recipient] = made
        if recipient.kind != Channel.WEBHOOK:
            messages.success(request, f"{recipient.label} will be notified from now on.")
            return redirect("notify:notifications", org=found.org.slug, team=found.slug)
        form = RecipientForm()
    told = Notification.objects.filter(recipient__team=found).select_related("recipient", "run__verification")[:SHOWN]
    context = {
        "org": found.org,
        "team": found,
        "form": form,
        "recipients": [(each, [EVENTS[event] for event in each.events]) for each in found.recipients.all()],
        "told": told,
        "testing": any(each.event == TEST and each.state == DeliveryState.WAITING for each in told),
        "at": "notifications",
        **({"made": made[0], "secret": encryption.secret_of(made[0].pk)} if made else {}),
    }
    answer = render(request, "notify/notifications.html", context, status=status(form))
    answer["Cache-Control"] = "no-store"
    return answer


@action
def test(request: HttpRequest, caller: Caller, org: str, team: str, recipient: uuid.UUID) -> HttpResponse:
    """Send a test to a recipient."""
    found = _recipient(caller, org, team, recipient)
    if not recipients.test(caller.user, found):
        messages.info(request, f"A test of {found.label} is on its way already.")
    return redirect("notify:notifications", org=found.team.org.slug, team=found.team.slug)


@action
def remove(request: HttpRequest, caller: Caller, org: str, team: str, recipient: uuid.UUID) -> HttpResponse:
    """Tell a recipient nothing any more."""
    found = _recipient(caller, org, team, recipient)
    recipients.remove(caller.user, found)
    messages.success(request, f"{found.label} is no longer notified.")
    return redirect("notify:notifications", org=found.team.org.slug, team=found.team.slug)


def _recipient(caller: Caller, org: str, team: str, recipient: uuid.UUID) -> Recipient:
    found = gate.team_for(caller, org, team, "admin")
    return get_object_or_404(Recipient.objects.select_related("team__org"), team=found, pk=recipient)
