"""A secret is in nothing that is written or sent, wherever it turned up and however it was written there."""

import json
from typing import Any

import pytest
import yaml

from rtk.report.write import FORMATS
from rtk.verify.redact import MASK, Redactor
from rtk.verify.secretive import is_secretive
from tests.publish.given_away import CONFIGURED, DECLARED, NEVER_TOLD, forms, given_away
from tests.publish.home import Home, signed_in
from tests.publish.server import TOKEN, ToyConsole


@pytest.mark.parametrize("key", ["api_key", "apiKey", "KEY", "db-password", "DbPassword", "TOKENS", "client_secret"])
def test_keys_that_say_secret(key: str) -> None:
    assert is_secretive(key)


@pytest.mark.parametrize("key", ["endpoint", "monkey", "keyboard", "region", "pass", "turkey_count"])
def test_keys_that_say_nothing_of_the_kind(key: str) -> None:
    assert not is_secretive(key)


@pytest.mark.parametrize("form", forms(""))
def test_a_secret_is_found_in_every_form(form: str) -> None:
    redact = Redactor({"group": {"name": DECLARED}}, {})
    written = forms(DECLARED)[form]
    told = redact(f"before {written} after")
    assert MASK in told
    assert written not in told
    assert redact.is_needed_for(f"before {written} after".encode())


def test_values_of_the_configuration_are_secret_where_their_key_says_so() -> None:
    redact = Redactor({}, {}, {"db_password": CONFIGURED, "region": "eu-west-1", "keys": ["k-000001"]})
    assert redact(f"{CONFIGURED} eu-west-1 k-000001") == f"{MASK} eu-west-1 {MASK}"


def test_passwords_in_addresses_go_and_the_rest_stays() -> None:
    redact = Redactor({}, {})
    assert redact("http://alice:pa55@host:80/x?mail=a@b and a@b") == f"http://alice:{MASK}@host:80/x?mail=a@b and a@b"
    assert redact("http://host:80/a@b") == "http://host:80/a@b"


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer abc.def",
        '{"Authorization":"Basic YTpi"}',
        "{'authorization': 'abcdef'}",
        'curl -H "Proxy-Authorization: Token abc" http://host',
        '\\"Authorization\\": \\"Bearer abc.def\\"',
    ],
)
def test_values_of_authorization_headers_go(text: str) -> None:
    told = Redactor({}, {})(text)
    assert MASK in told
    assert not any(value in told for value in ("abc", "YTpi"))
    assert Redactor({}, {}).within({"Authorization": "Bearer abc"}) == {"Authorization": f"Bearer {MASK}"}


def test_short_values_are_secret_only_as_whole_fields() -> None:
    redact = Redactor({"pin": "abc"}, {})
    assert redact.within({"a": "abc", "b": "abcdef", "c": ["abc"]}) == {"a": MASK, "b": "abcdef", "c": [MASK]}
    assert redact.is_needed_for(b'{"a":"abc"}')


def test_a_secret_is_in_no_journal_report_log_record_or_payload(home: Home, toy: ToyConsole) -> None:
    home.settings.write_text(yaml.safe_dump(signed_in(toy)))
    name = given_away(home)
    reports = [argument for form in FORMATS for argument in ("--report", f"report{form}")]
    ended = home.chaos("--verbose", "verify", "--wait-publish", "20s", *reports, name)
    assert "Verdict" in ended.out
    home.chaos("publish", "journal.json")
    sources = {home.settings, home.path / name}
    files = [p for p in home.path.rglob("*") if p.is_file() and p not in sources]
    assert {"journal.json", "report.html", "report.xml"} <= {path.name for path in files}
    told = {str(path): path.read_text(errors="replace") for path in files}
    told["the log"] = ended.out
    told["what was sent"] = json.dumps([(s.path, s.body) for s in toy.memory.seen], ensure_ascii=False)
    for where, text in told.items():
        for secret in (*NEVER_TOLD, TOKEN):
            assert secret not in text, f"{where}: {secret}"


def test_a_journal_of_before_is_published_without_what_it_gives_away(home: Home, toy: ToyConsole) -> None:
    home.by_environment(toy)
    document = json.loads((home.path / given_away(home)).read_text())
    run = {"activity": document["method"][0], "status": "succeeded", "output": f"{DECLARED} {CONFIGURED}"}
    states: dict[str, Any] = {"before": None, "after": None, "during": []}
    journal = {"experiment": document, "status": "completed", "run": [run], "rollbacks": [], "steady_states": states}
    home.write("old.json", journal)
    ended = home.chaos("publish", "old.json")
    assert ended.code == 0, ended.out
    sent = json.dumps([each.body for each in toy.memory.seen], ensure_ascii=False)
    for secret in (DECLARED, json.dumps(DECLARED)[1:-1], CONFIGURED, "pa55word", "let-me-in"):
        assert secret not in sent
