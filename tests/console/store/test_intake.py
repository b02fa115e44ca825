"""What a call brings, entry by entry: what is taken stands where it stood, and each bound is where it is said to be."""

import json
from typing import Any

import pytest

from rtk.console.store import intake
from rtk.console.store.intake import DecodedBatch, End, Head, Measured, accept, batch_of, plain_text
from rtk.console.store.problem import Problem
from rtk.insight.facts import OUTCOMES, PHASES_BY_CODE, Beside

DAY = 86_400.0
MEASURED: dict[str, Any] = {
    "kind": "measurement",
    "t": 1.0,
    "phase": "conditions",
    "slot": 0,
    "due": 0.0,
    "started": 0.0,
    "ended": 0.1,
    "outcome": "met",
}
PLAN: dict[str, Any] = {"frequency_s": 1.0, "duration_s": 60.0}
ENTRIES: dict[str, dict[str, Any]] = {
    "measurement": MEASURED,
    "heartbeat": {},
    "run": {"run": "r", "at": 1.0, "title": "x", "plan": {**PLAN, "objective": {"target": 0.9}}, "experiment": {}},
    "phase": {"phase": "conditions", "state": "started", "planned": 1},
    "intent": {"role": "condition", "index": 0, "name": "x"},
    "activity": {"role": "rollback", "index": 0, "name": "x"},
    "proof": {"role": "probe", "index": 0, "name": "x", "proves": "effect"},
    "rollbacks": {"state": "skipped"},
    "event": {"text": "x"},
    "neighbour": {"run": "r", "title": "x", "host": "h", "since": 1.0, "beside": "joined"},
    "end": {"status": "completed"},
}


def entry(kind: str, place: str = "", value: Any = None) -> dict[str, Any]:
    """An entry of a kind, with a value at a place in it."""
    whole: dict[str, Any] = json.loads(json.dumps({"kind": kind, "t": 0.0, **ENTRIES[kind]}))
    *above, last = place.split(".")
    within = whole
    for each in above:
        within = within.setdefault(each, {})
    if place:
        within[last] = value
    return whole


def taken(*entries: Any, first: Any = 0) -> DecodedBatch:
    return batch_of(json.dumps({"from": first, "entries": entries}).encode())


def refused(*entries: Any, first: Any = 0) -> Problem:
    with pytest.raises(Problem) as raised:
        taken(*entries, first=first)
    return raised.value


def test_measurements_alone_stand_where_they_stood() -> None:
    batch = taken(MEASURED, {**MEASURED, "slot": 1}, first=7)
    assert (batch.first, batch.size, list(batch.measured_at)) == (7, 2, [0, 1])
    assert [each.slot for each in batch.measured] == [0, 1]
    assert (batch.others, batch.end) == ([], None)


def test_entries_of_all_kinds_stand_where_they_stood() -> None:
    event, end = entry("event"), entry("end")
    batch = taken(event, MEASURED, end, {**MEASURED, "slot": 1}, event, first=3)
    assert (batch.first, batch.size, list(batch.measured_at)) == (3, 5, [1, 3])
    assert [each.slot for each in batch.measured] == [0, 1]
    assert [(at, other.kind, json.loads(text)) for at, other, text in batch.others] == [
        (0, "event", event),
        (2, "end", end),
        (4, "event", event),
    ]
    assert isinstance(batch.end, End), "what follows an end does not take it back"


def test_a_call_without_entries_brings_none() -> None:
    batch = taken(first=5)
    assert (batch.first, batch.size, list(batch.measured), batch.others, batch.end) == (5, 0, [], [], None)


@pytest.mark.parametrize("kind", ENTRIES)
def test_each_kind_is_taken(kind: str) -> None:
    batch = taken(entry(kind))
    assert batch.size == len(batch.measured) + len(batch.others) == 1


def test_what_an_entry_leaves_out_is_what_is_usual() -> None:
    (_, head, _), (_, played, _), (_, end, _) = taken(entry("run"), entry("activity"), entry("end")).others
    assert isinstance(head, Head)
    assert (head.version, head.plan.warm_up_s, head.plan.cool_down_s) == (1, 0.0, 0.0)
    assert isinstance(end, End)
    assert (end.deviated, getattr(played, "tries", None)) == (False, 1)
    assert bytes(taken(MEASURED).measured[0].probes) == b"[]"
    occurs = {"times": 1, "per_s": DAY}
    (_, promised, _) = taken(entry("run", "plan.occurs", occurs)).others[0]
    assert isinstance(promised, Head)
    assert promised.plan.occurs is not None
    assert (promised.plan.occurs.allowance, promised.plan.occurs.strict) == (1.0, False)
    assert (promised.plan.require_baseline, promised.plan.objective and promised.plan.objective.quantile) == (False, "")


