"""What notifications say."""

import json
from datetime import timedelta

import pytest
from django.utils.timezone import now

from rtk.console.notify.message import message_of
from rtk.console.store.models import Experiment, Run
from tests.console.notify.told import NOT_UNDONE, notification, recipient, recorded
from tests.console.people.world import World


def test_an_end_is_told_with_its_verdict(world: World, run: Run) -> None:
    recorded(run, state="ended", ended_at=now(), status="completed")
    message = message_of(notification(recipient(world), "run.ended", run))
    body = json.loads(message.body)
    assert (body["event"], body["id"]) == ("run.ended", str(message.id))
    assert (body["team"]["name"], body["organization"]["name"]) == ("Shop", "Acme")
    told = body["run"]
    assert (told["id"], told["state"], told["status"]) == (str(run.id), "ended", "completed")
    assert told["verdict"] == "inconclusive"
    assert told["verification"] == {"id": str(run.verification_id), "name": run.verification.name}
    assert message.subject == body["summary"] == f"{run.verification.name}: inconclusive"
    assert message.text.startswith(told["headline"])
    assert "Team: Acme / Shop" in message.text


def test_the_address_of_a_run_leads_to_it(world: World, run: Run) -> None:
    from tests.console.people.world import signed_in

    told = json.loads(message_of(notification(recipient(world), "run.ended", run)).body)["run"]
    for key, path in (("url", f"insights/{run.id}"), ("execution_url", f"executions/{run.execution_id}")):
        assert told[key] == f"http://localhost:8000/acme/shop/{path}"
        assert signed_in(world.viewer).get(f"/acme/shop/{path}").status_code == 200


def test_what_is_not_undone_is_told_with_its_reason(world: World, run: Run) -> None:
    recorded(run, NOT_UNDONE, state="ended", ended_at=now())
    message = message_of(notification(recipient(world), "run.not-restored", run))
    assert message.subject == f"{run.verification.name}: not restored"
    assert '- The rollback "stop-cpu" failed after 3 tries: it exited with 1.' in message.text
    told = json.loads(message.body)["run"]
    assert (told["restored"], len(told["not_restored"])) == (False, 1)


def test_lost_contact_is_told_with_when_the_run_was_heard_of(world: World, run: Run) -> None:
    Run.objects.filter(id=run.id).update(heard_at=now() - timedelta(seconds=40))
    run.refresh_from_db()
    message = message_of(notification(recipient(world), "run.lost-contact", run))
    assert message.subject.endswith(": lost contact")
    assert run.heard_at.isoformat() in message.text
    assert "its state is: lost contact" in message.text


def test_a_test_is_of_no_run(world: World) -> None:
    message = message_of(notification(recipient(world), "test"))
    assert json.loads(message.body)["run"] is None
    assert message.subject == "A test of notifications"


@pytest.mark.parametrize("title", ["two\nlines\tof it", "half a \ud800 character"])
def test_a_title_that_is_none_can_be_told(world: World, run: Run, title: str) -> None:
    of = run.verification
    of.name = title
    Experiment.objects.filter(id=run.experiment_id).update(title="x")
    told = notification(recipient(world), "run.ended", run)
    told.run.verification = of  # type: ignore[union-attr]  # it has a run
    message = message_of(told)
    assert "\n" not in message.subject
    assert message.subject.encode()
    assert json.loads(message.body)


def test_a_run_whose_gate_was_not_met_is_called_not_begun(world: World, run: Run) -> None:
    Run.objects.filter(id=run.id).update(state="ended", status="failed", ended_at=now())
    run.refresh_from_db()
    assert message_of(notification(recipient(world), "run.ended", run)).subject.endswith(": not begun")
