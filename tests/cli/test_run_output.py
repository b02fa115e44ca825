"""What a run leaves behind where nobody watches: lines, and nothing loaded that draws."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from rtk.cli import run_output
from rtk.insight.insight import insight
from rtk.report.lines import lines
from rtk.verify.toolkit import Toolkit
from tests.report.samples import a_run
from tests.verify.world import experiment

DRAWS = "import sys, rtk.cli.verification, rtk.cli.guardian_entrypoint; print('rich' in sys.modules)"


def test_a_pipe_reads_the_end_line_by_line(caplog: pytest.LogCaptureFixture) -> None:
    _, facts = a_run("clean")
    found = insight(facts)
    with caplog.at_level(logging.INFO, "rtk.cli.run_output"):
        run_output.tell(found, facts)
    assert caplog.messages == list(lines(found, facts))


@pytest.mark.parametrize("code", ["raise ValueError('hush-hush')", "def notify(*_): raise SystemExit('hush-hush')"])
def test_a_notification_that_fails_is_said_and_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, code: str
) -> None:
    module = f"notifier_{len(code)}"
    (tmp_path / f"{module}.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    document = experiment(secrets={"s": {"token": "hush-hush"}})
    run_output.notify_start(Toolkit(document, {"notifications": [{"type": "plugin", "module": module}]}))
    [told] = caplog.messages
    assert told.startswith("A notification could not be sent (run-started): ")
    assert "hush" not in told


def test_a_run_that_nobody_watches_loads_nothing_that_draws() -> None:
    found = subprocess.run([sys.executable, "-c", DRAWS], capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"
