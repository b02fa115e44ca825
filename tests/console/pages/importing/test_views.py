"""Import Experiment, seen in the page: from a file to a verification."""

import json
import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from rtk.console.store.models import Event, Experiment, Objective, Verification
from tests.console.people.world import World, signed_in

TUTORIAL = Path(__file__).parents[3] / "tutorial"
LOADED = TUTORIAL / "experiment-ec2-responds-processor-load.json"
FILLED: dict[str, str] = {
    "attach": "new",
    "objective_name": "It answers",
    "name": "It answers while busy",
    "target": "95",
    "window_0": "1",
    "window_1": "d",
    "frequency_0": "10",
    "frequency_1": "s",
    "duration_0": "30",
    "duration_1": "min",
    "warm_up_0": "1",
    "warm_up_1": "min",
    "cool_down_0": "1",
    "cool_down_1": "min",
}


def looked_at(member: Client, address: str, source: str | bytes | Path, **more: Any) -> Any:
    """The page after looking at a text, or at a file; `more` is what the form held besides."""
    if isinstance(source, Path):
        more["file"] = SimpleUploadedFile(source.name, source.read_bytes())
    elif isinstance(source, bytes):
        more["file"] = SimpleUploadedFile("experiment.json", source)
    else:
        more["source"] = source
    return member.post(address, {**more, "do": "look"})


def field(page: Any, name: str) -> str:
    """What a field of the page's form holds."""
    return str(page.context["form"][name].value())


def create(member: Client, address: str, **more: Any) -> Any:
    sent = {"do": "create", "source": LOADED.read_text(), "once": str(uuid4()), **FILLED, **more}
    return member.post(address, {key: value for key, value in sent.items() if value is not None})


def test_the_empty_page_says_what_the_later_steps_wait_for(member: Client, address: str) -> None:
    page = member.get(address)
    assert page.status_code == 200
    assert page.content.decode().count("Waits for an experiment: choose one in step 1.") == 3


def test_the_tutorials_experiment_is_imported_as_it_is_published(member: Client, address: str) -> None:
    page = looked_at(member, address, LOADED)
    assert page.status_code == 200
    assert field(page, "objective_name") == "EC2 instance should respond within 6 seconds"
    named = "Expect a quick response from a request to a server on an  EC2 instance when the processor is loaded"
    assert field(page, "name") == named
    text = page.content.decode()
    for part in ("http-response-time", "inject-cpu", "Stop SSM run command", "ENDPOINT_URL", "INSTANCE_ID", "awscli"):
        assert part in text
    assert re.search(r"lines 59 to \d+: each raw line break inside a text was read as one space", text)
    assert "reads the file CommandId.info" in text


@pytest.mark.parametrize("name", sorted(path.name for path in TUTORIAL.glob("*.json")))
def test_each_file_of_the_tutorial_becomes_a_verification(member: Client, address: str, name: str) -> None:
    page = looked_at(member, address, TUTORIAL / name)
    sent = {**page.context["form"].data.dict(), "do": "create-anyway"}
    assert member.post(address, sent).status_code == 302
    made = Verification.objects.get()
    own = (10, 300) if name.startswith("verification") else (5, 900)
    assert (made.frequency_s, made.duration_s, made.warm_up_s, made.cool_down_s) == (*own, 60, 60)
    assert made.objective
    assert (made.objective.target, made.objective.window_s) == (0.95, 86_400)


