"""The sentence about other runs on the same system."""

from rtk.insight.facts import Beside, Neighbour
from rtk.insight.neighbours import said


def neighbour(run: str, title: str = "", host: str = "", beside: Beside = Beside.FIRST) -> Neighbour:
    return Neighbour(run, title, host, 0.0, beside)


def test_where_nobody_was_beside_it_nothing_is_said() -> None:
    assert said([]) == ""


def test_a_run_is_named_by_its_title_and_where_it_ran() -> None:
    assert said([neighbour("r1", "Files last", "vm")]) == (
        'Meanwhile the run r1 ("Files last") on vm was acting on the same system, so another run may have caused what '
        "this one measured."
    )


def test_of_another_teams_run_nothing_is_known() -> None:
    assert said([neighbour("", beside=Beside.JOINED)]).startswith("Meanwhile a run of another team began to act on the")


def test_many_runs_are_counted() -> None:
    told = said([neighbour(f"r{number}") for number in range(5)])
    assert "the run r2 was acting on the same system, as did 2 more, so" in told
    assert "r3" not in told
