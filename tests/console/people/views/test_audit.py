"""The audit log as a page and as CSV."""

import csv
import io
import re
from typing import Any

from django.test import Client

from rtk.console.people import audit
from rtk.console.people.models import AuditEntry
from tests.console.people.world import World, signed_in


def page(browser: Client, address: str = "/acme/audit") -> str:
    return browser.get(address).content.decode()


def rows(browser: Client, query: str = "") -> list[dict[str, str]]:
    """The entries of the table that is downloaded."""
    answer: Any = browser.get(f"/acme/audit.csv{query}")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode())))


def test_the_log_tells_who_did_what_newest_first_and_leads_on(world: World) -> None:
    audit.record(world.org, world.owner, "organization.created", "Acme")
    for number in range(60):
        audit.record(world.org, world.admin, "team.created", f"Team {number}")
    owner = signed_in(world.owner)
    newest = page(owner)
    assert "adam@example.org" in newest
    assert re.findall(r"<strong>(Team \d+)</strong>", newest) == [f"Team {number}" for number in range(59, 34, -1)]
    [after] = re.findall(r'rel="next" href="([^"]+)"', newest)
    older = page(owner, f"/acme/audit{after}")
    assert re.findall(r"<strong>(Team \d+)</strong>", older) == [f"Team {number}" for number in range(34, 9, -1)]
    [last] = re.findall(r'rel="next" href="([^"]+)"', older)
    assert "created the organization <strong>Acme</strong>" in page(owner, f"/acme/audit{last}")


def test_a_cursor_that_no_page_gave_shows_the_first_page(world: World) -> None:
    audit.record(world.org, world.owner, "team.created", "Shop")
    for wrong in ("x", "", "%00", "9" * 300):
        assert "<strong>Shop</strong>" in page(signed_in(world.owner), f"/acme/audit?before={wrong}")


def test_a_filter_stays_in_the_form_on_the_way_to_older_entries_and_in_the_download(world: World) -> None:
    for number in range(30):
        audit.record(world.org, world.admin, "team.created", f"Team {number}")
    audit.record(world.org, world.owner, "team.created", "Other")
    text = page(signed_in(world.owner), "/acme/audit?actor=adam&action=team.created")
    assert "Other" not in text
    assert 'value="adam"' in text
    assert '<option value="team.created" selected>' in text
    assert 'href="/acme/audit.csv?actor=adam&amp;action=team.created"' in text
    assert re.search(r'rel="next" href="\?actor=adam&amp;action=team.created&amp;before=', text)


def test_a_filter_that_finds_nothing_says_so(world: World) -> None:
    assert "No entry matches" in page(signed_in(world.owner), "/acme/audit?target=nothing")


def test_a_wrong_filter_is_said_beside_it(world: World) -> None:
    answer = signed_in(world.owner).get("/acme/audit?since=x")
    assert answer.status_code == 422
    assert "Expected a day such as 2026-01-31." in answer.content.decode()


def test_a_log_shows_nothing_of_other_organizations(world: World) -> None:
    audit.record(world.rival, world.stranger, "team.created", "Secret")
    assert "Secret" not in page(signed_in(world.owner))
    assert rows(signed_in(world.owner)) == []


def test_what_is_in_the_log_is_text(world: World) -> None:
    audit.record(world.org, world.owner, "team.created", "<script>x</script>", {"<b>": "<i>"})
    text = page(signed_in(world.owner))
    assert "&lt;script&gt;" in text
    assert not re.search(r"<script>x|<b>|<i>", text)


def test_a_download_has_every_entry_that_matches(world: World) -> None:
    AuditEntry.objects.bulk_create(
        AuditEntry(
            org=world.org, actor=world.admin, actor_name="adam@example.org", action="team.created", target=str(n)
        )
        for n in range(2100)
    )
    audit.record(world.org, None, "invitation.sent", "new@example.org", {"role": "member"})
    found = rows(signed_in(world.owner))
    assert len(found) == 2101
    assert found[0] == {
        "time": AuditEntry.objects.get(action="invitation.sent").created_at.isoformat(),
        "actor": "the console",
        "actor id": "",
        "action": "invitation.sent",
        "object": "new@example.org",
        "details": '{"role": "member"}',
    }
    assert len({row["object"] for row in found}) == 2101
    assert [row["object"] for row in rows(signed_in(world.owner), "?target=2099")] == ["2099"]


def test_a_download_with_a_wrong_filter_is_refused_instead_of_finding_too_much(world: World) -> None:
    audit.record(world.org, world.owner, "team.created", "Shop")
    answer = signed_in(world.owner).get("/acme/audit.csv?since=x")
    assert answer.status_code == 422
    assert answer["Content-Type"].startswith("text/html")


def test_a_download_is_saved_and_never_shown_within_the_console(world: World) -> None:
    answer = signed_in(world.owner).get("/acme/audit.csv")
    assert answer["Content-Disposition"] == f'attachment; filename="audit-{world.org.pk}.csv"'
    assert answer["Cache-Control"] == "private, no-cache"