def test_the_numbers_of_a_verification_file_are_proposed(member: Client, address: str) -> None:
    block = {
        "frequency-of-measurement": 2.5,
        "duration-of-conditions": 5400,
        "cool-down-duration": 30,
        "objective": {"name": "The shop answers", "target": 0.999, "window": "30d"},
        "stop-when": {"deviated-in-a-row": 5, "budget-spent": 0.5},
        "occurs": "0.5/7d,20m,10%",
        "strict-cost": True,
    }
    document = {**small(), "extensions": [{"name": "chaosiq", "verification": block}]}
    page = looked_at(member, address, json.dumps(document))
    data = page.context["form"].data
    shown = [data[key] for key in ("frequency_0", "frequency_1", "duration_0", "duration_1", "warm_up_0", "target")]
    assert shown == ["2.5", "s", "90", "min", "1", "99.9"]
    assert [data[key] for key in ("cool_down_0", "window_0", "window_1")] == ["30", "30", "d"]
    assert [data[key] for key in ("deviated_in_a_row", "budget_spent", "objective_name")] == [
        "5",
        "50",
        "The shop answers",
    ]
    assert [data[f"occurs_{key}"] for key in ("times", "per_0", "per_1", "lasts_0", "lasts_1", "allowance")] == [
        *("0.5", "7", "d", "20", "min", "10"),
    ]
    assert member.post(address, {**data.dict(), "do": "create-anyway"}).status_code == 302
    made = Verification.objects.get()
    assert (made.occurs, made.strict_cost) == ({"times": 0.5, "per": "7d", "lasts": "20m", "allowance": 0.1}, True)


def test_a_block_that_cannot_be_read_is_told_and_the_usual_is_proposed(member: Client, address: str) -> None:
    document = {**small(), "extensions": [{"name": "chaosiq", "verification": {"frequency": 3}}]}
    page = looked_at(member, address, json.dumps(document))
    assert "the usual numbers are proposed instead" in page.content.decode()
    assert page.context["form"].data["frequency_0"] == "5"


def test_what_was_typed_stays_when_another_file_is_looked_at(member: Client, address: str) -> None:
    first = looked_at(member, address, json.dumps(small()))
    sent = {**first.context["form"].data.dict(), "name": "typed by hand", "target": "99"}
    del sent["source"]
    second = looked_at(member, address, json.dumps({**small(), "title": "Another"}), **sent)
    assert field(second, "name") == "typed by hand"
    assert field(second, "target") == "99"
    third = looked_at(member, address, json.dumps({**small(), "title": "Another"}), **{**sent, "name": "Answers"})
    assert field(third, "name") == "Another"


def test_what_cannot_be_read_is_told_with_its_place_and_nothing_typed_is_lost(member: Client, address: str) -> None:
    broken = '{\n  "title": "x",\n  "method" []\n}'
    page = looked_at(member, address, broken, **{**FILLED, "name": "typed by hand"})
    text = page.content.decode()
    assert page.status_code == 422
    assert "line 3 column 12: expected a colon after the name" in text
    assert "3    &quot;method&quot; []\n                  ^" in text.replace("    3", "3")
    assert page.context["source"] == broken
    assert field(page, "name") == "typed by hand"


def test_creating_makes_experiment_objective_and_verification_and_leads_there(
    member: Client, address: str, world: World
) -> None:
    answer = create(
        member, address, deviated_in_a_row="3", budget_spent="50", max_duration_0="40", max_duration_1="min"
    )
    made = Verification.objects.select_related("objective", "experiment").get()
    assert answer["Location"] == reverse("pages:verification", args=[world.org.slug, world.shop.slug, made.pk])
    assert (made.name, made.frequency_s, made.duration_s) == ("It answers while busy", 10, 1800)
    assert (made.warm_up_s, made.cool_down_s) == (60, 60)
    assert made.stop_when == {"deviated-in-a-row": 3, "budget-spent": 0.5, "max-duration": 2400}
    assert made.objective is not None
    assert (made.objective.name, made.objective.target, made.objective.window_s) == ("It answers", 0.95, 86_400)
    assert made.experiment.tags == made.objective.tags == ["response-time"]
    assert made.created_by == world.member
    kinds = set(Event.objects.values_list("kind", flat=True))
    assert kinds == {"experiment.imported", "objective.created", "verification.created"}


