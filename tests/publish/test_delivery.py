"""One record on its way, call by call: what is told next, whatever the console has answered before."""

import gzip
import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rtk.publish import delivery as subject
from rtk.publish import record_reader
from rtk.publish.console import Console, ConsoleRefused
from rtk.publish.delivery import Delivery, Opened, Passing, PermanentRefusal, verification_id, way_out
from rtk.publish.destination import Destination
from rtk.publish.http_transport import NoAnswer, Request, Response
from rtk.publish.upload_state import Marker, PublishingProgress
from rtk.verify.record import Recorded
from tests.publish.sample import Writer, finished, lines

HERE = "https://one.example"
Answers = Callable[[str, Any], tuple[int, Any]]


def well(call: str, body: Any) -> tuple[int, Any]:
    """What a console answers that takes everything."""
    if call == "record":
        return 202, {"next": body["from"] + len(body["entries"])}
    return 200, {"accepts": [1, 2]}


class Line:
    """The line to a console: notes each call by its kind, and answers as it is told to."""

    def __init__(self, answers: Answers = well) -> None:
        self.answers = answers
        self.calls: list[tuple[str, Any]] = []
        self.requests: list[Request] = []

    def __call__(self, request: Request) -> Response:
        self.requests.append(request)
        last = request.url.rpartition("/")[2]
        data = request.body or b"null"
        body = json.loads(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)
        self.calls.append((last if last in ("record", "end") else request.method, body))
        status, answer = self.answers(*self.calls[-1])
        return Response(status, {}, json.dumps(answer).encode())

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.calls]

    @property
    def batches(self) -> list[tuple[int, int]]:
        """From where and how many entries each call for the record brought."""
        return [(body["from"], len(body["entries"])) for kind, body in self.calls if kind == "record"]


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """A finished record of thirteen entries."""
    path = finished(tmp_path, measurements=9)
    assert len(lines(path)) == 13
    return path


@pytest.fixture
def marker(record: Path) -> Iterator[Marker]:
    with Marker(record, HERE) as taken:
        yield taken


def of(marker: Marker, line: Line, **more: Any) -> Delivery:
    where = Destination(HERE, "Bearer x", True, "o-1", "t-1")
    return Delivery(marker.path.with_suffix(".record"), Console(where, line), marker, **more)


def to_its_end(delivery: Delivery, most: int = 40) -> None:
    for _ in range(most):
        if not delivery.step():
            return
    raise AssertionError("it has no end")


def test_it_opens_the_run_tells_its_entries_and_its_end_and_is_done(marker: Marker) -> None:
    line = Line()
    delivery = of(marker, line)
    assert [delivery.step() for _ in range(4)] == [True, True, True, False]
    assert (line.kinds, line.batches) == (["PUT", "record", "end"], [(0, 13)])
    assert delivery.done
    assert line.calls[2][1]["insight"]["planned"] == 9
    assert line.calls[2][1]["journal"]["steady_states"]["during"] == [], "its measurements are there already"
    assert line.requests[1].headers["Content-Encoding"] == "gzip"
    assert not of(marker, line).step(), "what is done is not begun again"


@pytest.mark.parametrize("run", ["", "another"])
@pytest.mark.parametrize("verification", ["", "v-1"])
def test_a_run_goes_by_its_own_ids_or_by_those_it_was_given(marker: Marker, verification: str, run: str) -> None:
    head = Recorded(marker.path.with_suffix(".record")).head
    marker.progress = PublishingProgress(HERE, verification=verification, run=run)
    line = Line()
    of(marker, line).step()
    team = f"{HERE}/api/v1/organizations/o-1/teams/t-1"
    own = verification_id(head, "t-1")
    assert line.requests[0].url == f"{team}/verifications/{verification or own}/runs/{run or head['run']}"


def test_a_beat_is_the_only_call_where_there_is_nothing_to_tell(tmp_path: Path) -> None:
    writer, line = Writer(tmp_path), Line()
    with Marker(writer.path, HERE) as marker:
        delivery = of(marker, line)
        assert [delivery.step(), delivery.step()] == [True, True]
        assert not delivery.step()
        assert line.batches == [(0, 2)]
        assert delivery.step(beat=True)
        assert line.batches == [(0, 2), (2, 0)]


def test_a_record_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    (tmp_path / "one.record").touch()
    with Marker(tmp_path / "one.record", HERE) as marker:
        line = Line()
        assert not of(marker, line).step()
        assert line.calls == []


def test_it_goes_on_behind_what_was_taken_without_reading_that_again(
    marker: Marker, record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject, "MOST_ENTRIES", 5)
    delivery = of(marker, Line())
    delivery.step()
    delivery.step()
    assert (marker.progress.next, marker.progress.offset) == (5, len(b"".join(lines(record)[:5])))


