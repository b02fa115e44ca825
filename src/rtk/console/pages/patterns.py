"""The page of patterns: every component in every state, for whoever builds pages."""

from datetime import timedelta
from uuid import uuid4

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from rtk.console import client
from rtk.console.pages.insights.banner import NotRestored
from rtk.console.pages.templatetags.show import STATES
from rtk.console.people import gate
from rtk.console.people.gate import Caller
from rtk.console.people.models import Role
from rtk.console.people.pages import viewed
from rtk.console.store.safeguards import SafeguardState
from rtk.origin import DISTRIBUTION

_COMMAND = "ENDPOINT_URL=https://shop.example.com/ chaos verify https://rtk.example.com/assets/verifications/12.json"
_COMMANDS = "chaos signin --url https://rtk.example.com\nchaos verify shop.json"
# What somebody may type as a name, to break out of a page or to widen it.
_HOSTILE = "<script>alert(1)</script> " + "a-name-without-any-space-" * 8
_GROUPS = {
    "Verdicts": ("pass", "fail", "inconclusive", "invalid", "not-begun", "none"),
    "Runs": ("running", "completed", "failed", "aborted", "interrupted", "deviated", "lost contact", "abandoned"),
    "Measurements": ("met", "deviated", "missed"),
    "Cost": ("within-allowance", "beyond-allowance", "unknown"),
    "Undo": ("restored", "not-restored", "not-recovered"),
    "Promises": ("kept", "broken", "not-proven", "lapsed", "never-tried"),
    "Safeguards": tuple(SafeguardState),
    "Things": ("archived",),
}
_AGES = (3, 45, 3600, 3 * 86400, 70 * 86400, 800 * 86400, -600)  # seconds
_SPANS = (0.35, 40, 300, 5400, 86400, 255_600)


class Example(forms.Form):
    """A form with every kind of field."""

    name = forms.CharField(max_length=100, help_text="At most 100 characters.")
    target = forms.DecimalField(min_value=0, max_value=100, help_text="Above 0, below 100.")
    window = forms.ChoiceField(choices=[("1d", "1 day"), ("7d", "7 days"), ("30d", "30 days")])
    description = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}))
    notify = forms.BooleanField(required=False, label="Tell the team when it ends")
    kinds = forms.MultipleChoiceField(
        choices=[("http", "HTTP"), ("process", "Process"), ("python", "Python")], widget=forms.CheckboxSelectMultiple
    )


@viewed
def patterns(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Show them all, to owners of any organization. Others are told that there is no such page."""
    if all(org.role != Role.OWNER for org in gate.organizations_for(caller)):
        raise gate.NotFound("There is nothing at this address.")
    now = timezone.now()
    assert set(STATES) == {state for states in _GROUPS.values() for state in states}
    filled = {"name": "Checkout answers", "target": "95", "window": "1d", "kinds": ["http"]}
    examples = {
        "groups": _GROUPS,
        "times": [now - timedelta(seconds=age) for age in _AGES],
        "spans": _SPANS,
        "shares": (0.95, 1.0, 0.99997, 0.0, None),
        "figures": (312.4, 12_345.6, 0.0042, None),
        "tones": ("good", "bad", "warn", "odd", "busy", "quiet"),
        "tags": ["service:checkout", "team:web", _HOSTILE],
        "hostile": _HOSTILE,
        "command": _COMMAND,
        "script": f"pip install '{client.requirement(DISTRIBUTION)}'\n{_COMMANDS}",
        "example": {"slug": "example"},
        "left": [NotRestored(uuid4(), "Checkout under load", now, 0), NotRestored(uuid4(), _HOSTILE, now, 2)],
        "plain": Example(initial=filled, prefix="plain"),
        "wrong": Example({"wrong-name": "x" * 101, "wrong-target": "140", "wrong-window": "1y"}, prefix="wrong"),
        "measured": [310, 290, 340, None, 305, 620, 298, 301, 333, 540, 296],
        "verdicts": ["pass", "fail", "inconclusive", "invalid", "pass"],
    }
    return render(request, "pages/patterns.html", examples)
