"""The pages of objectives: made by a form, listed with what is spent, changed, archived."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from rtk.console.store.models import Objective, Verification
from rtk.console.store.verifications import document_of
from rtk.experiment.block import plan_of
from rtk.experiment.check import validate
from tests.conftest import Home
from tests.console.pages.asked import MOST, asked
from tests.console.pages.insights.made import browser_of, ended, text_of
from tests.console.people.world import World, signed_in
from tests.targets import Target

LIST = "/acme/shop/objectives"
HOSTILE = "<script>alert(1)</script>"
TYPED = {
    "once": str(uuid4()),
    "name": "Checkout answers in time",
    "description": "People leave when it does not.",
    "tags": "service:api, shop",
    "target": "95",
    "window": "1",
    "unit": "86400",
    "measure": "time",
    "url": "https://shop.example/checkout",
    "within": "500",
}


def typed(**changed: str) -> dict[str, str]:
    return {**TYPED, "once": str(uuid4()), **changed}


@pytest.fixture
def browser(world: World) -> Client:
    return browser_of(world)


def made(browser: Client, **changed: str) -> Objective:
    """An objective made by the form."""
    answer = browser.post(f"{LIST}/new", typed(**changed))
    assert answer.status_code == 302, answer.content.decode()
    return Objective.objects.latest("created_at")


def test_an_empty_list_says_what_an_objective_is_and_how_to_make_one(world: World, browser: Client) -> None:
    page = text_of(browser, LIST)
    assert "No objectives yet" in page
    assert f'href="{LIST}/new"' in page
    seen = text_of(signed_in(world.viewer), LIST)
    assert "No objectives yet" in seen
    assert f'href="{LIST}/new"' not in seen


def test_an_objective_is_made_and_told_in_words(browser: Client) -> None:
    objective = made(browser)
    assert (objective.target, objective.window_s, objective.tags) == (0.95, 86_400.0, ["service:api", "shop"])
    page = text_of(browser, f"{LIST}/{objective.id}")
    assert "<strong>95 %</strong> of measurements are good over <strong>1 day</strong>" in page
    assert "In any 1 day, 72 min may be bad." in page
    assert "https://shop.example/checkout answers within 500 ms" in page
    assert "No run deviated in this window." in page
    assert "No run measured anything in this window." in page
    assert "0 %" not in page
    assert "Counts verification runs only, not production traffic." in page


def test_a_share_and_a_window_are_kept_exactly(browser: Client) -> None:
    objective = made(browser, target="99.95", window="4", unit="604800")
    assert (objective.target, objective.window_s) == (0.9995, 28 * 86_400.0)


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("name", "", "required"),
        ("name", "x" * 501, "at most 500"),
        ("target", "0", "above 0 and below 100"),
        ("target", "100", "above 0 and below 100"),
        ("target", "ninety", "number"),
        ("window", "0", "greater than or equal to 1"),
        ("window", "367", "at most 366 days"),
        ("unit", "7", "valid choice"),
        ("measure", "guess", "valid choice"),
        ("url", "", "required"),
        ("url", "javascript:alert(1)", "Give an address such as"),
        ("url", "https://", "Give an address such as"),
        ("url", "http://[::1", "Give an address such as"),
        ("within", "", "required"),
        ("within", "0", "greater than or equal to 1"),
        ("tags", ",".join(f"t{n}" for n in range(51)), "at most 50"),
        ("tags", "t" * 201, "at most 200"),
    ],
)
def test_what_is_wrong_is_told_beside_the_field_and_what_was_typed_stays(
    browser: Client, field: str, value: str, why: str
) -> None:
    answer = browser.post(f"{LIST}/new", typed(**{field: value}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in page
    assert why in page
    assert "People leave when it does not." in page
    assert not Objective.objects.exists()


@pytest.mark.parametrize(
    ("lowest", "highest", "field"),
    [("", "", "lowest"), ("99", "", "lowest"), ("200", "600", "highest"), ("300", "200", "highest")],
)
def test_a_status_has_its_limits(browser: Client, lowest: str, highest: str, field: str) -> None:
    answer = browser.post(f"{LIST}/new", typed(measure="status", lowest=lowest, highest=highest))
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()


def test_a_form_that_is_sent_twice_makes_one_objective(browser: Client) -> None:
    sent = typed(verify="1")
    first, second = (browser.post(f"{LIST}/new", sent)["Location"] for _ in range(2))
    assert first == second
    assert (Objective.objects.count(), Verification.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("measure", "func", "tolerance"),
    [
        ({"within": "500"}, "time_http_call", ("response_time_under", {"duration": 500})),
        ({"measure": "status", "lowest": "200"}, "read_http_status_code", ("status_must_be", {"expected": 200})),
        (
            {"measure": "status", "lowest": "200", "highest": "299"},
            "read_http_status_code",
            ("status_in_range", {"lower": 200, "upper": 299}),
        ),
    ],
)
def test_create_and_verify_it_makes_a_verification_that_can_be_run(
    browser: Client, measure: dict[str, str], func: str, tolerance: tuple[str, dict[str, Any]]
) -> None:
    answer = browser.post(f"{LIST}/new", typed(verify="1", **measure))
    verification = Verification.objects.select_related("experiment__team", "objective").get()
    assert answer["Location"] == f"/acme/shop/verifications/{verification.id}"
    document = document_of(verification)
    validate(document)
    plan = plan_of(document)
    assert plan.objective is not None
    assert (plan.objective.target, plan.objective.window_s) == (0.95, 86_400.0)
    assert (plan.frequency_s, plan.duration_s, plan.warm_up_s, plan.cool_down_s) == (5.0, 900.0, 0.0, 0.0)
    assert verification.objective
    assert document["method"] == document["rollbacks"] == []
    (probe,) = document["steady-state-hypothesis"]["probes"]
    assert probe == verification.objective.measure
    assert probe["provider"]["func"] == func
    assert (probe["tolerance"]["provider"]["func"], probe["tolerance"]["provider"]["arguments"]) == tolerance


def test_what_create_and_verify_it_made_is_measured_by_the_real_command(
    browser: Client, home: Home, target: Callable[[Callable[[int], float]], Target]
) -> None:
    server = target(lambda number: 0.01 if number < 4 else 0.3)
    made(browser, verify="1", url=server.url, within="150")
    document = document_of(Verification.objects.select_related("experiment__team", "objective").get())
    ended = home.verify("--every", "100ms", "--for", "1s", home.write("verification.json", document))
    assert (ended.code, "Verdict: fail" in ended.out) == (2, True), ended.out
    outcomes = [each["steady_state_met"] for each in home.journal()["steady_states"]["during"]]
    assert (len(outcomes), set(outcomes)) == (10, {True, False})


def test_the_list_tells_what_runs_spent_in_the_window(world: World, browser: Client) -> None:
    run = ended(world, ["deviated"] * 4 + ["met"] * 26)
    page = text_of(browser, LIST)
    assert "0.93 %" in page
    assert "40 s of 72 min" in page
    assert "Last result: " in page
    detail = text_of(browser, f"{LIST}/{run.verification.objective_id}")
    assert f'href="/acme/shop/insights/{run.id}"' in detail
    assert f'href="/acme/shop/verifications/{run.verification_id}"' in detail
    assert 'Remaining</dt><dd class="col-7">71 min 20 s' in detail


def test_the_list_is_filtered_by_text_tag_and_archived(browser: Client) -> None:
    made(browser, name="Search is fast", tags="search")
    made(browser, name="Checkout answers")
    assert "Search is fast" in text_of(browser, f"{LIST}?q=SEARCH")
    assert "Checkout answers" not in text_of(browser, f"{LIST}?q=SEARCH")
    assert "Search is fast" not in text_of(browser, f"{LIST}?tag=shop")
    assert "No objective fits" in text_of(browser, f"{LIST}?q=100%25_%00")
    assert "No objective fits" in text_of(browser, f"{LIST}?archived=1")


def test_a_long_list_goes_on_on_another_page(world: World, browser: Client) -> None:
    Objective.objects.bulk_create(
        Objective(team=world.shop, name=f"Objective {n:02}", target=0.9, window_s=60) for n in range(30)
    )
    first = browser.get(LIST)
    following = first.context["next"]
    assert f'href="{following}"' in first.content.decode()
    rows = [row.objective.name for page in (first, browser.get(LIST + following)) for row in page.context["rows"]]
    assert (len(rows), len(set(rows))) == (30, 30)
    assert browser.get(f"{LIST}?before=nonsense").status_code == 200


def test_an_objective_is_changed(browser: Client) -> None:
    objective = made(browser)
    path = f"{LIST}/{objective.id}/edit"
    form = browser.get(path).context["form"]
    assert 'value="95"' in browser.get(path).content.decode()
    sent = {**TYPED, "seen": str(form["seen"].value()), "target": "99", "within": "250"}
    assert browser.post(path, sent)["Location"] == f"{LIST}/{objective.id}"
    objective.refresh_from_db()
    assert objective.target == 0.99
    assert objective.measure["tolerance"]["provider"]["arguments"] == {"duration": 250}


def test_a_stale_edit_is_told_with_both_versions(browser: Client) -> None:
    objective = made(browser)
    path = f"{LIST}/{objective.id}/edit"
    seen = str(browser.get(path).context["form"]["seen"].value())
    Objective.objects.update(name="Theirs")
    answer = browser.post(path, {**TYPED, "name": "Mine", "seen": seen})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Theirs" in page
    assert 'value="Mine"' in page
    assert Objective.objects.get().name == "Theirs"
    again = str(answer.context["form"]["seen"].value())
    assert browser.post(path, {**TYPED, "name": "Mine", "seen": again}).status_code == 302
    assert Objective.objects.get().name == "Mine"


def test_a_measure_that_no_form_knows_stays_as_it_is(world: World, browser: Client) -> None:
    measure = {"type": "probe", "name": "error-rate", "tolerance": [0, 1], "provider": {"type": "process", "path": "x"}}
    Objective.objects.create(team=world.shop, name="Errors are few", target=0.9, window_s=90.0, measure=measure)
    objective = Objective.objects.get()
    path = f"{LIST}/{objective.id}/edit"
    form = browser.get(path).context["form"]
    shown = {field.name: form[field.name].value() for field in form}
    sent = {key: "" if value is None else value for key, value in shown.items()}
    assert browser.post(path, {**sent, "tags": "", "name": "Few errors"}).status_code == 302
    objective.refresh_from_db()
    assert (objective.name, objective.window_s, objective.measure) == ("Few errors", 90.0, measure)
    assert "error-rate, met when it exits with 0 or 1" in text_of(browser, LIST)


def test_an_objective_is_archived_and_brought_back(browser: Client) -> None:
    objective = made(browser)
    path = f"{LIST}/{objective.id}"
    browser.post(f"{path}/archive")
    assert "No objectives yet" in text_of(browser, LIST)
    assert objective.name in text_of(browser, f"{LIST}?archived=1")
    assert "Bring back" in text_of(browser, path)
    browser.post(f"{path}/archive", {"back": "1"})
    assert objective.name in text_of(browser, LIST)


def test_hostile_names_are_only_text(browser: Client) -> None:
    objective = made(browser, name=HOSTILE, description=HOSTILE, tags=HOSTILE)
    for path in (LIST, f"{LIST}/{objective.id}", f"{LIST}/{objective.id}/edit", f"{LIST}?q={HOSTILE}&tag={HOSTILE}"):
        page = browser.get(path).content.decode()
        assert HOSTILE not in page
        assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(
    "measure", [{}, {"name": 3}, {"name": "x", "tolerance": {"type": "range", "range": 3}}, {"a": [1]}]
)
def test_whatever_measure_the_api_was_given_is_shown(world: World, browser: Client, measure: dict[str, Any]) -> None:
    objective = Objective.objects.create(team=world.shop, name="Odd", target=0.5, measure=measure)
    assert "Without a window there is no budget" in text_of(browser, f"{LIST}/{objective.id}")
    assert "no runs" in text_of(browser, LIST)
    assert browser.get(f"{LIST}/{objective.id}/edit").status_code == 200


def test_pages_of_objectives_ask_few_questions(world: World, browser: Client) -> None:
    run = ended(world, ["deviated", "met"])
    ended(world, ["met"])
    for path in (LIST, f"{LIST}/{run.verification.objective_id}", f"{LIST}/new"):
        assert asked(browser, path) <= MOST, path
