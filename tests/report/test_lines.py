from msgspec.structs import replace

from rtk.insight.facts import RunEvent
from rtk.insight.insight import insight
from rtk.report.lines import lines
from tests.report.samples import Run, a_run


def test_every_line_is_one_line(run: Run) -> None:
    for line in lines(*run):
        assert line.isprintable() or not {c for c in line if ord(c) < 32}
        assert "\n" not in line


def test_the_first_line_is_the_verdict() -> None:
    found, _ = a_run("published")
    assert lines(*a_run("published"))[0] == f"Verdict: fail. {found.headline}"


def test_figures_and_files_are_told() -> None:
    text = "\n".join(lines(*a_run("published")))
    assert "What did it cost? 0.93 % of the budget: 40 s of bad time" in text
    assert "Conditions: planned 30, met 16, deviated 4, missed 10" in text or "met 16" in text
    assert "File, journal: ./journal.json" in lines(*a_run("clean"))


def test_a_failed_rollback_is_told_loudly_with_its_command() -> None:
    text = "\n".join(lines(*a_run("not restored")))
    assert "NOT RESTORED" in text
    assert "By hand, for Stop SSM run command: aws ssm cancel-command" in text


def test_what_is_left_out_is_counted() -> None:
    _, facts = a_run("clean")
    facts = replace(facts, events=tuple(RunEvent(100.0 + k, f"note {k}") for k in range(30)))
    text = lines(insight(facts), facts)
    assert "And 18 more in the reports" in text
    assert not any("more in the reports" in line for line in lines(*a_run("clean")))
