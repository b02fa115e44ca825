"""A `ref` stands for the activity that it names."""

from typing import Any

from rtk.experiment.refs import named, probes_of, written_out

UP: dict[str, Any] = {"type": "probe", "name": "up", "tolerance": 200, "provider": {"type": "http", "url": "http://x"}}


def experiment(probes: list[dict[str, Any]], method: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {"steady-state-hypothesis": {"title": "h", "probes": probes}, "method": method or []}


def test_a_ref_in_the_hypothesis_is_the_probe_with_the_tolerance_that_stands_there() -> None:
    first, second = probes_of(experiment([UP, {"ref": "up", "tolerance": [200, 204]}]))
    assert first is UP, "what is written out is the file's own, so that a control can change it"
    assert second == {**UP, "tolerance": [200, 204]}


def test_a_probe_of_the_method_can_be_named_too() -> None:
    whole = probes_of(experiment([{"ref": "look", "tolerance": 0}], [{**UP, "name": "look"}]))
    assert whole == [{**UP, "name": "look", "tolerance": 0}]


def test_of_two_with_one_name_the_hypothesis_has_the_one_that_counts() -> None:
    assert named(experiment([UP], [{**UP, "tolerance": 500}]))["up"] is UP


def test_a_ref_names_nothing_that_is_a_ref_itself() -> None:
    assert named(experiment([{"ref": "x", "name": "y"}])) == {}


def test_what_refers_to_nothing_is_told_as_it_is() -> None:
    lost = {"ref": "gone"}
    assert written_out([UP, lost], {"method": [UP]}) == [UP, lost]
    odds: list[dict[str, Any]] = [
        {"method": None, "steady-state-hypothesis": []},
        {"method": [5, {"name": []}]},
        {"method": "x"},
    ]
    for odd in odds:
        assert written_out([lost], odd) == [lost]
    assert written_out([{"ref": []}], {"method": [UP]}) == [{"ref": []}]


def test_a_reference_is_told_as_the_activity_of_that_name_with_what_stands_there() -> None:
    assert written_out([{"ref": "up", "tolerance": 404}], {"method": [UP]}) == [{**UP, "tolerance": 404}]


def test_names_are_read_once_for_all_references() -> None:
    class Counted(dict[str, Any]):
        asked = 0

        def get(self, key: str, default: Any = None) -> Any:
            Counted.asked += key == "method"
            return super().get(key, default)

    many = Counted(method=[UP], rollbacks=[{"ref": "up"}] * 1000)
    assert written_out(many["rollbacks"], many) == [UP] * 1000
    assert Counted.asked == 1