def test_a_form_sent_twice_makes_one_of_each(member: Client, address: str) -> None:
    once = str(uuid4())
    first, second = (create(member, address, once=once) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert [model.objects.count() for model in (Verification, Objective, Experiment)] == [1, 1, 1]


def test_five_megabytes_are_imported_as_quickly_as_they_come(member: Client, address: str) -> None:
    source = json.dumps({**small(), "description": "x" * 5_000_000})
    began = time.process_time()
    assert looked_at(member, address, source).status_code == 200
    assert create(member, address, source=source).status_code == 302
    assert time.process_time() - began < 10


def test_an_experiment_that_was_imported_before_is_told_so(member: Client, address: str, world: World) -> None:
    assert "was imported before" not in looked_at(member, address, LOADED).content.decode()
    place = create(member, address)["Location"]
    text = looked_at(member, address, LOADED).content.decode()
    assert "The same experiment was imported before" in text
    assert f'href="{place}"' in text
    theirs = address.replace("/shop/", "/bank/")
    assert "was imported before" not in looked_at(signed_in(world.owner), theirs, LOADED).content.decode()


def test_nothing_is_made_when_a_part_is_refused(member: Client, address: str) -> None:
    page = create(member, address, budget_spent="50", attach="existing", objective=str(windowless()))
    assert page.status_code == 422
    assert "there is no budget without an objective and its window" in page.content.decode()
    assert not Verification.objects.exists()
    assert not Experiment.objects.exists()


def windowless() -> Any:
    from rtk.console.people.models import Team

    return Objective.objects.create(team=Team.objects.get(slug="shop"), name="o", target=0.9, window_s=None).pk


def test_it_can_be_attached_to_an_objective_that_there_is(member: Client, address: str, world: World) -> None:
    objective = Objective.objects.create(team=world.shop, name="Promised", target=0.7, window_s=3600)
    answer = create(member, address, attach="existing", objective=str(objective.pk), target="", objective_name="")
    assert answer.status_code == 302
    assert Verification.objects.get().objective == objective
    assert Objective.objects.count() == 1


def test_what_is_not_used_cannot_be_wrong(member: Client, address: str, world: World) -> None:
    objective = Objective.objects.create(team=world.shop, name="Promised", target=0.7, window_s=3600)
    chosen = {"attach": "existing", "objective": str(objective.pk)}
    assert create(member, address, **chosen, target="x", window_0="-1", objective_name="").status_code == 302
    assert create(member, address, objective="x").status_code == 302


def test_an_objective_can_be_named_in_the_address(member: Client, address: str, world: World) -> None:
    objective = Objective.objects.create(team=world.shop, name="Promised", target=0.7, window_s=3600)
    page = looked_at(member, f"{address}?{urlencode({'objective': objective.pk})}", json.dumps(small()))
    assert (field(page, "attach"), field(page, "objective")) == ("existing", str(objective.pk))
    assert "Promised: 70 % over 1 h" in page.content.decode()


def test_an_objective_of_another_team_is_none(member: Client, address: str, world: World) -> None:
    theirs = Objective.objects.create(team=world.bank, name="Theirs", target=0.7, window_s=3600)
    page = create(member, address, attach="existing", objective=str(theirs.pk))
    assert page.status_code == 422
    assert "Theirs" not in page.content.decode()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("frequency_0", "0", "Give 1 ms to 1 day."),
        ("frequency_0", "x", "Enter a number."),
        ("frequency_0", "1e999", "Ensure that there are no more than"),
        ("frequency_0", "nan", "Enter a number."),
        ("frequency_0", "", "Give a number."),
        ("duration_0", "44000", "Give 0 to 30 days."),
        ("duration_1", "years", "Select a valid choice"),
        ("warm_up_0", "-1", "Give 0 to 30 days."),
        ("target", "100", "Give a number above 0 and below 100."),
        ("target", "0", "Give a number above 0 and below 100."),
        ("target", "", "This field is required."),
        ("window_0", "0", "Give 1 s to 366 days."),
        ("window_0", "", "Give a number."),
        ("name", " ", "This field is required."),
        ("name", "x" * 501, "at most 500 characters"),
        ("name", "a\0b", "Null characters are not allowed."),
        ("objective_name", "", "This field is required."),
        ("deviated_in_a_row", "0", "greater than or equal to 1"),
        ("budget_spent", "101", "Give a number above 0 and at most 100."),
        ("objective", "x", "is not a valid UUID"),
        ("objective", "", "Choose an objective, or make a new one."),
    ],
)
def test_a_field_outside_of_its_limits_is_told_beside_it(
    member: Client, address: str, name: str, value: str, told: str
) -> None:
    more = {"attach": "existing"} if name == "objective" else {}
    page = create(member, address, **{name: value, **more})
    assert page.status_code == 422
    assert told in page.content.decode()
    assert page.context["form"].data[name] == value
    assert not Verification.objects.exists()


