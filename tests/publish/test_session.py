"""The real `chaos verify` and its console: the run does not notice, and nothing is lost."""

import json
import signal
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from rtk.publish.session import wait_of
from rtk.verify.record import Recorded
from tests.publish.home import Home, shell, signed_in
from tests.publish.server import Says, Seen, ToyConsole


def complete(home: Home, toy: ToyConsole) -> bool:
    """Whether the console has all of the latest record, and its end."""
    kept = [each["n"] for each in home.entries()]
    return bool(toy.memory.runs) and [e["n"] for e in toy.run().entries] == kept and bool(toy.run().ends)


def test_address_and_token_in_the_environment_publish_a_run(home: Home, toy: ToyConsole) -> None:
    home.by_environment(toy).verification()
    ended = home.chaos("verify", "verification.json")
    assert ended.code == 0, ended.out
    assert f"Published at {toy.url}/Org/A/runs/" in ended.out
    assert f"Page: {toy.url}/Org/A/runs/" in ended.out
    assert complete(home, toy)


def test_signed_in_publishes_to_the_team_of_the_settings(home: Home, toy: ToyConsole) -> None:
    home.settings.write_text(yaml.safe_dump(signed_in(toy)))
    home.verification()
    assert home.chaos("verify", "verification.json").code == 0
    assert complete(home, toy)
    assert toy.memory.calls("GET /api/v1/organizations$") == []


@pytest.mark.parametrize("how", ["option", "feature"])
def test_nothing_at_all_is_sent_where_publishing_is_off(home: Home, toy: ToyConsole, how: str) -> None:
    home.by_environment(toy).verification()
    options = ["--no-publish"] if how == "option" else []
    if how == "feature":
        assert home.chaos("disable", "publish").code == 0
    assert home.chaos("verify", *options, "verification.json").code == 0
    assert home.chaos("publish", "--pending").code == (0 if how == "option" else 1)
    assert toy.memory.seen == []


def test_a_console_that_takes_two_seconds_an_answer_costs_the_end_two_seconds(home: Home, toy: ToyConsole) -> None:
    toy.faults = lambda _: time.sleep(2)
    home.by_environment(toy).verification()
    ended = home.chaos("verify", "--wait-publish", "0s", "verification.json")
    alone = home.chaos("verify", "--no-publish", "verification.json")
    assert ended.code == 0
    assert ended.took - alone.took < 5  # a second of it for the safeguards, which only lasts once
    toy.faults = lambda _: None
    first = home.records()[0]
    toy.wait_for(lambda: bool(toy.memory.runs) and bool(toy.run().ends))
    assert len(toy.run().entries) == len(list(Recorded(first).entries()))


def test_a_console_that_is_away_is_made_up_for_by_publish_pending(home: Home, toy: ToyConsole) -> None:
    home.by_environment(toy).verification()
    toy.down()
    ended = home.chaos("verify", "--wait-publish", "0s", "verification.json")
    assert (ended.code, ended.out.count("unpublished for now")) == (0, 1)
    toy.start()
    sent = home.chaos("publish", "--pending")
    assert sent.code == 0, sent.out
    toy.wait_for(lambda: complete(home, toy))


def test_what_an_earlier_run_could_not_send_goes_with_the_next(home: Home, toy: ToyConsole) -> None:
    home.by_environment(toy).verification()
    toy.tokens = set()
    refused = home.chaos("verify", "verification.json")
    assert refused.code == 0
    assert refused.out.count("does not accept the token") == 1
    toy.tokens = {home.environ["RTK_TOKEN"]}
    assert home.chaos("verify", "verification.json").code == 0
    toy.wait_for(lambda: len(toy.memory.runs) == 2 and all(run.ends for run in toy.memory.runs.values()))


