"""The published run, told by a client of 2020 as it was then: its page says what the page of 2020 could not."""

from pathlib import Path

from rtk.experiment.read import document as read_document
from tests.console.api.old import Old, ended
from tests.console.live import Live
from tests.console.pages.insights.made import numbers, text_of
from tests.console.people.world import signed_in

TUTORIAL = Path(__file__).parents[3] / "tutorial" / "verification-ec2-responds-processor-load.json"
DEVIATING = (4, 8, 14, 19)
NO_BASELINE = "There is no baseline, so the condition cannot be told apart from the system&#x27;s ordinary behaviour"


def published(live: Live) -> str:
    """The address of its page."""
    document, _ = read_document(TUTORIAL.read_bytes(), TUTORIAL.name)
    machine = live.machine()
    promise = {"name": "EC2 instance should respond within 6 seconds", "target": 0.95, "window": 86400}
    form = {"name": document["title"], "experiment": document, "frequency": 10, "duration": 300, "objective": promise}
    made = machine("POST", f"{live.team}/verifications", json=form)
    assert made.status_code == 201, made.text
    old = Old(live, machine, {**document, "extensions": []})
    old.ids["verification_id"] = made.json()["id"]
    old.journal_values = {"run": [ended("inject-cpu-load")], "rollbacks": [ended("Stop SSM run command")]}
    samples = ((i, i not in DEVIATING, 6.055 if i in DEVIATING else 3.065) for i in range(1, 21))
    old.play("verify 0.10", samples, frequency=10.0)
    return f"/acme/shop/insights/{old.ids['run_id']}"


def test_the_page_of_the_published_run(site: Live) -> None:
    text = text_of(signed_in(site.world.member), published(site))
    shown = numbers(text)
    assert [shown[name] for name in ("met", "deviated", "missed", "coverage")] == ["16", "4", "10", "66.7 %"]
    assert [shown[name] for name in ("budget_spent", "burn_rate")] == ["0.93 %", "4.0 ×"]
    assert "</svg> fail</span>" in text
    assert "16 of 20 measurements were good in this run: allowing for chance, at most 92.9 % of its time" in text
    assert "does not depend on how long outages last" in text
    assert "would be good" not in text, "a fail repeats no bound"
    assert NO_BASELINE in text
    assert "Unknown" in text
    assert "Observed impact: 11.73 %. Why this is not the budget" in text
    assert "40 s of bad time in a run of 5 min 41 s is 11.73 %." in text
    assert "Do not compare it with the 5 % that may deviate" in text
    assert "The budget is 5 % of 1 day, 72 min; of that this run spent 0.93 %." in text
    assert "108 <span" in text
    assert "6 h <span" in text
    assert "Told by a client of 2020" in text
    assert "1 rollback succeeded." in text
