"""What the chart reads: measurements as columns, and what is drawn around them."""

import gzip
import json
import time
from typing import Any

import msgspec
import pytest
import requests
from django.test.utils import CaptureQueriesContext

from rtk.console.pages.insights.schema import ChartActivity, ChartColumns, ChartCondition, ChartData, ChartPart
from rtk.insight.facts import PHASES
from tests.console.live import Live
from tests.console.pages.insights.telling import Telling, fill
from tests.console.people.world import signed_in

HOSTILE = "</script><img src=x onerror=alert(1)>\u202e\x01"


@pytest.fixture(scope="module")
def whole(site: Live) -> Telling:
    """A run that has ended."""
    return Telling(site, 200).begin().whole()


@pytest.fixture(scope="module")
def five(site: Live) -> Telling:
    """A run with all five phases that has ended."""
    telling = Telling(site, 200).begin().five()
    telling.end(110.0)
    return telling


def got(telling: Telling, query: str = "", **headers: str) -> requests.Response:
    """The answer of a run's data, as the member gets it."""
    cookies = {name: each.value for name, each in signed_in(telling.live.world.member).cookies.items()}
    return requests.get(f"{telling.live.url}{telling.page}/data{query}", cookies=cookies, headers=headers, timeout=20)


def data(telling: Telling, query: str = "") -> dict[str, Any]:
    answer = got(telling, query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_measurements_are_columns_of_one_length(whole: Telling) -> None:
    columns = data(whole)["columns"]
    assert {len(column) for column in columns.values()} == {100}
    assert columns["phase"] == [0] * 20 + [1] * 60 + [2] * 20
    assert columns["due_ms"][:3] == [0, 1000, 2000]
    assert columns["outcome"].count(1) == 13
    assert columns["outcome"].count(2) == 3
    assert [columns["value"][20 + slot] for slot in (14, 15, 40)] == [None] * 3
    assert columns["value"][21] == 3977


def test_what_is_answered_is_what_the_types_of_the_script_say(whole: Telling, five: Telling) -> None:
    for telling in (whole, five):
        told = data(telling)
        msgspec.convert(told, ChartData)
        assert told.keys() == ChartData.__annotations__.keys()
        assert told["columns"].keys() == ChartColumns.__annotations__.keys()
        assert told["conditions"][0].keys() == ChartCondition.__annotations__.keys()
        assert told["rollbacks"][0].keys() == ChartActivity.__annotations__.keys()
        part = data(telling, "?around")
        msgspec.convert(part, ChartPart)
        assert part.keys() == ChartPart.__annotations__.keys()


def test_the_phases_between_have_codes_of_their_own_and_no_planned_length(five: Telling) -> None:
    told = data(five)
    assert told["columns"]["phase"] == [0] * 20 + [3] * 4 + [1] * 60 + [4] * 5 + [2] * 20
    assert [each["phase"] for each in told["phases"]] == list(PHASES)
    assert told["reasons"]["onset"]["2"] == "outside its tolerance"
    assert (told["planned"].keys(), told["lengths"].keys()) == ({"baseline", "conditions", "recovery"},) * 2


def test_what_is_drawn_around_them_is_what_the_record_says(whole: Telling) -> None:
    told = data(whole)
    assert [(each["phase"], each["planned"]) for each in told["phases"]] == [
        ("baseline", 20),
        ("conditions", 60),
        ("recovery", 20),
    ]
    assert told["threshold"] == {"lower": 0, "upper": 6000, "unit": "ms"}
    (condition,) = told["conditions"]
    assert (condition["name"], condition["started"], condition["ended"]) == ("inject-cpu", 22.0, 24.5)
    assert condition["until"] == pytest.approx(81.6)  # the rollback's end
    assert told["undo"] == {"state": "ended", "at": 81.7}
    assert (told["state"], told["verdict"], told["ends"]) == ("ended", "fail", 103.0)
    assert told["reasons"]["conditions"]["9"] == "outside its tolerance"
    assert told["per_deviation"] == pytest.approx(1 / 4320)


def test_a_live_page_is_told_only_what_is_around(whole: Telling) -> None:
    told = data(whole, "?around")
    assert "columns" not in told
    assert told["phases"] == data(whole)["phases"]


def test_it_is_packed_and_not_sent_again(whole: Telling) -> None:
    first = got(whole)
    assert first.headers["Content-Encoding"] == "gzip"
    assert "no-cache" in first.headers["Cache-Control"]
    again = got(whole, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert got(whole, "?around", **{"If-None-Match": first.headers["ETag"]}).status_code == 200
    plain = got(whole, **{"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert plain.json() == first.json()


def test_a_measurement_changes_what_is_kept(site: Live) -> None:
    telling = Telling(site, 30).begin()
    tag = got(telling).headers["ETag"]
    telling.phase("conditions")
    telling.measure("conditions", range(2))
    assert got(telling, **{"If-None-Match": tag}).status_code == 200


def test_before_anything_was_measured_there_are_empty_columns(site: Live) -> None:
    told = data(Telling(site).begin())
    assert told["columns"] == {name: [] for name in ("phase", "slot", "due_ms", "outcome", "value")}
    assert (told["state"], told["phases"], told["ends"], told["next"]) == ("running", [], None, 1)


def test_a_condition_lasts_until_its_time_is_over_or_it_is_undone(site: Live) -> None:
    action = {"type": "action", "name": "inject-cpu", "provider": {"type": "process", "path": "true"}}
    lasting = {**action, "extensions": [{"name": "rtk", "lasts": 5}]}
    telling = Telling(site, 60, experiment={"method": [lasting]}).begin()
    telling.phase("conditions")
    telling.activity("condition", "inject-cpu", 22.0, None)
    assert [data(telling)["conditions"][0][key] for key in ("ended", "until")] == [None, None]
    other = Telling(site, 60, experiment={"method": [lasting]}).begin()
    other.activity("condition", "inject-cpu", 22.0, 24.5)
    assert data(other)["conditions"][0]["until"] == 29.5


def test_a_condition_says_when_its_effect_did_not_show(site: Live) -> None:
    telling = Telling(site, 60).begin()
    telling.phase("conditions")
    telling.activity("condition", "inject-cpu", 22.0, 23.0)
    proof = {"kind": "proof", "role": "condition", "index": 0, "name": "inject-cpu", "proves": "effect"}
    changes = (("shown", 24.0, None), ("gone", 30.0, 29.0), ("shown", 34.0, 33.0), ("gone", 40.0, 39.0))
    telling.tell(*({**proof, "t": at, "asked": at, "state": state, "before": before} for state, at, before in changes))
    assert data(telling)["conditions"][0]["gone"] == [[29.0, 34.0], [39.0, None]]


def test_values_beyond_what_a_chart_can_show_are_still_numbers(site: Live) -> None:
    telling = Telling(site, 60).begin()
    for slot, value in enumerate((1e100, -1e100, 1e-300, 0.1 + 0.2, 12345.678)):
        telling.measure("conditions", range(slot, slot + 1), value)
    shown = data(telling)["columns"]["value"]
    assert shown[:3] == [1e30, -1e30, 0]
    assert shown[3:] == pytest.approx([0.3, 12345.678], rel=1e-6)


def test_hostile_names_and_reasons_are_text_of_json(site: Live) -> None:
    telling = Telling(site, 60).begin(HOSTILE.replace("\x01", ""))
    telling.tell({"t": 1.0, "kind": "event", "text": HOSTILE})
    telling.measure("conditions", range(1), None, "deviated")
    answer = got(telling)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "<img" in json.dumps(answer.json()["events"])


def test_what_contradicts_itself_is_drawn_without_what_is_around(site: Live) -> None:
    telling = Telling(site, 60).begin()
    telling.tell({"t": 1, "kind": "intent", "role": "condition", "index": 7, "name": "none", "activity": 5})
    telling.measure("conditions", range(3))
    told = data(telling)
    assert (told["conditions"], len(told["columns"]["value"])) == ([], 3)


@pytest.mark.parametrize(("who", "status"), [("viewer", 200), ("banker", 404), ("stranger", 404)])
def test_only_the_team_reads_it(whole: Telling, who: str, status: int) -> None:
    cookies = {name: each.value for name, each in signed_in(getattr(whole.live.world, who)).cookies.items()}
    url = f"{whole.live.url}{whole.page}/data"
    assert requests.get(url, cookies=cookies, timeout=20).status_code == status


def test_it_needs_few_queries(whole: Telling) -> None:
    from django.db import connection

    client = signed_in(whole.live.world.member)
    client.get(f"{whole.page}/data")  # the first request of a session notes where it is used
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"{whole.page}/data").status_code == 200
    assert len(queries) <= 10, [each["sql"] for each in queries]


def test_a_hundred_thousand_measurements_are_read_within_a_second(site: Live) -> None:
    telling = Telling(site, 60, {"frequency_s": 0.1, "duration_s": 10_000.0}).begin()
    telling.measure("conditions", range(1))
    fill(telling, 100_000)
    began = time.monotonic()
    answer = got(telling)
    assert len(answer.json()["columns"]["value"]) == 100_000
    assert len(gzip.compress(answer.content, 1)) < 2_000_000
    assert time.monotonic() - began < 10  # here it is only shown that it does not take minutes: the bench measures
