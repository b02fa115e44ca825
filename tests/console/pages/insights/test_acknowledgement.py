"""What was done and undone, and what people do about a run that is not restored."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from rtk.console.people.models import AuditEntry
from rtk.console.store.models import Run
from tests.console.live import EXPERIMENT, whole_record
from tests.console.pages.insights.made import (
    NOT_UNDONE,
    UNDOING,
    a_run,
    browser_of,
    ended,
    page,
    path_of,
    text_of,
    told,
)
from tests.console.people.world import World

HOSTILE = "<script>alert(1)</script>"


def test_what_is_not_restored_is_told_with_the_command_to_run(world: World) -> None:
    text = page(world, ended(world, more=NOT_UNDONE))
    assert 'class="card alarm" role="alert"' in text
    assert "The rollback &quot;stop-cpu&quot; failed after 3 tries: it exited with 1. Run by hand:" in text
    assert ">pkill stress<" in text
    assert "chaos recover" not in text


def test_rollbacks_that_were_never_played_can_still_be(world: World) -> None:
    run = a_run(world)
    record = whole_record(str(run.id), ["met"] * 5)
    undo = [{"type": "action", "name": "stop-cpu", "provider": {"type": "process", "path": "true"}}]
    told(run, [{**record[0], "experiment": {**EXPERIMENT, "rollbacks": undo}}, *record[1:-1]])
    long_ago = now() - timedelta(days=2)
    Run.objects.filter(id=run.id).update(heard_at=long_ago, due_at=long_ago, state="abandoned")
    assert ">chaos recover<" in page(world, run)


def test_proofs_stand_beside_what_they_prove(world: World) -> None:
    proof = {"kind": "proof", "role": "condition", "index": 0, "name": "inject-cpu"}
    shown = {**proof, "t": 5.0, "proves": "effect", "missing": None}
    gone = {**proof, "t": 330.0, "role": "rollback", "proves": "restored", "missing": "the load is still 9"}
    text = page(world, ended(world, more=[shown, *UNDOING, gone]))
    assert '✓ took effect</span> <span class="text-quiet">at 0:05' in text
    assert "is not gone: the load is still 9" in text


def test_the_part_about_undoing_comes_alone(world: World) -> None:
    text = text_of(browser_of(world), f"{path_of(ended(world, more=UNDOING))}?fragment=undone")
    assert text.startswith("<div")
    assert "stop-cpu" in text


def test_an_acknowledgement_is_kept_with_who_and_why_and_audited(world: World) -> None:
    run = ended(world, more=NOT_UNDONE)
    answer = browser_of(world).post(f"{path_of(run)}/acknowledge", {"note": f"by hand {HOSTILE}"})
    assert (answer.status_code, answer["Location"]) == (302, path_of(run))
    text = page(world, run, "viewer")
    assert "by Mary: by hand &lt;script&gt;" in text
    assert "<textarea" not in text
    entry = AuditEntry.objects.get(action="run.acknowledged")
    assert (entry.actor, entry.detail["run"]) == (world.member, str(run.id))


def test_the_first_acknowledgement_stays(world: World) -> None:
    run = ended(world, more=NOT_UNDONE)
    for note in ("first", "second"):
        browser_of(world).post(f"{path_of(run)}/acknowledge", {"note": note})
    run.refresh_from_db()
    assert run.note == "first"
    assert AuditEntry.objects.filter(action="run.acknowledged").count() == 1


@pytest.mark.parametrize(("note", "why"), [("", "Say what was done about it."), ("x" * 1_001, "at most 1000")])
def test_a_note_that_cannot_be_is_told_beside_its_field_and_stays(world: World, note: str, why: str) -> None:
    run = ended(world, more=NOT_UNDONE)
    answer = browser_of(world).post(f"{path_of(run)}/acknowledge", {"note": note})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert why in text
    assert note in text
    run.refresh_from_db()
    assert run.acknowledged_at is None


def test_whoever_only_looks_sees_no_button(world: World) -> None:
    text = page(world, ended(world, more=NOT_UNDONE), "viewer")
    assert "A member of Shop can acknowledge this." in text
    assert "/acknowledge" not in text
