"""What somebody who watches a run sees last."""

import pytest
from msgspec.structs import replace

from rtk.cli.spectator import Spectator
from rtk.insight.insight import insight
from rtk.verify.progress import Progress
from tests.report.samples import a_run

PAGE = "https://rtk.example.com/an-organization/a-team/insights/018f6f2e-7f3a-7b0c-9d5e-1e1d2c3b4a59"
SPECTATOR = Spectator(Progress(now=lambda: 1.0, started=0.0))


@pytest.mark.parametrize("width", ["40", "80", "120"])
def test_the_pages_address_is_the_last_line_and_whole_however_narrow_the_terminal(
    width: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    _, facts = a_run("clean")
    facts = replace(facts, files={**facts.files, "page": PAGE})
    SPECTATOR.show_end(insight(facts), facts)
    shown = [line.strip() for line in capsys.readouterr().err.splitlines() if line.strip()]
    assert shown[-1] == f"page: {PAGE}"
    assert sum("rtk.example.com" in line for line in shown) == 1


def test_where_no_console_has_answered_no_page_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    SPECTATOR.show_page("")
    assert capsys.readouterr().err == ""