LONG = {name: ("x" * most, "x" * (most + 1)) for name, most in {"text": 65_536, "name": 4_000, "short": 40}.items()}
BOUNDS: list[tuple[str, str, list[Any], list[Any]]] = [
    ("measurement", "slot", [0, 2**53], [-1, 2**53 + 1, 0.5]),
    ("measurement", "t", [-1e12, 1e12], [-1e12 - 0.5, 1e12 + 0.5, None]),
    ("measurement", "due", [-1e12, 1e12], [-1e12 - 0.5, 1e12 + 0.5]),
    ("measurement", "started", [-1e12, 1e12, None], [-1e12 - 0.5, 1e12 + 0.5]),
    ("measurement", "ended", [-1e12, 1e12, None], [-1e12 - 0.5, 1e12 + 0.5]),
    ("measurement", "value", [-1e100, 1e100, None], [-1.001e100, 1.001e100, "1"]),
    ("measurement", "reason", [LONG["text"][0], None], [LONG["text"][1]]),
    ("measurement", "code", [LONG["short"][0], None, ""], [LONG["short"][1]]),
    ("measurement", "phase", list(PHASES_BY_CODE), ["", "warm"]),
    ("measurement", "outcome", list(OUTCOMES), ["", "ok"]),
    ("heartbeat", "t", [-1e12, 1e12], [-1e12 - 0.5, 1e12 + 0.5, None, "1"]),
    ("heartbeat", "kind", ["x", LONG["short"][0]], ["", LONG["short"][1], 1]),
    ("run", "run", [LONG["name"][0]], [LONG["name"][1]]),
    ("run", "title", [LONG["name"][0]], [LONG["name"][1]]),
    ("run", "at", [-1e12, 1e12], [-1e12 - 0.5, 1e12 + 0.5]),
    ("run", "version", [1, 2], [-1, 0, 3, "2"]),
    ("run", "threshold.unit", [LONG["short"][0]], [LONG["short"][1]]),
    ("run", "threshold.lower", [None, -1.0], ["1"]),
    ("run", "experiment", [{}, {"a": 1}], [[], None]),
    ("run", "plan.frequency_s", [0.001, DAY], [0, -1, DAY + 1]),
    *[("run", f"plan.{key}_s", [0, 30 * DAY], [-1, 30 * DAY + 1]) for key in ("duration", "warm_up", "cool_down")],
    ("run", "plan.objective", [None, {"target": 0.5}], [{}, {"target": "0.5"}]),
    ("run", "plan.objective.target", [0.001, 0.999], [0, 1, -1, 2]),
    ("run", "plan.objective.window_s", [1, 366 * DAY, None], [0, -1, 366 * DAY + 1]),
    ("run", "plan.objective.name", ["", "x" * 500], ["x" * 501]),
    ("run", "plan.objective.quantile", ["", "x" * 700], ["x" * 701]),
    ("phase", "planned", [0, 2**53], [-1, 2**53 + 1]),
    ("phase", "state", ["started", "ended"], ["", "skipped"]),
    ("intent", "index", [0, 2**53], [-1]),
    ("intent", "name", [LONG["name"][0]], [LONG["name"][1]]),
    ("intent", "role", ["condition", "rollback", "probe"], ["", "action"]),
    *[("activity", key, [None, LONG["text"][0]], [LONG["text"][1]]) for key in ("failure", "interrupted", "by_hand")],
    ("activity", "tries", [0, 2**53], [-1]),
    ("proof", "proves", ["effect", "restored"], ["", "undone"]),
    *[("proof", key, [None, LONG["text"][0]], [LONG["text"][1]]) for key in ("missing", "state", "reason")],
    *[("proof", key, [None, 1e12], [1e12 + 0.5]) for key in ("asked", "before")],
    ("rollbacks", "state", ["skipped", "started", "ended"], [""]),
    ("event", "text", [LONG["text"][0]], [LONG["text"][1], None]),
    ("neighbour", "beside", list(Beside), ["", "alongside"]),
    ("neighbour", "host", [LONG["name"][0]], [LONG["name"][1]]),
    ("end", "status", ["x", LONG["short"][0]], ["", LONG["short"][1]]),
    *[("end", key, [None, LONG["text"][0]], [LONG["text"][1]]) for key in ("stopped", "cause", "detail")],
]


