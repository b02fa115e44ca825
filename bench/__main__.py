"""`python -m bench [ROW ...] [--quick]`: measures, prints the table, and rewrites bench/RESULTS.md.

The contenders of a row are measured side by side in one sitting. A row that is measured alone replaces its line.
"""

import argparse
import re
import secrets
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bench import (
    calls,
    chart,
    console,
    controlled,
    cost,
    group,
    guarding,
    ingest,
    insight,
    lab,
    large,
    lateness,
    lateness_burning,
    machine,
    memory,
    occurrence,
    onscreen,
    pages,
    publishing,
    rate,
    reading,
    reading_burning,
    reads,
    rereading,
    results,
    scale,
    siege,
    slots,
    standing,
    startup,
    stopping,
    undoing,
    verdict,
    viewers,
)
from bench.command import CommandFailed
from bench.row import Row
from bench.sitting import NoQuiet, Sitting

# One module a row, in the order of the table.
ROWS: dict[str, Callable[[Sitting], Row]] = {
    "slots": slots.run,
    "lateness": lateness.run,
    "lateness_burning": lateness_burning.run,
    "reading": reading.run,
    "reading_burning": reading_burning.run,
    "rate": rate.run,
    "cost": cost.run,
    "memory": memory.run,
    "startup": startup.run,
    "guarding": guarding.run,
    "undoing": undoing.run,
    "undoing_burning": undoing.run_burning,
    "rereading": rereading.run,
    "insight": insight.run,
    "lab": lab.run,
    "console": console.run,
    "publishing": publishing.run,
    "controlled": controlled.run,
    "ingest": ingest.run,
    "calls": calls.run,
    "reads": reads.run,
    "scale": scale.run,
    "pages": pages.run,
    "viewers": viewers.run,
    "onscreen": onscreen.run,
    "chart": chart.run,
    "large": large.run,
    "stopping": stopping.run,
    "siege": siege.run,
    "verdict": verdict.run,
    "standing": standing.run,
    "occurrence": occurrence.run,
}
SIMULATED = ("verdict", "standing", "occurrence")  # they are not timed
SPREAD = re.compile(r"\d.* \(.*\d to -?\d")  # a quick difference may be less than its noise
RESULTS = Path(__file__).with_name("RESULTS.md")
KEPT = Path(__file__).with_name("kept")  # rows as they were measured last, not for git


def row(name: str, sitting: Sitting) -> Row:
    """A row; one that could not be measured says why instead of a number."""
    try:
        return ROWS[name](sitting)
    except (NoQuiet, CommandFailed, subprocess.CalledProcessError, OSError) as error:
        return sitting.row(f"no number: {error}", None)


def taken(name: str, quick: bool, seed: int | None = None, beside: Path | None = None) -> Row:
    """A row, measured now; kept unless it was quick."""
    found = replace(row(name, Sitting(name, quick, seed, beside)), taken=machine.date())
    if not quick:
        results.keep(name, found, KEPT)
    return found


def seed_of(text: str) -> int:
    """The seed that an option gives: a number, or `new` for one that is drawn now."""
    return secrets.randbelow(2**32) if text == "new" else int(text)


def works(name: str, found: Row) -> bool:
    """Return whether a quick row was measured, without a void trial, and says what it asks and how figures spread."""
    return (
        found.held is not None
        and found.void == 0
        and all((found.what, found.must))
        and (name in SIMULATED or SPREAD.search(found.measured) is not None)
    )


def main(words: list[str] | None = None) -> int:
    """Measure; 0 when every row held, or the run was quick and every row works."""
    options = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    options.add_argument("rows", nargs="*", metavar="ROW", help=f"one or several of {', '.join(ROWS)}")
    options.add_argument("--quick", action="store_true", help="only show that everything works, in seconds")
    options.add_argument(
        "--write", action="store_true", help="measure nothing; write the results anew from what is kept"
    )
    options.add_argument(
        "--seed", type=seed_of, metavar="NUMBER|new", help="what simulated rows begin with; new draws one, and tells it"
    )
    options.add_argument(
        "--beside",
        type=Path,
        metavar="CHECKOUT",
        help="an earlier checkout (git worktree) that insight takes turns with",
    )
    given = options.parse_args(words)
    if given.write:
        RESULTS.write_text(results.text(results.kept(ROWS, KEPT)))
        return 0
    if unknown := [name for name in given.rows if name not in ROWS]:
        options.error(f"there is no row {unknown[0]}; expected one of {', '.join(ROWS)}")
    names = given.rows or list(ROWS)
    with group.joined():
        rows = [(name, taken(name, given.quick, given.seed, given.beside)) for name in names]
    print(results.text(rows, given.quick))
    if not given.quick:
        RESULTS.write_text(results.text(results.kept(ROWS, KEPT)))
    if faulty := [name for name, one in rows if not (works(name, one) if given.quick else one.held)]:
        print(f"these rows failed: {', '.join(faulty)}", file=sys.stderr)
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main())
