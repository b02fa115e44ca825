"""`python -m bench [ROW ...] [--quick]`: measures, prints the table, and rewrites bench/RESULTS.md.

The file is only rewritten by a whole run, so that all of it was measured side by side.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from bench import (
    cost,
    guarding,
    lab,
    lateness,
    lateness_burning,
    memory,
    rate,
    reading,
    reading_burning,
    rereading,
    results,
    slots,
    startup,
    undoing,
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
    "lab": lab.run,
}
RESULTS = Path(__file__).with_name("RESULTS.md")


def row(name: str, sitting: Sitting) -> Row:
    """A row; one that could not be measured says why instead of a number."""
    try:
        return ROWS[name](sitting)
    except (NoQuiet, CommandFailed, subprocess.CalledProcessError, OSError) as error:
        return sitting.row(f"no number: {error}", None)


def main(words: list[str] | None = None) -> int:
    """Measure; 0 when every row held, or the run was quick and every row could be measured."""
    options = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    options.add_argument("rows", nargs="*", metavar="ROW", help=f"one or several of {', '.join(ROWS)}")
    options.add_argument("--quick", action="store_true", help="only show that everything works, in seconds")
    given = options.parse_args(words)
    if unknown := [name for name in given.rows if name not in ROWS]:
        options.error(f"there is no row {unknown[0]}; expected one of {', '.join(ROWS)}")
    names = given.rows or list(ROWS)
    rows = [(name, row(name, Sitting(name, given.quick))) for name in names]
    told = results.text(rows, given.quick)
    print(told)
    if names == list(ROWS) and not given.quick:
        RESULTS.write_text(told)
    return 0 if all(one.held is True or (given.quick and one.held is not None) for _, one in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
