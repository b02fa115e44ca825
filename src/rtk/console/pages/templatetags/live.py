"""What a template of a run under way asks for."""

from typing import Any

from django import template
from django.urls import reverse

from rtk.console.pages.insights.live import shown
from rtk.console.store.models import Run

register = template.Library()


@register.simple_tag
def under_way(run: Run, read: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """How a run stands; `read` are its entries, where the page has read them already."""
    return shown(run, read or None)


@register.simple_tag
def stream_of(run: Run) -> str:
    """The address at which a run is followed."""
    ids = {"org": run.team.org_id, "team": run.team_id, "verification": run.verification_id, "run": run.id}
    return reverse("api:follow", kwargs=ids)
