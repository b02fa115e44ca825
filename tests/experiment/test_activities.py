"""Activities are found with their places."""

from rtk.experiment.activities import activities


def test_every_activity_has_its_place() -> None:
    document = {
        "steady-state-hypothesis": {"title": "h", "probes": [{"name": "p"}]},
        "method": [{"name": "a"}, {"ref": "p"}],
        "rollbacks": [{"name": "r"}],
    }
    assert list(activities(document)) == [
        ("steady-state-hypothesis.probes[0]", {"name": "p"}),
        ("method[0]", {"name": "a"}),
        ("method[1]", {"ref": "p"}),
        ("rollbacks[0]", {"name": "r"}),
    ]


def test_parts_that_are_not_there_hold_none() -> None:
    assert list(activities({"rollbacks": None})) == []
