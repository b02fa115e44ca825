"""What a run leaves behind where nobody watches: lines, and nothing loaded that draws."""

import logging
import subprocess
import sys

import pytest

from rtk.cli import run_output
from rtk.insight.insight import insight
from rtk.report.lines import lines
from tests.report.samples import a_run

DRAWS = "import sys, rtk.cli.verification, rtk.cli.guardian_entrypoint; print('rich' in sys.modules)"


def test_a_pipe_reads_the_end_line_by_line(caplog: pytest.LogCaptureFixture) -> None:
    _, facts = a_run("clean")
    found = insight(facts)
    with caplog.at_level(logging.INFO, "rtk.cli.run_output"):
        run_output.tell(found, facts)
    assert caplog.messages == list(lines(found, facts))


def test_a_run_that_nobody_watches_loads_nothing_that_draws() -> None:
    found = subprocess.run([sys.executable, "-c", DRAWS], capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"