def test_an_expired_token_is_said_once_with_its_day_and_the_run_ends_as_it_would(home: Home, toy: ToyConsole) -> None:
    home.by_environment(toy).verification()
    challenge = 'Bearer error="invalid_token", error_description="it expired on 2026-01-31"'
    toy.faults = lambda _: Says(401, None, {"WWW-Authenticate": challenge})
    ended = home.chaos("verify", "verification.json")
    assert ended.code == 0
    assert ended.out.count("does not accept the token: it expired on 2026-01-31; sign in anew") == 1
    sent = home.chaos("publish", "--pending")
    assert sent.code == 1
    assert "it expired on 2026-01-31" in sent.out


def test_a_stop_on_the_console_stops_the_run_and_undoes_it(home: Home, toy: ToyConsole) -> None:
    home.by_environment(toy).verification(lasts=60)
    toy.after = lambda seen: None if len(toy.memory.calls("/record$")) < 2 else stop(toy)
    ended = home.chaos("verify", "verification.json")
    assert ended.took < 40
    assert "stopped from the console: Alice pressed Stop" in ended.out
    assert (home.path / "notes").read_text().split() == ["burnt", "undone"]
    assert complete(home, toy)


def stop(toy: ToyConsole) -> None:
    toy.stop = "Alice pressed Stop"


def test_a_run_that_is_killed_is_told_of_to_its_end_by_its_guardian(home: Home, toy: ToyConsole) -> None:
    home.by_environment(toy).verification(lasts=60)
    process = home.start("verify", "verification.json", session=True)
    toy.wait_for(lambda: bool(toy.memory.runs) and len(toy.run().entries) > 10)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    toy.wait_for(lambda: complete(home, toy))
    assert toy.run().entries[-1]["status"] == "interrupted"
    assert toy.run().ends[-1]["insight"]["restored"] is True


class TestSafeguards:
    """Asked before the first condition."""

    def test_one_that_forbids_keeps_the_condition_from_being_applied(self, home: Home, toy: ToyConsole) -> None:
        toy.forbids = ["No chaos on Fridays"]
        home.by_environment(toy).verification()
        ended = home.chaos("verify", "verification.json")
        assert ended.code == 6, ended.out
        assert "a safeguard forbids this run: No chaos on Fridays" in ended.out
        assert not (home.path / "notes").exists()
        assert complete(home, toy)

    def test_without_an_answer_a_run_that_demands_one_is_not_applied(self, home: Home, toy: ToyConsole) -> None:
        toy.faults = lambda seen: Says(403) if seen.path.endswith("/policies") else None
        home.by_environment(toy).verification()
        home.settings.write_text(yaml.safe_dump(signed_in(toy, safeguards="on")))
        ended = home.chaos("verify", "verification.json")
        assert ended.code == 1
        assert "`chaos disable safeguards` runs without them" in ended.out
        assert not (home.path / "notes").exists()

    def test_without_an_answer_any_other_run_goes_on(self, home: Home, toy: ToyConsole) -> None:
        toy.frozen = None
        toy.faults = lambda seen: Says(500) if seen.path.endswith("/policies") else None
        home.by_environment(toy).verification()
        ended = home.chaos("verify", "verification.json")
        assert ended.code == 0
        assert ended.out.count("safeguards could not be asked") == 1
        assert (home.path / "notes").exists()

    def test_a_no_that_comes_late_stops_the_run(self, home: Home, toy: ToyConsole) -> None:
        def slow(seen: Seen) -> None:
            time.sleep(3 if seen.path.endswith("/policies") else 0)

        toy.forbids, toy.faults = ["Too late"], slow
        home.by_environment(toy).verification(lasts=60)
        ended = home.chaos("verify", "verification.json")
        assert ended.took < 40
        assert "a safeguard forbids this run: Too late" in ended.out
        assert (home.path / "notes").read_text().split() == ["burnt", "undone"]

    def test_a_freeze_stops_a_run_under_way_and_undoes_it(self, home: Home, toy: ToyConsole) -> None:
        def freeze(_: Seen) -> None:
            toy.frozen = ["Black Friday"] if (home.path / "notes").exists() else []

        toy.after = freeze
        home.by_environment(toy).verification(lasts=60)
        ended = home.chaos("verify", "verification.json")
        assert ended.took < 40
        assert "a safeguard forbids this run: Black Friday" in ended.out
        assert (home.path / "notes").read_text().split() == ["burnt", "undone"]
        assert (ended.code, toy.run().ends[-1]["insight"]["stop_cause"]) == (0, "safeguard")

    def test_a_freeze_during_the_baseline_ends_it_before_any_condition(self, home: Home, toy: ToyConsole) -> None:
        toy.frozen = ["Black Friday"]
        home.by_environment(toy).verification(plan={"warm-up-duration": 60})
        ended = home.chaos("verify", "verification.json")
        assert (ended.code, ended.took < 40) == (6, True), ended.out
        assert not (home.path / "notes").exists()

    def test_a_run_that_demands_a_yes_asks_again_before_its_first_condition(self, home: Home, toy: ToyConsole) -> None:
        def forbid(seen: Seen) -> None:
            if seen.path.endswith("/policies"):
                toy.forbids = ["Since then"]

        toy.frozen, toy.after = None, forbid
        home.settings.write_text(yaml.safe_dump(signed_in(toy, safeguards="on")))
        home.verification(plan={"warm-up-duration": 4})
        ended = home.chaos("verify", "verification.json")
        assert (ended.code, len(toy.memory.calls("/policies$"))) == (6, 2), ended.out
        assert not (home.path / "notes").exists()

    def test_they_are_not_asked_where_they_are_disabled(self, home: Home, toy: ToyConsole) -> None:
        toy.forbids = toy.frozen = ["Never"]
        home.settings.write_text(yaml.safe_dump(signed_in(toy, safeguards="off")))
        home.verification()
        assert home.chaos("verify", "verification.json").code == 0
        assert toy.memory.calls("/policies$") == []

    def test_a_run_that_demands_them_cannot_do_without_a_console(self, home: Home, toy: ToyConsole) -> None:
        home.settings.write_text(yaml.safe_dump(signed_in(toy, safeguards="on")))
        home.verification()
        ended = home.chaos("verify", "--no-publish", "verification.json")
        assert ended.code == 1
        assert "safeguards are enabled, but cannot be asked" in ended.out


