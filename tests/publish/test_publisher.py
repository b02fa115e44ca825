"""A record on its way to a console that is slow, away, restarting, broken or done with us: once and all of it."""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import rtk
from rtk.clock import SystemClock
from rtk.publish import spool
from rtk.publish.console import Console
from rtk.publish.destination import Destination
from rtk.publish.patience import LONGEST_S, Patience
from rtk.publish.pending_sender import PendingSender, Sent, waiting
from rtk.publish.publisher import Publisher
from rtk.publish.upload_state import marker_path, progress_of
from rtk.verify.record import Recorded
from tests.publish.sample import Writer, finished
from tests.publish.server import BREAK, ORG, TEAM, TOKEN, Faults, Says, Seen, ToyConsole


class Quick(Patience):
    """Pauses that a test can wait for."""

    def pause(self, told: str | None = None) -> float:
        return min(0.05, super().pause(told))


@pytest.fixture
def writer(tmp_path: Path) -> Writer:
    return Writer(tmp_path)


def where(toy: ToyConsole, token: str = TOKEN) -> Destination:
    return Destination(toy.url, f"Bearer {token}", True, ORG, TEAM)


Publish = Callable[..., Publisher]


@pytest.fixture
def publish(toy: ToyConsole, writer: Writer) -> Iterator[Publish]:
    """Starts a publisher of the writer's record."""
    made = []

    def start(**more: object) -> Publisher:
        publisher = Publisher(writer.path, Console(where(toy)), SystemClock(), patience=Quick(), **more)  # type: ignore[arg-type] # whatever it takes
        publisher.start()
        made.append(publisher)
        return publisher

    yield start
    for each in made:
        assert each.over.wait(30), "a publisher is still at work"


def all_there(toy: ToyConsole, path: Path) -> None:
    """The console has every entry of the record once, and its end."""
    kept = list(Recorded(path).entries())
    assert [each["n"] for each in toy.run().entries] == [each["n"] for each in kept]
    assert toy.run().entries[1:] == kept[1:]
    assert toy.run().ends, "the run never ended"
    assert toy.run().ends[-1]["insight"]["planned"] >= 1
    assert toy.run().ends[-1]["journal"]["steady_states"]["during"] == []


def test_a_run_is_told_while_it_goes_on_and_to_its_end(toy: ToyConsole, writer: Writer, publish: Publish) -> None:
    publisher = publish()
    writer.measure(20)
    toy.wait_for(lambda: bool(toy.memory.runs) and len(toy.run().entries) >= 22)
    writer.measure(5)
    writer.end()
    assert publisher.finish(30)
    all_there(toy, writer.path)


def test_one_connection_is_enough(toy: ToyConsole, writer: Writer, publish: Publish) -> None:
    writer.measure(20)
    writer.end()
    assert publish().finish(30)
    assert len({each.port for each in toy.memory.seen}) == 1


def in_turn(*answers: Says | None) -> Faults:
    """These answers to the first requests for records, and none of its own to the others."""
    left = list(answers)
    return lambda seen: left.pop(0) if left and seen.path.endswith("/record") else None


@pytest.mark.parametrize("fault", [Says(500), Says(503, None, {"Retry-After": "1"}), Says(429), BREAK])
def test_what_fails_for_now_is_sent_again(toy: ToyConsole, writer: Writer, publish: Publish, fault: Says) -> None:
    toy.faults = in_turn(fault, fault)
    publisher = publish()
    writer.measure(10)
    writer.end()
    assert publisher.finish(30)
    all_there(toy, writer.path)


def test_what_was_stored_though_the_answer_was_lost_is_stored_once(
    toy: ToyConsole, writer: Writer, publish: Publish
) -> None:
    toy.after = in_turn(BREAK, Says(502), BREAK)
    publisher = publish()
    writer.measure(10)
    writer.end()
    assert publisher.finish(30)
    all_there(toy, writer.path)


def test_a_console_that_knows_less_is_told_again_from_there(toy: ToyConsole, writer: Writer, publish: Publish) -> None:
    publisher = publish()
    writer.measure(10)
    toy.wait_for(lambda: bool(toy.memory.runs) and len(toy.run().entries) == 12)
    del toy.run().entries[4:]
    writer.measure(10)
    writer.end()
    assert publisher.finish(30)
    all_there(toy, writer.path)


