"""The table, and below it every trial it comes from."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from bench import machine
from bench.row import Row, Trial
from bench.sitting import ROUNDS, TRIES
from bench.weather import MOST_OTHERS, MOST_STEAL

HELD = {True: "yes", False: "**no**", None: "not measured"}


def text(rows: Sequence[tuple[str, Row]], quick: bool = False) -> str:
    """The results as Markdown; `rows` are the modules' names with their rows."""
    beside = [line for _, row in rows if row.table for line in (row.table, "")]
    lines = [*_top(quick), *_table(rows), "", *beside, "## Trials", "", *_trials(rows)]
    return "\n".join(lines) + "\n"


def keep(name: str, row: Row, folder: Path) -> None:
    """Keep a row, so that a sitting that is broken off loses nothing."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.json").write_bytes(msgspec.json.encode(row))


def kept(names: Iterable[str], folder: Path) -> list[tuple[str, Row]]:
    """The rows that are kept, in the given order; one that was never measured says so."""
    places = [(name, folder / f"{name}.json") for name in names]
    never = Row("(never measured here)", "", "", None)
    return [
        (name, msgspec.json.decode(place.read_bytes(), type=Row) if place.exists() else replace(never, what=name))
        for name, place in places
    ]


def _top(quick: bool) -> Iterable[str]:
    warning = "A quick run: it shows that everything works. **Its numbers mean nothing.**"
    return [
        "# The measurer, measured",
        "",
        *([warning, ""] if quick else []),
        f"Written by `make bench` on {machine.date()}.",
        f"Machine: {machine.machine()}.",
        f"Versions: {machine.versions()}.",
        "",
        f"Figures are medians of at least {ROUNDS} trials, with their range; the contenders of a row take turns in one",
        "sitting, whose end is below. A timed trial during",
        f"which other processes took more than {MOST_OTHERS:.2f} core, or the hypervisor more than",
        f"{MOST_STEAL:.2f} core, is void and repeated; after {TRIES} void ones in a row the row has no number.",
        "",
    ]


def _table(rows: Sequence[tuple[str, Row]]) -> Iterable[str]:
    yield "| what | must | measured: median (range) | held | trials: counted / void | until (UTC) |"
    yield "|---|---|---|---|---|---|"
    for _, row in rows:
        held = HELD[row.held]
        yield f"| {row.what} | {row.must} | {row.measured} | {held} | {row.counted} / {row.void} | {row.taken} |"


def _trials(rows: Sequence[tuple[str, Row]]) -> Iterable[str]:
    yield "What each trial found, and what others took while it ran, in cores."
    yield ""
    yield "| row | contender | found | s | others | steal |"
    yield "|---|---|---|---|---|---|"
    for name, row in rows:
        for trial in row.trials:
            weather = trial.weather
            taken = f"{weather.seconds:.1f} | {weather.others:.3f} | {weather.steal:.3f}"
            yield f"| {name} | {trial.contender} | {_found(trial)} | {taken} |"


def _found(trial: Trial) -> str:
    if trial.figures is None:
        return "void"
    return ", ".join(f"{name} {value:.4g}" for name, value in trial.figures.items())
