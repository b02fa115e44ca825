"""What one occurrence costs, in short, and that a cost which depends on the length would be found."""

import random
from pathlib import Path
from re import search

from bench import occurrence
from bench.occurrence import CELLS, MINUTES, Cell
from bench.sitting import Sitting

ROOT = Path(__file__).parents[2]


def test_the_row_holds_in_short() -> None:
    row = occurrence.run(Sitting("occurrence", quick=True))
    assert row.held
    assert "right: quiet 100 %" in row.measured


def test_one_cell_that_is_wrong_is_found() -> None:
    right = {cell.name(): 1.0 for cell in CELLS} | {f"all bad, {minutes} min": 1205.0 for minutes in MINUTES}
    assert occurrence.held(right, 400)
    assert not occurrence.held({**right, CELLS[0].name(): 0.0}, 400)
    assert not occurrence.held({**right, CELLS[-1].name(): 0.9}, 400)
    assert not occurrence.held({**right, "all bad, 20 min": 1225.0}, 400)
    assert not occurrence.held({**right, "all bad, 1 min": -1.0}, 400)


def test_a_run_is_measured_as_its_cell_says() -> None:
    found = occurrence.priced(Cell(5, 0, 1), 4, None, random.Random(1))
    assert (found.deviating_s, found.cost_s, found.applied_s) == (20.0, 25.0, 60.0)


def test_the_page_and_the_decision_quote_what_is_measured() -> None:
    """The least of all cells, in whole per cent."""
    results = (ROOT / "bench" / "RESULTS.md").read_text()
    told = search(r"99 % good at least every 1 s L 1 ([\d.]+) %, every 1 s L 3 ([\d.]+) %, .*?L 10 ([\d.]+) %", results)
    assert told
    least = int(min(float(each) for each in told.groups()))
    assert f"at\nleast {least} % of 400 runs" in (ROOT / "docs" / "explanation" / "budgets.md").read_text()
    (decision,) = (ROOT / "decisions").glob("0135-*")
    assert f"in {least} to 100 % of the runs" in decision.read_text()