def test_a_console_that_forgot_the_run_is_told_of_it_anew(toy: ToyConsole, writer: Writer, publish: Publish) -> None:
    publisher = publish()
    writer.measure(10)
    toy.wait_for(lambda: bool(toy.memory.runs) and len(toy.run().entries) == 12)
    toy.memory.runs.clear()
    writer.measure(1)
    writer.end()
    assert publisher.finish(30)
    all_there(toy, writer.path)


def test_a_console_that_restarts_misses_nothing(toy: ToyConsole, writer: Writer, publish: Publish) -> None:
    publisher = publish()
    for _ in range(3):
        writer.measure(10)
        time.sleep(0.1)
        toy.down()
        writer.measure(10)
        time.sleep(0.1)
        toy.start()
    writer.end()
    assert publisher.finish(30)
    all_there(toy, writer.path)


def test_a_token_revoked_in_mid_run_is_said_once_and_the_rest_is_sent_later(
    toy: ToyConsole, writer: Writer, publish: Publish, caplog: pytest.LogCaptureFixture
) -> None:
    publisher = publish()
    writer.measure(10)
    toy.wait_for(lambda: bool(toy.memory.runs) and len(toy.run().entries) == 12)
    toy.tokens = {"another"}
    with caplog.at_level(logging.WARNING, "chaostoolkit"):
        writer.measure(10)
        writer.end()
        assert not publisher.finish(30)
    assert len([r for r in caplog.records if "does not accept the token" in r.message]) == 1
    sent = PendingSender(where(toy, "another"), SystemClock(), 10).all(writer.path.parent)
    assert sent.sent == [writer.run]
    all_there(toy, writer.path)


def test_a_console_that_is_away_is_said_once(
    toy: ToyConsole, writer: Writer, publish: Publish, caplog: pytest.LogCaptureFixture
) -> None:
    toy.down()

    def told() -> list[str]:
        return [record.message for record in caplog.records if "unpublished for now" in record.message]

    with caplog.at_level(logging.WARNING, "chaostoolkit"):
        publisher = publish()
        writer.measure(10)
        writer.end()
        toy.wait_for(lambda: bool(told()))
        assert not publisher.finish(0.3)
    assert len(told()) == 1
    assert "connection refused" in told()[0]
    toy.start()
    assert publisher.finish(30)
    all_there(toy, writer.path)


def test_the_end_waits_no_longer_than_it_may(toy: ToyConsole, writer: Writer, publish: Publish) -> None:
    answering = threading.Event()

    def silent(_: Seen) -> None:
        answering.wait(20)

    toy.faults = silent
    publisher = publish()
    writer.measure(10)
    writer.end()
    began = time.monotonic()
    assert not publisher.finish(0.3)
    assert time.monotonic() - began < 10
    answering.set()


def test_a_stop_on_the_console_reaches_the_run_once(toy: ToyConsole, writer: Writer, publish: Publish) -> None:
    stops: list[str] = []
    toy.stop = "Alice pressed Stop"
    publisher = publish(on_stop=stops.append)
    writer.measure(10)
    toy.wait_for(lambda: bool(stops))
    writer.measure(10)
    writer.end()
    assert publisher.finish(30)
    assert stops == ["Alice pressed Stop"]


