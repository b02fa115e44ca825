import io

import pytest
from msgspec.structs import replace
from rich.cells import cell_len
from rich.console import Console

from rtk.insight.facts import ActivitySpan, RunEvent
from rtk.insight.insight import insight
from rtk.report.screen import screen
from tests.report.samples import Run, a_run


def shown(run: Run, width: int = 100, encoding: str = "utf-8", colour: bool = False) -> str:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding, write_through=True)
    console = Console(file=file, width=width, force_terminal=colour, no_color=not colour, legacy_windows=False)
    console.print(screen(*run))
    return raw.getvalue().decode(encoding)


@pytest.mark.parametrize("width", [60, 84, 100, 200])
def test_no_line_is_wider_than_the_terminal(run: Run, width: int) -> None:
    assert max(cell_len(line.rstrip()) for line in shown(run, width).splitlines()) <= width


@pytest.mark.parametrize("name", ["clean", "deviating", "published", "long", "boolean", "nothing", "invalid"])
def test_it_is_one_screen(name: str) -> None:
    assert shown(a_run(name)).count("\n") <= 45


def many_moments() -> Run:
    """Two conditions, two rollbacks, and more notes than fit."""
    _, facts = a_run("deviating")
    facts = replace(
        facts,
        conditions=(*facts.conditions, ActivitySpan("slow-cache", 63.0, 64.0, "succeeded")),
        rollbacks=(*facts.rollbacks, ActivitySpan("quick-cache", 373.0, 374.0, "succeeded")),
        events=tuple(RunEvent(100.0 + k, f"note {k}") for k in range(9)),
    )
    return insight(facts), facts


@pytest.mark.parametrize("width", [60, 80, 120])
def test_conditions_rollbacks_recovery_and_end_are_kept_and_what_is_left_out_is_counted(width: int) -> None:
    text = shown(many_moments(), width)
    for told in (
        *(f"condition {name} {went}" for name in ("inject-cpu-load", "slow-cache") for went in ("started", "returned")),
        *(f"rollback {name} {went}" for name in ("Stop SSM run command", "quick-cache") for went in ("started", "ret")),
        *("first deviated", "recovered", "the run ended", "… 13 more in the reports"),
    ):
        assert told in text
    assert "more in the reports" not in shown(a_run("nothing"), width)


def test_a_terminal_without_unicode_gets_ascii(run: Run) -> None:
    assert shown(run, encoding="ascii").isascii()


def test_without_colour_no_escape_is_written(run: Run) -> None:
    assert "\x1b" not in shown(run)


def test_with_colour_the_verdict_has_one() -> None:
    assert "\x1b[1;31m" in shown(a_run("published"), colour=True)


def test_every_question_is_answered() -> None:
    found, _ = a_run("deviating")
    text = " ".join(shown(a_run("deviating"), 120).split())
    for told in (
        "✗ fail",
        found.headline,
        "at most 93.0 %",
        "1.16 % of the budget",
        "restored",
        "first dev",
    ):
        assert told in text
    assert "./journal.json" in text


def test_a_run_that_was_not_begun_shows_one_cause_and_one_next_step() -> None:
    text = shown(a_run("nothing"))
    assert "Next: Bring the service into its steady state" in text
    assert "no data" not in text
    assert "0 %" not in text.replace("100 %", "0 %").replace("95 %", "")


def test_a_failed_rollback_shows_the_whole_command() -> None:
    text = " ".join(shown(a_run("not restored"), 60).split())
    assert "aws ssm cancel-command --command-id 4b1f0e1c-91ac-4f1c-9d5e-1e1d2c3b4a59" in text


def test_console_markup_in_names_is_plain_text() -> None:
    found, facts = a_run("clean")
    text = shown((replace(found, title="[bold red]x[/] [link=http://a]y[/link]"), facts))
    assert "[bold red]x[/] [link=http://a]y[/link]" in text
