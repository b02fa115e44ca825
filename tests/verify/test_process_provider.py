"""Process activities come to what they come to under `chaos run`, but for what its engine does wrong."""

import os
import resource
import time
from pathlib import Path
from typing import Any

import pytest
from chaoslib.exceptions import ActivityFailed
from chaoslib.provider.process import run_process_activity

from rtk.verify.process_provider import run_process


def activity(path: str, arguments: Any = None, **provider: Any) -> dict[str, Any]:
    given = {} if arguments is None else {"arguments": arguments}
    return {"type": "action", "name": "p", "provider": {"type": "process", "path": path, **given, **provider}}


def shell(script: str, **provider: Any) -> dict[str, Any]:
    return activity("sh", ["-c", script], **provider)


@pytest.fixture
def no_pidfd(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_: int) -> int:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(os, "pidfd_open", unknown)


@pytest.mark.parametrize(
    "one",
    [
        activity("true"),
        activity("false"),
        activity("echo", "hello ${who}"),
        activity("echo", ["a", 1, 2.5, True, None, "", 0, "a b", "${who}"]),
        activity("printf", {"%s-%s\\n": "x", "y": ""}),
        shell("echo out; echo err >&2; exit 3"),
        shell("kill -9 $$"),
        shell("exec >&- 2>&-; sleep 0.2; exit 4"),
        shell("head -c 300000 /dev/zero | tr '\\0' 'x'; head -c 300000 /dev/zero | tr '\\0' 'y' >&2"),
        shell("printf 'caf\\351 \\374ber alles, na dann'"),
        activity("~/tool"),
        activity("./tool"),
        activity("../home/tool"),
    ],
)
def test_an_output_is_what_it_is_under_chaos_run(
    one: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(home)
    (home / "tool").write_text("#!/bin/sh\necho tool\n")
    (home / "tool").chmod(0o755)
    configuration = {"who": "me"}
    assert run_process(one, configuration, {}) == run_process_activity(one, configuration, {})


def test_the_same_where_the_kernel_does_not_tell_of_an_end(no_pidfd: None) -> None:
    assert run_process(shell("sleep 0.2; echo out; exit 3"), {}, {}) == {"status": 3, "stdout": "out\n", "stderr": ""}


@pytest.mark.parametrize("data", [bytes(range(256)), b"\xff\xfe\x00" * 99, b"\x80", "über".encode()[:1] + b"\n"])
def test_output_that_is_no_text_does_not_count_the_exit_code_does(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "data").write_bytes(data)
    assert run_process(activity("cat", [str(tmp_path / "data")]), {}, {})["status"] == 0


def test_a_child_that_holds_the_output_is_not_waited_for_and_does_not_die_of_it(tmp_path: Path) -> None:
    done, goes_on = tmp_path / "done", tmp_path / "goes-on"
    waits = f"until [ -e {goes_on} ]; do sleep 0.05; done"
    script = f"({waits}; echo late; echo late; echo x > {done}; sleep 20) & echo started"
    assert run_process(shell(script), {}, {})["stdout"] == "started\n", "and the child goes on only after that"
    goes_on.touch()
    until = time.monotonic() + 60
    while not done.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert done.exists(), "it could write"


@pytest.mark.parametrize("script", ["sleep 25 & wait", "sleep 25", "exec >&- 2>&-; sleep 25", "yes | tr y z"])
@pytest.mark.parametrize("kernel", ["tells", "is silent"])
def test_a_time_limit_holds_and_ends_whatever_was_started(
    script: str, kernel: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kernel == "is silent":
        request.getfixturevalue("no_pidfd")
    mark = f"RTK_TEST_{os.getpid()}_{time.monotonic_ns()}"
    monkeypatch.setenv(mark, "1")
    began = time.monotonic()
    with pytest.raises(ActivityFailed, match=r"^process activity took too long to complete$"):
        run_process(shell(script, timeout=0.4), {}, {})
    while _marked(mark) and time.monotonic() - began < 15:
        time.sleep(0.05)
    assert not _marked(mark)
    assert time.monotonic() - began < 15, "by itself it would take longer"


def _marked(mark: str) -> list[str]:
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            state = place.joinpath("stat").read_text().rpartition(")")[2].split()[0]
            if int(place.name) != os.getpid() and state != "Z" and mark.encode() in (place / "environ").read_bytes():
                found.append(place.name)
        except OSError:
            continue
    return found


def test_no_descriptor_is_left(tmp_path: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        run_process(shell("exit 1"), {}, {})
        with pytest.raises(ActivityFailed):
            run_process(shell("sleep 9", timeout=0.05), {}, {})
    assert len(list(Path("/proc/self/fd").iterdir())) <= before


def test_a_program_that_is_not_there_is_said() -> None:
    with pytest.raises(ActivityFailed, match="the program no-such-program cannot be found"):
        run_process(activity("no-such-program"), {}, {})


@pytest.mark.parametrize("timeout", ["soon", "${nobody}", True])
def test_a_time_limit_that_is_no_number_fails(timeout: Any) -> None:
    with pytest.raises(ActivityFailed, match="expected a number of seconds above 0"):
        run_process(activity("true", timeout=timeout), {"t": 2}, {})


def test_at_a_limit_of_descriptors_the_systems_own_error_is_told() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        with pytest.raises(OSError, match="Too many open files"):
            run_process(activity("true"), {}, {})
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
