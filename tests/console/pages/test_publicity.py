"""Who lets everybody see a badge."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from rtk.console.people.models import AuditEntry
from rtk.console.store.models import Verification
from tests.console.api.test_badges import KINDS, place
from tests.console.pages.insights.made import ended
from tests.console.people.world import World, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def things(world: World) -> dict[str, Any]:
    """A verification with a run, and its objective."""
    of = Verification.objects.select_related("objective").get(pk=ended(world).verification_id)
    return {"verification": of, "objective": of.objective}


def switched(world: World, who: str, kind: str, things: dict[str, Any], **sent: str) -> int:
    address = reverse(f"pages:badge-{kind}", args=["acme", "shop", things[kind].pk])
    return signed_in(getattr(world, who)).post(address, sent).status_code


@pytest.mark.parametrize("kind", KINDS)
def test_an_admin_switches_it_on_and_off_and_the_log_says_so(world: World, things: dict[str, Any], kind: str) -> None:
    assert [switched(world, who, kind, things, public="1") for who in ("member", "viewer", "banker")] == [403, 403, 404]
    assert Client().get(place(kind, things)).status_code == 404
    assert switched(world, "admin", kind, things, public="1") == 302
    answer = Client().get(place(kind, things))
    assert (answer.status_code, answer["Cache-Control"]) == (200, "public, max-age=300")
    assert Client().get(place(kind, things), headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert switched(world, "admin", kind, things) == 302
    assert Client().get(place(kind, things)).status_code == 404
    actions = AuditEntry.objects.filter(action__startswith="badge.").values_list("action", flat=True)
    assert sorted(actions) == ["badge.published", "badge.withdrawn"]
