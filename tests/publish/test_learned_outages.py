"""What a console learned of outages becomes part of a run's plan, where it says so in time."""

import json
import threading
from typing import Any
from uuid import UUID

import pytest

from rtk.clock import SystemClock
from rtk.experiment.plan import Plan
from rtk.insight.facts import ServiceLevelObjective
from rtk.insight.outage_length import Learned
from rtk.publish import learned_outages
from rtk.publish.delivery import named
from rtk.publish.destination import Destination
from rtk.publish.http_transport import NoAnswer, Request, Response, Send
from rtk.publish.learned_outages import Lesson

WHERE = Destination("https://console.example", "Bearer x", organization="acme", team="shop")
KEY = str(UUID(int=7))
PLAN = Plan(5, 900, objective=ServiceLevelObjective(0.95), verification_id=KEY)
TAUGHT = {"seconds": 41.2, "outages": 12, "runs": 5}


def answering(status: int, learned: Any = None, asked: list[str] | None = None) -> Send:
    def send(request: Request) -> Response:
        if asked is not None:
            asked.append(f"{request.method} {request.url}")
        block = {"name": "chaosiq", **({"outage_learned": learned} if learned is not None else {})}
        return Response(status, body=json.dumps({"document": {"extensions": [block]}}).encode())

    return send


def planned(send: Send, plan: Plan = PLAN) -> Plan:
    lesson = Lesson(WHERE, None, SystemClock(), send)
    lesson.ask(plan, "Checkout", "checkout.json")
    return lesson.taught(plan)


def test_what_was_learned_is_part_of_the_plan() -> None:
    asked: list[str] = []
    assert planned(answering(200, TAUGHT, asked)).outage_learned == Learned(41.2, 12, 5)
    assert asked == [f"GET https://console.example/api/v1/organizations/acme/teams/shop/verifications/{KEY}"]


def test_a_verification_without_an_id_is_asked_for_by_the_one_it_is_published_under() -> None:
    asked: list[str] = []
    planned(answering(200, TAUGHT, asked), Plan(5, 900, objective=ServiceLevelObjective(0.95)))
    assert asked[0].endswith(f"/verifications/{named(None, 'Checkout', 'checkout.json', 'shop')}")


def test_without_a_promise_nothing_is_asked() -> None:
    asked: list[str] = []
    assert planned(answering(200, TAUGHT, asked), Plan(5, 900)) == Plan(5, 900)
    assert asked == []


@pytest.mark.parametrize(
    ("status", "learned"),
    [(404, None), (200, None), (500, None), (200, {"seconds": -1, "outages": 1, "runs": 1}), (200, ["a list"])],
)
def test_any_other_answer_leaves_the_plan_as_it_is(status: int, learned: Any) -> None:
    assert planned(answering(status, learned)) == PLAN


def test_what_the_file_brought_along_stays_where_the_console_cannot_be_asked() -> None:
    def away(_: Request) -> Response:
        raise NoAnswer("nobody answers")

    known = Plan(5, 900, objective=ServiceLevelObjective(0.95), outage_learned=Learned(20.0, 7, 3))
    assert planned(away, known) == known


def test_a_console_that_hangs_is_not_waited_for_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learned_outages, "ASKED_S", 0.01)
    going_on = threading.Event()

    def hanging(_: Request) -> Response:
        going_on.wait(10)
        return Response(404)

    assert planned(hanging) == PLAN
    going_on.set()