def test_more_measurements_than_can_be_kept_are_refused(member: Client, address: str) -> None:
    page = create(member, address, frequency_0="0.001", duration_0="20", duration_1="h")
    assert "These are 72,120,000 measurements; at most 10,000,000 are possible." in page.content.decode()


def test_names_and_warnings_are_inert(member: Client, address: str) -> None:
    bad = "<script>alert(1)</script>"
    document = small()
    document["title"] = document["steady-state-hypothesis"]["title"] = bad
    document["steady-state-hypothesis"]["probes"][0]["name"] = bad
    document["method"] = [{"type": "action", "name": bad, "provider": {"type": "process", "path": bad}}]
    document["configuration"] = {bad: {"type": "env", "key": f"A;{bad}"}}
    text = looked_at(member, address, json.dumps(document)).content.decode()
    assert bad not in text
    assert "No shell can set the environment variable" in text


def test_viewers_may_not_import(world: World, address: str) -> None:
    assert signed_in(world.viewer).get(address).status_code == 403
    assert create(signed_in(world.viewer), address).status_code == 403
    assert create(signed_in(world.banker), address).status_code == 404
    assert not Verification.objects.exists()


def test_the_plan_line_says_what_the_plan_can_prove(member: Client, address: str) -> None:
    short = {**FILLED, "duration_0": "5"}
    text = member.get(f"{address}/plan?{urlencode(short)}").content.decode()
    assert "30 measurements under the conditions, one every 10 s, and 6 before and 6 after." in text
    assert "30 clean measurements prove 78.6 %; 168 (28 min) would prove 95 %." in text
    assert "At worst, with every measurement deviating (7 min), it spends 9.7 % of the budget." in text
    without = member.get(f"{address}/plan?{urlencode({**short, 'warm_up_0': ''})}").content.decode()
    assert "without a baseline no cause can be shown" in without


def test_the_plan_line_waits_for_what_it_needs(member: Client, address: str) -> None:
    for query in ("", "frequency_0=x&frequency_1=s", "frequency_0=0.001&frequency_1=s&duration_0=30&duration_1=d"):
        answer = member.get(f"{address}/plan?{query}")
        assert answer.status_code == 200
        assert "Give a target, a frequency and a duration" in answer.content.decode()


def test_the_plan_line_reads_an_objective_that_there_is(member: Client, address: str, world: World) -> None:
    objective = Objective.objects.create(team=world.shop, name="Promised", target=0.7, window_s=3600)
    query = urlencode({**FILLED, "attach": "existing", "objective": objective.pk, "target": "99.9"})
    assert "prove 95.3 % at best" in member.get(f"{address}/plan?{query}").content.decode()


def small() -> dict[str, Any]:
    """An experiment that is not much."""
    return {
        "title": "Answers",
        "description": "It answers",
        "steady-state-hypothesis": {
            "title": "It answers 200",
            "probes": [
                {
                    "type": "probe",
                    "name": "answers",
                    "tolerance": 200,
                    "provider": {"type": "http", "url": "http://localhost", "timeout": 3},
                }
            ],
        },
        "method": [],
        "rollbacks": [],
    }