@pytest.mark.parametrize(("told", "ends"), [(4, False), (20, True)])
def test_a_console_that_knows_less_or_more_is_believed(marker: Marker, told: int, ends: bool) -> None:
    line = Line(lambda call, body: (202, {"next": told}) if call == "record" else well(call, body))
    delivery = of(marker, line)
    delivery.step()
    delivery.step()
    progress = marker.progress
    assert (progress.next, progress.offset, progress.ends) == (told, 0, ends)
    line.answers = well
    to_its_end(delivery)
    assert line.batches[1:] == ([] if ends else [(4, 9)])


def test_a_console_that_misses_some_says_so_with_409_and_is_told_from_there(marker: Marker) -> None:
    marker.progress = PublishingProgress(HERE, "o-1", "t-1", "v", opened=True, next=9, offset=0)
    line = Line(lambda call, body: (409, {"next": 3}) if body.get("from") == 9 else well(call, body))
    to_its_end(of(marker, line))
    assert line.batches == [(9, 4), (3, 10)]


@pytest.mark.parametrize("status", [401, 403, 405, 412, 414])
def test_a_refusal_is_one_even_where_it_says_what_it_has(marker: Marker, status: int) -> None:
    line = Line(lambda call, body: (status, {"next": 5}) if call == "record" else well(call, body))
    delivery = of(marker, line)
    delivery.step()
    with pytest.raises(ConsoleRefused) as refused:
        delivery.step()
    assert not isinstance(refused.value, PermanentRefusal)
    assert (marker.progress.next, marker.progress.refused) == (0, "")


@pytest.mark.parametrize("status", [400, 410, 413, 422])
def test_what_is_refused_for_good_is_marked_so(marker: Marker, status: int) -> None:
    refused = {"next": 5, "detail": "because"}
    line = Line(lambda call, body: (status, refused) if call == "PUT" else well(call, body))
    with pytest.raises(PermanentRefusal, match="because; it stays here"):
        of(marker, line).step()
    assert "because; it stays here" in marker.progress.refused


def test_an_answer_that_does_not_say_how_much_there_is_is_refused(marker: Marker) -> None:
    line = Line(lambda call, body: (202, {"next": "all"}) if call == "record" else well(call, body))
    delivery = of(marker, line)
    delivery.step()
    with pytest.raises(ConsoleRefused, match="did not say how much of the run it has"):
        delivery.step()


def test_what_cannot_be_now_may_be_later(marker: Marker) -> None:
    with pytest.raises(Passing, match="answered 503"):
        of(marker, Line(lambda *_: (503, None))).step()


def test_batches_are_halved_until_they_are_taken(marker: Marker) -> None:
    line = Line(lambda call, body: (413, None) if len(body.get("entries", "")) > 1 else well(call, body))
    to_its_end(of(marker, line))
    assert line.batches == [(0, 13), (0, 6), (0, 3), *((n, 1) for n in range(13))]


def test_a_batch_of_two_is_halved_as_well(marker: Marker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "MOST_ENTRIES", 2)
    line = Line(lambda call, body: (413, None) if len(body.get("entries", "")) > 1 else well(call, body))
    to_its_end(of(marker, line))
    assert line.batches[:2] == [(0, 2), (0, 1)]


@pytest.mark.parametrize("beat", [False, True])
def test_one_entry_that_is_too_large_is_refused_for_good_and_so_is_none(tmp_path: Path, beat: bool) -> None:
    writer = Writer(tmp_path)
    with Marker(writer.path, HERE) as marker:
        marker.progress = PublishingProgress(HERE, "o-1", "t-1", "v", opened=True, next=2 if beat else 1)
        with pytest.raises(PermanentRefusal):
            of(marker, Line(lambda *_: (413, None))).step(beat)


def test_a_console_that_forgets_a_run_is_told_of_it_twice_more_and_then_believed(marker: Marker) -> None:
    line = Line(lambda call, body: (404, None) if call == "record" else well(call, body))
    delivery = of(marker, line)
    with pytest.raises(ConsoleRefused):
        to_its_end(delivery)
    assert line.kinds == ["PUT", "record"] * 3


def test_what_was_forgotten_is_told_from_its_very_beginning(marker: Marker) -> None:
    marker.progress = PublishingProgress(HERE, "o-1", "t-1", "v", opened=True, next=9, offset=77)
    line = Line(lambda call, body: (404, None) if body.get("from") == 9 else well(call, body))
    delivery = of(marker, line)
    delivery.step()
    assert (marker.progress.opened, marker.progress.next, marker.progress.offset) == (False, 0, 0)
    to_its_end(delivery)
    assert line.batches == [(9, 4), (0, 13)]
    assert line.calls[2][1]["entries"][0]["kind"] == "run"


