"""What the access log tells of calls of every kind: by ids, and nothing that was sent."""

import json
from collections.abc import Callable
from typing import Any

from tests.console.live import Live
from tests.console.requesting import logged
from tests.journey.real import until

RUN = "0b5cbe8e-6b5e-4b32-8d7e-7a1f5b9f2f3c"
TEAM = "/api/v1/organizations/{org}/teams/{team}"
RECORD = f"{TEAM}/verifications/{{verification}}/runs/{{run}}/record"


def accesses(text: list[str]) -> list[dict[str, Any]]:
    """The lines of the access log."""
    return [line for line in map(json.loads, [*text]) if line["logger"] == "rtk.console.access"]


def test_a_call_tells_who_made_it_by_ids_whichever_way_it_takes(live: Live) -> None:
    machine, nobody = live.machine(), live.nobody()
    calls: tuple[Callable[[], Any], ...] = (
        lambda: machine("GET", f"{live.team}/verifications"),
        lambda: machine("POST", f"{live.runs('v')}/{RUN}/record", data=b""),
        lambda: nobody("GET", f"{live.team}/verifications", headers={"X-Request-ID": "mine"}),
        lambda: machine("POST", f"{live.team}/verifications", data=b"{}", headers={"Content-Type": "application/json"}),
    )
    with logged() as text:
        for number, call in enumerate(calls, 1):
            call()
            until(lambda: len(accesses(text)) == number, "a line follows each answer")  # noqa: B023 - asked at once
    lines = accesses(text)
    assert [line["route"] for line in lines] == [f"{TEAM}/verifications", RECORD, *[f"{TEAM}/verifications"] * 2]
    user = str(live.world.member.pk)
    assert [line["user_id"] for line in lines] == [user, user, None, user]
    tokens = {line["token_id"] for line in lines if line["user_id"]}
    assert len(tokens) == 1
    assert None not in tokens
    assert (lines[1]["run_id"], lines[2]["status"], lines[2]["request_id"]) == (RUN, 401, "mine")
    assert machine.token
    assert machine.token not in "".join(text)
