"""What a template of a run under way asks for."""

from rtk.console.pages.templatetags.live import stream_of, under_way
from rtk.console.store.models import Run
from tests.console.pages.insights.made import a_run
from tests.console.people.world import World, made, signed_in


def begun(world: World) -> Run:
    return Run.objects.select_related("verification", "experiment", "team__org").get(id=a_run(world).id)


def test_the_address_of_a_stream_is_that_of_the_api(db: None) -> None:
    world = made()
    run = begun(world)
    address = stream_of(run)
    assert address.startswith("/api/v1/organizations/")
    assert signed_in(world.member).get(address.removesuffix("/stream")).json()["id"] == str(run.id)


def test_how_a_run_stands_is_told_from_what_was_read_already(db: None) -> None:
    run = begun(made())
    entry = {"n": 0, "t": 1.0, "kind": "event", "text": "somebody looked"}
    assert under_way(run, [entry])["events"] == [("0:01", "somebody looked")]
    assert under_way(run)["events"] == []
