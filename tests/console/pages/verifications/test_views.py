"""The pages of verifications: found again, run, changed, archived."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from rtk.console.pages.verifications.run_recipes import WAYS
from rtk.console.people.models import Team, User
from rtk.console.store import changes, runs
from rtk.console.store.models import Objective, Run, Verification
from tests.console.live import EXPERIMENT, PLAN
from tests.console.people.world import World, signed_in

LOADED: dict[str, Any] = {
    **EXPERIMENT,
    "configuration": {"url": {"type": "env", "key": "ENDPOINT_URL"}, "bad": {"type": "env", "key": "A;rm -rf"}},
    "secrets": {"api": {"key": {"type": "env", "key": "API_KEY"}}},
    "tags": ["shop", "<b>"],
}


def verification(world: World, name: str = "Busy", team: Team | None = None, **more: Any) -> Verification:
    """A verification with an objective of its own."""
    values = {
        "name": name,
        "experiment": LOADED,
        "frequency": 10.0,
        "duration": 300.0,
        "warm_up": 60.0,
        "cool_down": 0.0,
        "stop_when": {},
        "objective": {"name": f"{name} answers", "target": 0.95, "window": 86_400.0, "tags": ["checkout"]},
    }
    return changes.new_verification(team or world.shop, world.owner, {**values, **more})


def run(of: Verification, user: User, verdict: str | None = "pass", days: float = 1.0) -> Run:
    """A run that ended some days ago; without a verdict it is under way."""
    made = runs.make(of.team, user, of, PLAN, uuid4())
    made.created_at = now() - timedelta(days=days)
    if verdict:
        made.ended_at, made.state = made.created_at + timedelta(seconds=341), "ended"
        made.verdict, made.insight, made.restored = verdict, {"verdict": verdict}, verdict != "fail"
    made.save()
    return made


def address(world: World, name: str, key: Any = None) -> str:
    given = {"verification": key} if key else {}
    return reverse(f"pages:{name}", kwargs={"org": world.org.slug, "team": world.shop.slug, **given})


def names(page: Any) -> list[str]:
    return [row.verification.name for row in page.context["rows"]]


def test_the_list_tells_what_each_promises_and_what_came_of_it(world: World, member: Client) -> None:
    made = verification(world)
    for days, verdict in ((7, "invalid"), (6, "pass"), (5, "pass"), (4, "inconclusive"), (3, "fail"), (2, "pass")):
        run(made, world.member, verdict, days)
    run(made, world.member, None, 0)
    page = member.get(address(world, "verifications"))
    (row,) = page.context["rows"]
    assert (row.strategy, row.promise) == ("every 10 s for 5 min", "95 % over 1 day")
    assert row.results == ["pass", "inconclusive", "fail", "pass"]
    assert row.badge == "running"
    assert row.tags == ["shop", "<b>", "checkout"]
    text = page.content.decode()
    assert "&lt;b&gt;" in text
    assert reverse("pages:import", args=[world.org.slug, world.shop.slug]) in text


def test_an_empty_list_says_how_to_begin(world: World, member: Client) -> None:
    text = member.get(address(world, "verifications")).content.decode()
    assert "No verifications yet" in text
    assert "Import Experiment" in text
    seen = signed_in(world.viewer).get(address(world, "verifications")).content.decode()
    assert "Import Experiment" not in seen


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Calm", "Busy"]),
        ("?q=usy", ["Busy"]),
        ("?q=CALM+answers", ["Calm"]),
        ("?tag=checkout", ["Calm", "Busy"]),
        ("?tag=shop", ["Calm", "Busy"]),
        ("?tag=sho", []),
        ("?q=%25", []),
        ("?q=%00", ["Calm", "Busy"]),
        ("?archived=1", ["Gone"]),
        ("?objective=x", ["Calm", "Busy"]),
        ("?before=x", ["Calm", "Busy"]),
        (f"?objective={UUID(int=1)}", []),
    ],
)
def test_the_list_is_filtered(world: World, member: Client, query: str, expected: list[str]) -> None:
    for name in ("Busy", "Calm", "Gone"):
        made = verification(world, name)
    changes.archive(made)
    verification(world, "Theirs", world.bank)
    assert names(member.get(address(world, "verifications") + query)) == expected


def test_the_list_is_filtered_by_objective(world: World, member: Client) -> None:
    verification(world, "Busy")
    calm = verification(world, "Calm")
    assert names(member.get(f"{address(world, 'verifications')}?objective={calm.objective_id}")) == ["Calm"]


def test_a_long_list_goes_on(world: World, member: Client) -> None:
    for number in range(27):
        verification(world, f"v{number}", objective=None)
    first = member.get(address(world, "verifications"))
    second = member.get(address(world, "verifications") + first.context["next"])
    assert names(first) + names(second) == [f"v{number}" for number in reversed(range(27))]
    assert second.context["next"] == ""


def test_an_organizations_list_has_all_of_ones_teams(world: World) -> None:
    verification(world, "Ours")
    verification(world, "Theirs", world.bank)
    place = reverse("pages:org-verifications", args=[world.org.slug])
    assert names(signed_in(world.owner).get(place)) == ["Theirs", "Ours"]
    assert names(signed_in(world.banker).get(place)) == ["Theirs"]
    assert signed_in(world.stranger).get(place).status_code == 404


def test_the_page_tells_how_to_run_it_with_everything_it_needs(world: World, member: Client, settings: Any) -> None:
    settings.PUBLIC_URL = "https://console.example.com"
    made = verification(world)
    text = member.get(address(world, "verification", made.pk)).content.decode()
    url = f"https://console.example.com/assets/verifications/{made.pk}.json"
    assert f"ENDPOINT_URL=… API_KEY=… chaos verify {url}" in text
    assert "No shell can set the environment variable" in text
    assert reverse("verification-file", args=[made.pk]) in text
    assert reverse("people:tokens") in text
    assert "Measured every <strong>10 s</strong> for <strong>5 min</strong>" in text
    assert "168 (28 min) would prove 95 %" in text
    assert "<b>inject-cpu</b>" in text
    assert "nothing undoes" in text
    assert "No run yet" in text


@pytest.mark.parametrize(
    "bad", ["half a \ud800 character", "a zero \0", "<script>alert(1)</script>", "{{ 1 }}{% x %}", "\u202e"]
)
def test_the_page_is_shown_whatever_the_experiment_holds(world: World, member: Client, bad: str) -> None:
    """Clients of old sent what nobody checked; what the API takes is checked, but not all that is within."""
    action = {"type": "action", "name": bad, "provider": {"type": "process", "path": bad, "arguments": f"$(cat {bad})"}}
    python = {"type": "action", "name": bad, "provider": {"type": "python", "module": bad, "func": bad}}
    more = {
        "configuration": {bad: {"type": "env", "key": bad}},
        "secrets": {bad: {bad: {"type": "env", "key": bad}}},
        "method": [action, python],
        "rollbacks": [action],
        "contributions": {bad: bad},
    }
    made = verification(world, experiment={**LOADED, **more})
    for way in WAYS:
        page = member.get(address(world, "verification", made.pk), {"how": way})
        assert page.status_code == 200
        assert "<script>alert" not in page.content.decode()


@pytest.mark.parametrize("way", ["docker", "kubernetes", "cronjob", "github", "gitlab", "jenkins", "x", "\0"])
def test_each_tab_is_an_address_of_its_own(world: World, member: Client, way: str) -> None:
    made = verification(world)
    page = member.get(address(world, "verification", made.pk), {"how": way})
    assert page.status_code == 200
    assert page.context["way"].key == (way if len(way) > 1 else "terminal")
    assert f'href="?how={page.context["way"].key}#how" aria-current="true"' in page.content.decode()


def test_a_console_that_only_its_machine_can_reach_is_told(world: World, member: Client, settings: Any) -> None:
    settings.PUBLIC_URL = "http://localhost:8000"
    place = address(world, "verification", verification(world).pk)
    assert "RTK_PUBLIC_URL" in member.get(place, {"how": "github"}).content.decode()
    assert "RTK_PUBLIC_URL" not in member.get(place).content.decode()


def test_the_image_of_the_settings_is_named(world: World, member: Client, settings: Any) -> None:
    settings.IMAGE = "registry.acme.example/chaos:1"
    page = member.get(address(world, "verification", verification(world).pk), {"how": "kubernetes"})
    assert "image: registry.acme.example/chaos:1" in page.content.decode()


def test_the_runs_so_far_are_told(world: World, member: Client) -> None:
    made = verification(world)
    failed, under_way = run(made, world.member, "fail", 2), run(made, world.owner, None, 0)
    page = member.get(address(world, "verification", made.pk))
    assert [(each.run, each.badge, each.took_s) for each in page.context["runs"]] == [
        (under_way, "running", None),
        (failed, "fail", 341),
    ]
    text = page.content.decode()
    assert reverse("pages:insight", args=[world.org.slug, world.shop.slug, failed.pk]) in text
    assert "5 min 41 s" in text
    assert "not restored" in text


@pytest.mark.parametrize(("verdicts", "asked_again"), [([], True), (["pass"], False), (["pass", None], True)])
def test_the_runs_are_asked_for_again_while_there_is_something_to_come(
    world: World, member: Client, verdicts: list[str | None], asked_again: bool
) -> None:
    made = verification(world)
    for days, verdict in enumerate(verdicts):
        run(made, world.member, verdict, days)
    place = address(world, "verification", made.pk)
    assert (f'hx-get="{place}" hx-trigger="every 5s"' in member.get(place).content.decode()) == asked_again


def test_many_runs_go_on(world: World, member: Client) -> None:
    made = verification(world)
    for number in range(27):
        run(made, world.member, "pass", 1 + number)
    page = member.get(address(world, "verification", made.pk))
    rest = member.get(address(world, "verification", made.pk) + page.context["next"])
    assert (len(page.context["runs"]), len(rest.context["runs"])) == (25, 2)


def test_without_an_objective_it_says_that_nothing_is_judged(world: World, member: Client) -> None:
    made = verification(world, objective=None)
    text = member.get(address(world, "verification", made.pk)).content.decode()
    assert "No objective: runs are measured, and nothing is judged." in text


def test_pages_need_few_queries(world: World, django_assert_max_num_queries: Any) -> None:
    for number in range(5):
        made = verification(world, f"v{number}")
        for days in range(6):
            run(made, world.member, "pass", days)
    browser = signed_in(world.owner)
    browser.get(address(world, "verifications"))  # what a session's first page does beside
    places = [address(world, name) for name in ("verifications", "import")]
    places += [address(world, name, made.pk) for name in ("verification", "edit-verification")]
    for place in [*places, reverse("pages:org-verifications", args=[world.org.slug])]:
        with django_assert_max_num_queries(10):
            assert browser.get(place).status_code == 200


def sent(page: Any, **typed: str) -> dict[str, str]:
    """What an edit form sends: as it was shown, except for what is typed."""
    form, data = page.context["form"], {}
    for field in form:
        value = field.field.prepare_value(field.value())
        widget = field.field.widget
        parts = widget.decompress(value) if hasattr(widget, "decompress") else None
        data.update({f"{field.name}_{n}": part for n, part in enumerate(parts)} if parts else {field.name: value})
    return {**{key: str(value) for key, value in data.items() if value is not None}, **typed}


def test_an_edit_changes_what_was_typed_and_nothing_else(world: World, member: Client) -> None:
    occurs = {"times": 2, "per": "7d", "lasts": "20m", "allowance": 0.5}
    rules = {"deviated-in-a-row": 4, "budget-spent": 0.25, "max-duration": 9000}
    made = verification(world, stop_when=rules, occurs=occurs, strict_cost=True)
    place = address(world, "edit-verification", made.pk)
    answer = member.post(place, sent(member.get(place), name="Busier", duration_0="40", cool_down_0="30"))
    assert answer["Location"] == address(world, "verification", made.pk)
    before, after = made, Verification.objects.get()
    assert (after.name, after.duration_s, after.cool_down_s) == ("Busier", 2400, 30)
    for same in ("occurs", "strict_cost", "frequency_s", "warm_up_s", "objective_id", "experiment_id", "stop_when"):
        assert getattr(after, same) == getattr(before, same), same


def test_an_objective_can_be_attached_and_detached(world: World, member: Client) -> None:
    made = verification(world)
    other = Objective.objects.create(team=world.shop, name="Other", target=0.9, window_s=3600)
    place = address(world, "edit-verification", made.pk)
    member.post(place, sent(member.get(place), objective=str(other.pk), duration_0="30"))
    assert Verification.objects.get().objective == other
    member.post(place, sent(member.get(place), objective=""))
    assert Verification.objects.get().objective is None
    theirs = Objective.objects.create(team=world.bank, name="Theirs", target=0.9, window_s=3600)
    assert member.post(place, sent(member.get(place), objective=str(theirs.pk))).status_code == 422


def test_an_edit_outside_of_its_limits_is_told_and_stays_typed(world: World, member: Client) -> None:
    made = verification(world)
    place = address(world, "edit-verification", made.pk)
    page = member.post(place, sent(member.get(place), frequency_0="0", name="typed"))
    assert page.status_code == 422
    assert "Give 1 ms to 1 day." in page.content.decode()
    assert 'value="typed"' in page.content.decode()
    without = member.post(place, sent(member.get(place), objective="", budget_spent="50"))
    assert without.status_code == 422
    assert "there is no budget without an objective" in without.content.decode()
    assert Verification.objects.get().name == "Busy"


def test_a_stale_edit_is_told_with_both_versions(world: World, member: Client) -> None:
    made = verification(world)
    place = address(world, "edit-verification", made.pk)
    mine = sent(member.get(place), name="Mine", duration_0="40")
    owner = signed_in(world.owner)
    owner.post(place, sent(owner.get(place), name="Theirs"))
    page = member.post(place, mine)
    text = page.content.decode()
    assert page.status_code == 409
    assert "Somebody else changed this meanwhile" in text
    shown = {each.label: (each.now, each.typed) for each in page.context["form"].differences}
    assert shown == {"Name": ("Theirs", "Mine"), "Under the conditions for": ("5 min", "40 min")}
    assert Verification.objects.get().name == "Theirs"
    again = member.post(place, {**mine, "seen": str(page.context["form"]["seen"].value())})
    assert again.status_code == 302
    assert Verification.objects.get().name == "Mine"


def test_what_is_archived_leaves_the_list_and_comes_back(world: World, member: Client) -> None:
    made = verification(world)
    place = address(world, "archive-verification", made.pk)
    assert member.post(place).status_code == 302
    assert names(member.get(address(world, "verifications"))) == []
    page = member.get(address(world, "verification", made.pk)).content.decode()
    assert "Archived" in page
    assert "Bring back" in page
    member.post(place, {"back": "1"})
    assert names(member.get(address(world, "verifications"))) == ["Busy"]


def test_viewers_see_no_button_and_change_nothing(world: World) -> None:
    made, viewer = verification(world), signed_in(world.viewer)
    page = viewer.get(address(world, "verification", made.pk))
    assert page.status_code == 200
    assert "Archive" not in page.content.decode()
    assert "/edit" not in page.content.decode()
    for name in ("edit-verification", "archive-verification"):
        assert viewer.post(address(world, name, made.pk)).status_code == 403


@pytest.mark.parametrize("name", ["verification", "edit-verification", "archive-verification"])
def test_an_id_of_another_team_or_of_nothing_leads_nowhere(world: World, member: Client, name: str) -> None:
    theirs, deleted = verification(world, "Theirs", world.bank), verification(world, "Deleted")
    Verification.objects.filter(pk=deleted.pk).update(deleted_at=now())
    ask = member.post if name == "archive-verification" else member.get
    for key in (theirs.pk, deleted.pk, UUID(int=7)):
        assert ask(address(world, name, key)).status_code == 404


def test_the_downloaded_file_is_the_verification(world: World, member: Client) -> None:
    made = verification(world)
    document = json.loads(member.get(reverse("verification-file", args=[made.pk])).content)
    assert document["extensions"][0]["verification"]["id"] == str(made.pk)