def test_a_verification_of_a_foreign_team_is_published_to_ones_own_and_said_once(home: Home, toy: ToyConsole) -> None:
    home.by_environment(toy).verification(block={"team_id": "11111111-1111-4111-8111-111111111111"})
    ended = home.chaos("verify", "verification.json")
    assert ended.code == 0
    assert ended.out.count("is of a team you are not in") == 1
    assert complete(home, toy)


@pytest.mark.parametrize(
    ("told", "hurried", "environ", "seconds"),
    [(None, False, {}, 2), (None, False, {"CI": "true"}, 30), (5, False, {"CI": "1"}, 5), (None, True, {"CI": "1"}, 2)],
)
def test_how_long_the_end_waits(told: float | None, hurried: bool, environ: Any, seconds: float) -> None:
    assert wait_of(told, hurried, environ) == seconds


def test_secrets_spelled_out_in_the_file_still_undo_a_run_that_died(home: Home, toy: ToyConsole) -> None:
    """The record has no secret in it, so the rollback's comes from the run's own memory, by way of the guardian."""
    undo = shell("undo", 'test "$0" = "Authorization: Bearer let-me-in" && echo undone >> notes')
    undo["provider"]["arguments"].append("Authorization: Bearer let-me-in")
    home.by_environment(toy).verification(lasts=60, rollbacks=[undo])
    process = home.start("verify", "verification.json", session=True)
    toy.wait_for((home.path / "notes").exists)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    toy.wait_for(lambda: "undone" in (home.path / "notes").read_text())
    assert "let-me-in" not in _everything(home.path / "state") + json.dumps(toy.run().entries)


def _everything(directory: Path) -> str:
    return "".join(path.read_text(errors="replace") for path in directory.rglob("*") if path.is_file())
