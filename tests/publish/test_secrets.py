"""A secret is in nothing that is written or sent, wherever it turned up and however it was written there."""

import base64
import json
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
import yaml

from rtk.verify.redact import MASK, Redactor, is_secretive
from tests.publish.home import Home, shell, signed_in
from tests.publish.server import TOKEN, ToyConsole

DECLARED = 's3cret/with+"odd" signs'
CONFIGURED = "another-one-of-the-configuration"


@pytest.mark.parametrize("key", ["api_key", "apiKey", "KEY", "db-password", "DbPassword", "TOKENS", "client_secret"])
def test_keys_that_say_secret(key: str) -> None:
    assert is_secretive(key)


@pytest.mark.parametrize("key", ["endpoint", "monkey", "keyboard", "region", "pass", "turkey_count"])
def test_keys_that_say_nothing_of_the_kind(key: str) -> None:
    assert not is_secretive(key)


def forms(secret: str) -> dict[str, str]:
    raw = secret.encode()
    return {
        "plain": secret,
        "in JSON": json.dumps(secret)[1:-1],
        "in an address": quote(secret, safe=""),
        "in a path": quote(secret),
        "in a form": quote_plus(secret),
        "in base64": base64.b64encode(raw).decode(),
        "in base64 for addresses": base64.urlsafe_b64encode(raw).decode(),
        "behind a name in base64": base64.b64encode(b"user:" + raw).decode(),
        "behind another name": base64.b64encode(b"us:" + raw + b"!").decode(),
    }


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


def given_away(home: Home) -> str:
    """A verification whose secrets turn up in its configuration, a header, an address, arguments and outputs."""
    secrets = {"s": {"token": {"type": "env", "key": "DECLARED"}}}
    configuration = {"db_password": CONFIGURED, "address": "http://alice:pa55word@localhost:1/", "copy": DECLARED}
    encoded = base64.b64encode(f"user:{DECLARED}".encode()).decode()
    script = 'printf "%s\\n" "$DECLARED" "$1"; printf %s "$DECLARED" | base64'
    asked = {
        "type": "http",
        "url": "http://alice:pa55word@localhost:1/",
        "headers": {"Authorization": "Bearer let-me-in", "X-Other": encoded},
        "timeout": 1,
    }
    method = [
        shell("argument", script),
        {"type": "probe", "name": "header", "provider": asked},
        {"type": "action", "name": "failing", "provider": {"type": "process", "path": "sh", "arguments": ["-c", "x"]}},
    ]
    method[0]["provider"]["arguments"] += ["sh", "${token}"]
    method[0]["provider"]["secrets"] = ["s"]
    return home.verification(method=method, secrets=secrets, configuration=configuration)


def test_a_secret_is_in_no_journal_report_log_record_or_payload(home: Home, toy: ToyConsole) -> None:
    home.settings.write_text(yaml.safe_dump(signed_in(toy)))
    home.environ["DECLARED"] = DECLARED
    name = given_away(home)
    reports = [argument for form in ("html", "md", "xml", "json") for argument in ("--report", f"report.{form}")]
    ended = home.chaos("--verbose", "verify", "--wait-publish", "20s", *reports, name)
    assert "Verdict" in ended.out
    home.chaos("publish", "journal.json")
    sources = {home.settings, home.path / name}
    files = [p for p in home.path.rglob("*") if p.is_file() and p not in sources]
    assert {"journal.json", "report.html", "report.xml"} <= {path.name for path in files}
    told = {str(path): path.read_text(errors="replace") for path in files}
    told["the log"] = ended.out
    told["what was sent"] = json.dumps([(s.path, s.body) for s in toy.memory.seen], ensure_ascii=False)
    written = [form for each in (DECLARED, CONFIGURED) for form in forms(each).values()]
    for where, text in told.items():
        for secret in (*written, TOKEN, "pa55word", "let-me-in"):
            assert secret not in text, f"{where}: {secret}"


def test_a_journal_of_before_is_published_without_what_it_gives_away(home: Home, toy: ToyConsole) -> None:
    home.by_environment(toy)
    home.environ["DECLARED"] = DECLARED
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
