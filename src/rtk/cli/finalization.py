"""What is told of a run once its record is complete: by the run itself, its guardian, or `chaos recover`."""

from collections.abc import Callable
from pathlib import Path

from rtk.cli import run_output
from rtk.insight.facts import Facts
from rtk.insight.insight import insight as insight_of
from rtk.insight.shape import Insight
from rtk.report.story import PAGE
from rtk.verify.facts import facts_of
from rtk.verify.record import Recorded


def files_of(recorded: Recorded) -> tuple[str, tuple[str, ...]]:
    """Where the journal and the reports of a run go, as its command was told."""
    kept = recorded.head["kept"]
    return kept["journal"], tuple(kept["reports"])


def finish(
    path: Path, amend: Callable[[Facts], Facts] = lambda facts: facts, page: str = ""
) -> tuple[Recorded, Insight, Facts, list[str]]:
    """Write the journal and the reports of a complete record; a sentence for each that could not be written.

    `amend` adds what the record could not take, on a full disk; `page` is the console's of the run, if known.
    """
    recorded = Recorded(path)
    journal, reports = files_of(recorded)
    named = {f"report {number}" if len(reports) > 1 else "report": each for number, each in enumerate(reports, 1)}
    paged = {PAGE: page} if page else {}
    facts = amend(facts_of(recorded, {"journal": journal, **named, "record": str(path), **paged}))
    insight = insight_of(facts)
    return recorded, insight, facts, run_output.write_all(journal, reports, recorded, insight, facts)
