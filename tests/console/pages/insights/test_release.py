"""What a run holds, on its page: shown once the run is over, and released there by who may."""

from rtk.console.people.models import AuditEntry
from rtk.console.store import holds
from rtk.console.store.models import Hold, Run
from rtk.console.store.verifications import document_of
from rtk.verify.systems import declared
from tests.console.pages.insights.made import NOT_UNDONE, ended, text_of
from tests.console.people.world import World, signed_in


def holding(world: World) -> Run:
    """A run that was not restored, and holds what it acts on."""
    run = ended(world, more=NOT_UNDONE)
    systems = [declared("the shop", "the shop").as_dict()]
    Hold.objects.create(run_id=run.id, team=run.team, title="A run", systems=systems)
    holds.settle(run)
    return run


def test_what_was_not_restored_is_released_by_a_member(world: World) -> None:
    run = holding(world)
    member, viewer = signed_in(world.member), signed_in(world.viewer)
    address = f"/acme/shop/insights/{run.id}"
    assert "No other run may act on this" in text_of(member, address)
    assert "release this" not in text_of(viewer, address)
    assert viewer.post(f"{address}/release").status_code == 403
    assert "Released: other runs may act on it now." in member.post(f"{address}/release", follow=True).content.decode()
    assert "No other run may act on this" not in text_of(member, address)
    assert AuditEntry.objects.filter(action="hold.released", actor=world.member).count() == 1


def test_the_end_of_a_run_that_is_restored_releases_it(world: World) -> None:
    run = ended(world)
    Hold.objects.create(run_id=run.id, team=run.team, title="A run", systems=[])
    holds.settle(run)
    assert holds.of_run(run) is None


def test_what_a_file_says_that_it_acts_on_is_in_its_download(world: World) -> None:
    run = ended(world)
    document = run.experiment.document
    block = next(each for each in document["extensions"] if each["name"] == "chaosiq")
    block["verification"] |= {"acts-on": "the shop", "max-in-flight": 7}
    run.experiment.document = document
    run.experiment.save()
    run.verification.experiment = run.experiment
    (told,) = [each for each in document_of(run.verification)["extensions"] if each["name"] == "chaosiq"]
    assert (told["verification"]["acts-on"], told["verification"]["max-in-flight"]) == ("the shop", 7)
