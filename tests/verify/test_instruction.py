"""What a person does by hand: tried in a real shell, with a stand-in for curl that prints its arguments."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from rtk.verify.instruction import by_hand
from rtk.verify.toolkit import Toolkit
from tests.verify.world import experiment

SECRET = "hush-hush-9"
JSON, SENT = {"Content-Type": "application/json"}, '{"on": false, "of": "i-7"}'
URL = "http://shop.example/faults/1"
SECRETS = {"shop": {"token": {"type": "env", "key": "A_TOKEN"}, "written": "in-the-file"}}
CONFIGURATION = {"id": "i-7", "password": {"type": "env", "key": "DB_PASSWORD"}}


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("A_TOKEN", SECRET)
    monkeypatch.setenv("DB_PASSWORD", "open-sesame")
    monkeypatch.delenv("PYTHONPATH", raising=False)
    (tmp_path / "the folder").mkdir()
    monkeypatch.chdir(tmp_path / "the folder")


def told(provider: dict[str, Any]) -> str:
    toolkit = Toolkit(experiment(configuration=CONFIGURATION, secrets=SECRETS), {})
    line = by_hand({"type": "action", "name": "undo", "provider": provider}, toolkit)
    assert toolkit.redact(line) == line, "what the record writes is what was told"
    assert all(secret not in line for secret in (SECRET, "in-the-file", "open-sesame"))
    return line


def process(arguments: Any = None, path: str = "printf") -> dict[str, Any]:
    return {"type": "process", "path": path, "arguments": arguments}


def request(**more: Any) -> dict[str, Any]:
    return {"type": "http", "url": URL, **more}


def call(func: str, module: str = "json", **more: Any) -> dict[str, Any]:
    return {"type": "python", "module": module, "func": func, **more}


def pasted(line: str) -> str:
    """What a shell elsewhere prints of it."""
    shell = "curl() { printf '%s\\n' \"$@\"; }\n"
    done = subprocess.run(["sh", "-c", shell + line], cwd="/", capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        (["%s|", "it's it", "$HOME"], "it's it|$HOME|"),
        ({"%s|": None, "--id": "${id}"}, "--id|i-7|"),
        ("'%s|' as it is", "as|it|is|"),
        ("'%s|' ${token}", f"{SECRET}|"),
        ("'%s|' \"a ${token} b\"", f"a {SECRET} b|"),
        ("'%s|' '{\"t\": \"${token}\"}'", f'{{"t": "{SECRET}"}}|'),
        (["%s|", "--token=${token}"], f"--token={SECRET}|"),
        (["%s|", "${written}"], "*****|"),
        (["%s|", "${password}"], "open-sesame|"),
        (["none"], "none"),
    ],
)
def test_a_process_is_a_line_that_does_the_same_elsewhere(arguments: Any, printed: str) -> None:
    assert pasted(told(process(arguments))) == printed


def test_a_process_runs_in_the_folder_of_the_run(tmp_path: Path) -> None:
    assert told(process(path="pwd")) == f"cd '{tmp_path}/the folder' && pwd"
    assert pasted(told(process(path="pwd"))) == f"{tmp_path}/the folder\n"


@pytest.mark.parametrize(
    ("provider", "words"),
    [
        (request(), ["-fL", URL]),
        (request(method="delete"), ["-fL", "-X", "DELETE", URL]),
        (request(method="HEAD"), ["-fL", "-I", URL]),
        (request(url="http://x/${id}", timeout=3, verify_tls=False), ["-fL", "--max-time", "3", "-k", "http://x/i-7"]),
        (request(timeout=[2, 5]), ["-fL", "--connect-timeout", "2", "--max-time", "5", URL]),
        (request(max_retries=4), ["-fL", "--retry", "4", URL]),
        (request(verify_tls="/etc/ca.pem"), ["-fL", "--cacert", "/etc/ca.pem", URL]),
        (request(headers={"X-Mode": "it's off"}), ["-fL", "-H", "X-Mode: it's off", URL]),
        (request(arguments={"q": "a b", "n": [1, 2]}), [
            "-fL", "-G", "--data-urlencode", "q=a b", "--data-urlencode", "n=1", "--data-urlencode", "n=2", URL,
        ]),
        (request(method="POST", arguments={"on": "no"}), ["-fL", "--data-urlencode", "on=no", URL]),
        (request(method="PUT", arguments="as it is"), ["-fL", "-X", "PUT", "--data-raw", "as it is", URL]),
        (
            request(method="PATCH", headers=JSON, arguments={"on": False, "of": "${id}"}),
            ["-fL", "-X", "PATCH", "-H", "Content-Type: application/json", "--data-raw", SENT, URL],
        ),
        (request(headers={"Authorization": "Bearer ${token}"}), ["-fL", "--oauth2-bearer", SECRET, URL]),
        (request(headers={"Authorization": "Key ${token}"}), ["-fL", "-H", f"Authorization: Key {SECRET}", URL]),
        (request(headers={"Authorization": "Bearer abcdef"}), ["-fL", "-H", "Authorization: *****", URL]),
        (request(headers={"X-Key": "${token}"}), ["-fL", "-H", f"X-Key: {SECRET}", URL]),
        (request(headers={"X-Key": "${written}"}), ["-fL", "-H", "X-Key: *****", URL]),
        (request(url="http://x/?key=${token}"), ["-fL", f"http://x/?key={SECRET}"]),
    ],
)  # fmt: skip
def test_a_request_is_told_whole_as_curl_sends_it(provider: dict[str, Any], words: list[str]) -> None:
    assert pasted(told(provider)).splitlines() == words


def test_a_call_is_told_with_its_module_and_gives_the_same(tmp_path: Path) -> None:
    given = {"obj": {"id": "${id}", "key": "Bearer ${token}", "on": True, "n": [1, None], "say": 'it\'s "it"'}}
    line = told(call("dumps", arguments=given))
    assert "from json import dumps" in line
    expected = {"id": "i-7", "key": f"Bearer {SECRET}", "on": True, "n": [1, None], "say": 'it\'s "it"'}
    assert json.loads(pasted(line)) == expected
    assert line.startswith(f"cd '{tmp_path}/the folder' && ")


def test_a_call_is_given_the_configuration_and_the_secrets_its_function_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "def undo(configuration=None, secrets=None):\n    return [configuration, secrets]\n"
    (tmp_path / "a_shop.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    line = told(call("undo", "a_shop", secrets=["shop"]))
    configuration = {"id": "i-7", "password": "open-sesame"}
    assert pasted(line) == f"[{configuration}, {{'token': '{SECRET}', 'written': '*****'}}]\n"


def test_a_call_that_cannot_be_found_here_is_told_all_the_same() -> None:
    assert "from not_here import undo; print(undo(id=" in told(call("undo", "not_here", arguments={"id": "${id}"}))


def test_our_own_functions_are_told_of_the_run_they_belong_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTK_RUN_ID", "run-1")
    assert "RTK_RUN_ID=run-1 " in told(call("cancel_commands", "chaoscloud.actions.ssm"))
    assert "RTK_RUN_ID" not in told(process(["%s"]))