@pytest.mark.parametrize(("kind", "place", "good", "bad"), BOUNDS, ids=[f"{each[0]}.{each[1]}" for each in BOUNDS])
def test_a_value_is_taken_up_to_its_bound(kind: str, place: str, good: list[Any], bad: list[Any]) -> None:
    for value in good:
        assert taken(entry(kind, place, value)).size == 1
    for value in bad:
        problem = refused(MEASURED, entry(kind, place, value))
        assert problem.status == (415 if (place, value) in (("version", 0), ("version", 3)) else 422)
        assert str(problem.field).startswith("entries[1]")


@pytest.mark.parametrize(("first", "good"), [(0, True), (2**53, True), (-1, False), (2**53 + 1, False), ("0", False)])
@pytest.mark.parametrize("kind", ["measurement", "event"])
def test_the_number_a_call_begins_with_is_a_count(kind: str, first: Any, good: bool) -> None:
    if good:
        assert taken(entry(kind), first=first).first == first
    else:
        assert (refused(entry(kind), first=first).status, refused(entry(kind), first=first).field) == (422, "from")


@pytest.mark.parametrize("kind", ["measurement", "event"])
def test_ten_thousand_entries_are_taken_and_no_more(kind: str) -> None:
    assert taken(*[entry(kind)] * 10_000).size == 10_000
    assert (refused(*[entry(kind)] * 10_001).status, refused(*[entry(kind)] * 10_001).field) == (422, "entries")


def test_a_call_may_have_four_mebibytes() -> None:
    assert intake.MOST_BYTES == 4_194_304


@pytest.mark.parametrize(
    ("body", "status", "says", "field"),
    [
        (b"{", 400, "the body is not JSON: ", None),
        (b'{"from":0,"entries":[{"kind":"event"', 400, "the body is not JSON: ", None),
        (b'{"from":0,"entries":' + b"[" * 100_000, 400, "the body is not JSON: ", None),
        (b'{"from":0,"entries":[],"x":"\xff"}', 400, "the body is not UTF-8 text: byte 28", None),
        (b"[]", 422, "the body: expected `object`, got `array`", None),
        (b'{"entries":[]}', 422, "from: expected, and missing", "from"),
        (b'{"from":0,"entries":[1]}', 422, "entries[0]: expected `object`, got `int`", "entries[0]"),
        (b'{"from":0,"entries":[{"t":1}]}', 422, "entries[0].kind: expected, and missing", "entries[0].kind"),
        (
            b'{"from":0,"entries":[{"kind":"event","t":1,"text":1}]}',
            422,
            "entries[0].text: expected `str`, got `int`",
            "entries[0].text",
        ),
        (
            b'{"from":0,"entries":[{"kind":"x","t":0},{"kind":"x","t":0,"x":[1' + b"0" * 5000 + b"]}]}",
            422,
            "entries[1]",
            "entries[1][...][0]",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(body: bytes, status: int, says: str, field: str | None) -> None:
    with pytest.raises(Problem) as raised:
        batch_of(body)
    assert (raised.value.status, raised.value.field) == (status, field)
    assert raised.value.detail.startswith(says)


def test_an_entry_may_have_a_hundred_and_twenty_eight_levels_and_its_probes_any_number() -> None:
    def nested(levels: int) -> Any:
        value: Any = "x"
        for _ in range(levels):
            value = [value]
        return value

    assert taken({"kind": "x", "t": 0.0, "x": nested(127)}).size == 1
    problem = refused({"kind": "x", "t": 0.0, "x": nested(128)})
    assert (problem.status, problem.detail) == (422, "entries[0]: nested deeper than 128 levels")
    deep = {**MEASURED, "probes": nested(300)}
    assert isinstance(taken(entry("event"), deep).measured[0], Measured)


@pytest.mark.parametrize("version", [0, 3, 99])
def test_a_version_that_is_not_known_yet_is_kept_by_who_sends_it(version: int) -> None:
    for known in (1, 2):
        accept(known, "version")
    updated = "console" if version else "client"
    told_so = f"x: this console takes run records of versions 1 and 2, not {version}: publish the run again once the "
    with pytest.raises(Problem, match=f"{told_so}{updated} is updated") as told:
        accept(version, "x")
    assert (told.value.status, told.value.field) == (415, "x")


def test_text_is_kept_with_signs_for_what_separates_texts() -> None:
    assert plain_text("a\0b\x1ec\x1fd\x01\x1d\x20e") == "a\u2400b\u241ec\u241fd\x01\x1d\x20e"
    assert plain_text("plain") == "plain"
