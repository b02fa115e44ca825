"""The access log: a line for each request, with ids and figures, and the id of each request in its answer."""

import asyncio
import gc
import json
import weakref
from typing import Any

import pytest
from django.test import override_settings

from rtk.console.access import AccessLog, id_of, template
from rtk.console.bodies import Receive, Scope, Send
from rtk.console.lines import MINUTE_S, SteadyAllowance
from tests.console.requesting import MIDDLEWARE, ask, logged

ours = override_settings(ROOT_URLCONF="tests.console.requesting", MIDDLEWARE=MIDDLEWARE)
RUN = "0b5cbe8e-6b5e-4b32-8d7e-7a1f5b9f2f3c"


@ours
def test_a_line_tells_what_was_asked_for_by_its_route_and_how_it_went() -> None:
    line = ask(f"/teams/acme/runs/{RUN}", query="q=1").access
    assert line.pop("time")
    assert line.pop("duration_ms") > 0
    assert len(line.pop("request_id")) == 32
    told = {"level": "info", "logger": "rtk.console.access", "message": "answered", "user_id": None, "token_id": None}
    asked = {"method": "GET", "route": "/teams/{team}/runs/{run}", "status": 200, "bytes": 4, "run_id": RUN}
    assert line == told | asked


@ours
def test_what_leads_nowhere_has_no_route_and_its_address_is_in_no_line() -> None:
    answer = ask("/some/secret-address")
    assert (answer.access["status"], answer.access["route"]) == (404, None)
    assert "secret-address" not in str(answer.lines)


@ours
def test_a_method_that_is_none_of_http_is_not_repeated() -> None:
    assert ask("/teams/acme", method="rtk_Secret").access["method"] == "OTHER"


@pytest.mark.parametrize("given", ["a", "0af7651916cd43dd8448eb211c80319c", RUN, "x.y-1", "a" * 64])
@ours
def test_an_id_that_is_well_formed_is_kept_and_told(given: str) -> None:
    answer = ask("/confirm/key/", ("x-request-id", given))
    assert answer.headers[b"x-request-id"] == given.encode()
    assert answer.access["request_id"] == given


@pytest.mark.parametrize("given", ["", " ", "a" * 65, "rtk_" + "A" * 40, "a\tb", "a=b", "ä", "a,b", "{}", "../etc"])
@ours
def test_an_id_that_is_not_well_formed_is_another_and_is_in_no_line(given: str) -> None:
    answer = ask("/confirm/key/", ("x-request-id", given))
    assert len(answer.headers[b"x-request-id"]) == 32
    assert answer.access["request_id"] == answer.headers[b"x-request-id"].decode()
    if given.strip():
        assert f'"{given}"' not in str(answer.lines)


def test_two_ids_are_none() -> None:
    twice = {"headers": [(b"x-request-id", b"one"), (b"x-request-id", b"two")]}
    assert id_of(twice) not in ("one", "two")


@ours
def test_every_line_about_a_request_has_its_id() -> None:
    answer = ask("/indiscreet/x", ("x-request-id", "abc"))
    assert {line["logger"] for line in answer.lines} == {"rtk.console.access", "rtk.tried", "django.request"}
    assert {line["request_id"] for line in answer.lines} == {"abc"}


def test_who_is_gone_before_the_answer_is_logged_as_that() -> None:
    async def silent(scope: Scope, receive: Receive, send: Send) -> None:
        return None

    line = ask("/", inner=silent).access
    assert (line["message"], line["status"]) == ("gone before the answer", None)


def test_an_application_that_breaks_is_logged_as_500() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise ValueError("broken")

    with logged() as lines, pytest.raises(ValueError, match="broken"):
        asyncio.run(AccessLog(broken)({"type": "http", "path": "/", "method": "GET"}, _nothing, _nowhere))
    assert '"status": 500' in lines[0]


def test_beyond_its_bound_no_line_is_made_and_the_next_one_says_how_many_were_not() -> None:
    now, made = 0.0, list[str]()
    allowance = SteadyAllowance(20, lambda: now)

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        scope["rtk.request"].leads_to("a", Unread(made))

    async def five() -> None:
        for _ in range(5):
            await AccessLog(answered, allowance=allowance)({"type": "http", "path": "/"}, _nothing, _nowhere)

    with logged() as lines:
        asyncio.run(five())
        now = MINUTE_S
        asyncio.run(five())
    assert [json.loads(each)["message"].partition(" (")[2] for each in lines] == ["", "", "3 more were left out)", ""]
    assert len(made) == 4


def test_a_request_that_is_answered_leaves_nothing_to_who_looks_for_garbage() -> None:
    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        scope["rtk.request"].request = scope["django"] = Known(scope)
        scope["rtk.request"].status = 200

    async def served() -> "weakref.ref[Known]":
        scope: Scope = {"type": "http", "path": "/"}
        await AccessLog(answered)(scope, _nothing, _nowhere)
        return weakref.ref(scope.pop("django"))

    gc.disable()
    try:
        assert asyncio.run(served())() is None
    finally:
        gc.enable()


class Known:
    """A request as Django has it, which knows its scope."""

    def __init__(self, scope: Scope) -> None:
        self.scope = {**scope}


class Unread:
    """Notes that somebody asked what it says."""

    def __init__(self, made: list[str]) -> None:
        self._made = made

    def __str__(self) -> str:
        self._made.append("a line")
        return RUN


async def _nothing() -> Any:
    raise AssertionError("nobody reads")


async def _nowhere(_message: Any) -> None:
    raise AssertionError("nothing is answered")


@pytest.mark.parametrize(
    ("route", "shown"),
    [
        ("<str:org>/<str:team>/", "/{org}/{team}/"),
        (r"^client/(?P<name>[A-Za-z0-9_.+-]+\.whl)$", "/client/{name}"),
        (r"accounts/^confirm-email/(?P<key>[-:\w]+)/$", "/accounts/confirm-email/{key}/"),
        ("api/v1/organizations/<org>", "/api/v1/organizations/{org}"),
        ("", "/"),
    ],
)
def test_a_route_is_written_in_one_way_whether_django_has_it_as_a_path_or_a_pattern(route: str, shown: str) -> None:
    assert template(route) == shown