def test_a_silent_run_is_heard_of(
    toy: ToyConsole, writer: Writer, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rtk.publish.publisher.BEAT_S", 0.2)
    monkeypatch.setattr("rtk.publish.publisher.EVERY_S", 0.1)
    publisher = publish()
    toy.wait_for(lambda: bool(toy.memory.runs) and len([1 for _, count in toy.run().calls if count == 0]) >= 3)
    writer.measure(1)
    writer.end()
    assert publisher.finish(30)
    all_there(toy, writer.path)


def test_a_run_that_was_heard_of_just_now_says_nothing_that_is_empty(
    toy: ToyConsole, writer: Writer, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rtk.publish.publisher.BEAT_S", 600.0)
    monkeypatch.setattr("rtk.publish.publisher.EVERY_S", 0.05)
    publisher = publish()
    for count in (3, 4):
        writer.measure(1)
        toy.wait_for(lambda: bool(toy.memory.runs) and len(toy.run().entries) == count)  # noqa: B023 - waited for here
        time.sleep(0.3)
    writer.end()
    assert publisher.finish(30)
    assert [count for _, count in toy.run().calls if count == 0] == []


def test_what_will_never_be_taken_is_not_tried_for_ever(toy: ToyConsole, tmp_path: Path) -> None:
    path = finished(tmp_path)
    toy.faults = in_turn(Says(422, {"detail": "entries[0]: no"}))
    sender = PendingSender(where(toy), SystemClock(), 5)
    marker_path(path).write_text(json.dumps({"url": sender.where.url}))
    why = sender.all(tmp_path).dropped[path.stem]
    assert "entries[0]: no" in why
    assert f"`chaos publish {path}` tries once more" in why
    assert sender.all(tmp_path) == Sent([], {}, {})


def test_a_run_of_a_deleted_verification_is_dropped_and_published_as_one_of_a_new(
    toy: ToyConsole, tmp_path: Path
) -> None:
    path = finished(tmp_path)
    sender = PendingSender(where(toy), SystemClock(), 5)
    gone = Says(410, {"detail": "this verification was deleted"})
    marker_path(path).write_text(json.dumps({"url": sender.where.url}))
    toy.faults = in_turn(gone)
    why = sender.all(tmp_path).dropped[path.stem]
    assert "this verification was deleted" in why
    assert f"`chaos publish --as-new {path}` makes a new verification of it" in why
    seen = len(toy.memory.seen)
    assert not waiting(tmp_path, toy.url)
    assert sender.all(tmp_path) == Sent([], {}, {})
    assert len(toy.memory.seen) == seen, "it is not sent again by itself"
    sender.record(path, again=True, as_new=True)
    old, made = toy.memory.runs.values()
    assert old.verification != made.verification
    assert made.verification != Recorded(path).head["plan"]["verification_id"]
    assert len(made.entries) == len(list(Recorded(path).entries()))


def test_a_run_whose_verification_is_deleted_goes_on_and_says_once_what_can_be_done(
    toy: ToyConsole, writer: Writer, publish: Publish, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "chaostoolkit")
    toy.faults = lambda seen: Says(410, {"detail": "deleted"}) if seen.path.endswith("/record") else None
    publisher = publish()
    writer.measure(1)
    assert publisher.over.wait(30)
    (said,) = [each.getMessage() for each in caplog.records]
    assert "is not published any further" in said
    assert "--as-new" in said
    assert "--pending" not in said


def test_an_execution_that_is_refused_for_good_is_set_aside(toy: ToyConsole, tmp_path: Path) -> None:
    path = tmp_path / f"one{spool.SUFFIX}"
    spool.keep(path, spool.Kept(toy.url, {"experiment": {"title": "x"}, "status": "completed"}))
    toy.faults = lambda seen: Says(410, {"detail": "gone"}) if seen.method == "POST" else None
    done = PendingSender(where(toy), SystemClock(), 5).all(tmp_path)
    assert "gone; it stays here, in" in done.dropped["one"]
    assert (path.exists(), path.with_suffix(spool.ASIDE).exists()) == (False, True)
    assert PendingSender(where(toy), SystemClock(), 5).all(tmp_path) == Sent([], {}, {})


def test_a_record_of_a_version_the_console_does_not_know_yet_is_kept_for_later(toy: ToyConsole, tmp_path: Path) -> None:
    path = finished(tmp_path)
    toy.faults = in_turn(Says(415, {"detail": "client.record: this console takes versions 1 and 2"}))
    sender = PendingSender(where(toy), SystemClock(), 5)
    assert "versions 1 and 2" in _begun(path, sender)[path.stem]
    assert sender.all(tmp_path).sent == [path.stem]


def test_a_console_that_no_longer_takes_the_record_says_to_update_the_toolkit(toy: ToyConsole, tmp_path: Path) -> None:
    path = finished(tmp_path, version=1)
    toy.accepts = [2, 3]
    told = _begun(path, PendingSender(where(toy), SystemClock(), 5))[path.stem]
    install = f"`pip install --upgrade --requirement {toy.url}/client/requirements.txt`"
    assert told.endswith(f"takes run records of versions 2 and 3, not 1: update the toolkit: {install}")


@pytest.mark.parametrize("status", [400, 422])
def test_what_a_console_of_another_version_does_not_understand_waits_for_an_update(
    toy: ToyConsole, tmp_path: Path, status: int
) -> None:
    path, sender = finished(tmp_path), PendingSender(where(toy), SystemClock(), 5)
    toy.version = "0.0.9"
    toy.faults = lambda seen: Says(status, {"detail": "outcome: unknown"}) if "/record" in seen.path else None
    name = toy.url.removeprefix("http://")
    told = _begun(path, sender)[path.stem]
    assert told.startswith(
        f"{name} answered {status}, outcome: unknown; {name} is of version 0.0.9 and this toolkit of "
    )
    assert "update the console, or `pip install --upgrade --requirement " in told
    toy.faults = lambda _: None
    assert sender.all(tmp_path).sent == [path.stem]


def test_what_a_console_of_the_same_version_does_not_understand_is_refused_for_good(
    toy: ToyConsole, tmp_path: Path
) -> None:
    path = finished(tmp_path)
    toy.version = rtk.__version__
    toy.faults = lambda seen: Says(422, {"detail": "outcome: unknown"}) if "/record" in seen.path else None
    marker_path(path).write_text(json.dumps({"url": toy.url}))
    assert (
        "outcome: unknown; it stays here"
        in PendingSender(where(toy), SystemClock(), 5).all(tmp_path).dropped[path.stem]
    )


@pytest.mark.parametrize(("accepts", "takes"), [(None, "version 1"), ([1], "version 1"), ([1, 3], "versions 1 and 3")])
def test_a_record_that_an_older_console_does_not_take_waits_until_it_is_updated(
    toy: ToyConsole, tmp_path: Path, accepts: list[int] | None, takes: str
) -> None:
    path = finished(tmp_path, version=2)
    toy.accepts = accepts
    sender = PendingSender(where(toy), SystemClock(), 5)
    told = f"{toy.url.removeprefix('http://')} takes run records of {takes}, not 2: update the console"
    assert _begun(path, sender) == {path.stem: told}
    assert toy.run().entries == []
    toy.accepts = [1, 2]
    assert sender.all(tmp_path).sent == [path.stem]
    assert toy.run().body["client"]["record"] == 2


def test_a_console_that_does_not_say_what_it_takes_takes_the_first_version(toy: ToyConsole, tmp_path: Path) -> None:
    toy.accepts = None
    path = finished(tmp_path, version=1)
    assert _begun(path, PendingSender(where(toy), SystemClock(), 5)) == {}


def _begun(path: Path, sender: PendingSender) -> dict[str, str]:
    marker_path(path).write_text(json.dumps({"url": sender.where.url}))
    return sender.all(path.parent).left


def test_the_marker_says_how_far_it_went_and_holds_no_token(toy: ToyConsole, writer: Writer, publish: Publish) -> None:
    writer.measure(3)
    writer.end()
    assert publish().finish(30)
    marker = marker_path(writer.path)
    progress = progress_of(marker)
    assert progress
    assert (progress.done, progress.next, progress.team) == (True, 7, TEAM)
    assert marker.stat().st_mode & 0o777 == 0o600
    assert TOKEN not in marker.read_text()


def test_nothing_goes_to_a_console_that_it_was_not_meant_for(toy: ToyConsole, tmp_path: Path) -> None:
    path = finished(tmp_path)
    marker_path(path).write_text(json.dumps({"url": "http://127.0.0.1:1"}))
    assert PendingSender(where(toy), SystemClock(), 1).all(tmp_path).sent == []
    assert toy.memory.seen == []


def test_pauses_grow_differ_and_have_an_end() -> None:
    least, most = Patience(lambda: 1.0), Patience(lambda: 0.0)
    assert [most.pause() for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, LONGEST_S, LONGEST_S]
    assert [least.pause() for _ in range(3)] == [0.25, 0.5, 1]
    assert Patience(lambda: 0.0).pause("7") == 7
    assert Patience(lambda: 0.0).pause("Wed, 21 Oct 2026") == 0.5