def test_a_record_made_anew_is_told_whole_where_nothing_of_the_run_is_known(marker: Marker) -> None:
    line = Line()
    to_its_end(of(marker, line, remade=True))
    assert (line.batches, line.kinds[-1]) == ([(0, 0), (0, 13)], "end")
    assert line.calls[2][1]["entries"][0]["kind"] == "run"


@pytest.mark.parametrize("known", [1, 2, 13])
def test_of_a_record_made_anew_only_the_end_is_told_where_any_of_the_run_is_known(marker: Marker, known: int) -> None:
    line = Line(lambda call, body: (202, {"next": known}) if call == "record" else well(call, body))
    to_its_end(of(marker, line, remade=True))
    assert (line.batches, line.kinds) == ([(0, 0)], ["PUT", "record", "end"])


def test_whether_a_run_is_known_is_asked_again_where_there_was_no_answer(marker: Marker) -> None:
    answers = [NoAnswer("away"), None]

    def answer(call: str, body: Any) -> tuple[int, Any]:
        if call == "record" and answers and (error := answers.pop(0)):
            raise error
        return (202, {"next": 7}) if call == "record" else well(call, body)

    line = Line(answer)
    delivery = of(marker, line, remade=True)
    delivery.step()
    with pytest.raises(NoAnswer):
        delivery.step()
    to_its_end(delivery)
    assert line.batches == [(0, 0), (0, 0)], "none of its entries, which have other numbers, is sent"


@pytest.mark.parametrize(
    ("accepts", "takes"),
    [*((each, "version 1") for each in (None, [], {"1": 2}, [1])), ([1, 3], "versions 1 and 3")],
)
def test_a_console_that_does_not_say_what_it_takes_takes_the_first_version(
    tmp_path: Path, accepts: Any, takes: str
) -> None:
    path = finished(tmp_path, version=2)
    with Marker(path, HERE) as marker, pytest.raises(ConsoleRefused, match=f"takes run records of {takes}, not 2"):
        of(marker, Line(lambda *_: (200, {"accepts": accepts}))).step()


def test_a_head_that_does_not_say_its_version_is_one_of_the_first(
    marker: Marker, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = dict(Recorded(marker.path.with_suffix(".record")).head)
    del head["version"]
    monkeypatch.setattr(record_reader.Tail, "head", lambda _: head)
    line = Line(lambda *_: (200, {"accepts": [1]}))
    of(marker, line).step()
    assert line.calls[0][1]["client"]["record"] == 1


@pytest.mark.parametrize(
    ("blocks", "foreign"),
    [
        ([{"name": "chaosiq", "team_id": "t-1"}], False),
        ([{"name": "chaosiq", "team_id": "t-2"}], True),
        ([{"name": "chaosiq"}], False),
        ([{"name": "another", "team_id": "t-2"}, {"name": "zzz", "team_id": "t-2"}], False),
        (["nothing", None], False),
        (None, False),
    ],
)
def test_it_is_said_where_the_team_that_a_file_names_is_another(
    marker: Marker, monkeypatch: pytest.MonkeyPatch, blocks: Any, foreign: bool
) -> None:
    head = dict(Recorded(marker.path.with_suffix(".record")).head)
    head["experiment"] = {**head["experiment"], "extensions": blocks}
    monkeypatch.setattr(record_reader.Tail, "head", lambda _: head)
    opened: list[Opened] = []
    marker.progress.organization, marker.progress.team = "o-1", "t-1"
    of(marker, Line(), on_open=opened.append).step()
    assert [each.foreign for each in opened] == [foreign]


def test_a_verification_has_the_id_of_its_file_else_one_made_of_what_it_is() -> None:
    def found(team: str = "t", source: str = "/a/v.json", title: str = "x", named: str | None = None) -> str:
        return verification_id({"plan": {"verification_id": named}, "title": title, "source": source}, team)

    own = str(uuid.uuid4())
    assert found(named=own) == own
    assert found() == found(source="/elsewhere/v.json"), "a checkout elsewhere is the same file"
    named = found(named="checkout")
    assert named == found(title="y", source="other.json", named="checkout"), "a name counts whatever stands around it"
    different = {
        found(),
        found(title="y"),
        found(source="w.json"),
        found(team="u"),
        named,
        found("u", named="checkout"),
    }
    assert len(different) == 6


@pytest.mark.parametrize("status", [400, 410, 413, 422])
def test_only_what_is_gone_becomes_something_new(status: int) -> None:
    assert ("--as-new" in way_out(status, Path("a.record"))) is (status == 410)
    assert ("tries once more" in way_out(status, Path("a.record"))) is (status != 410)
