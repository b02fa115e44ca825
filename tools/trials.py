"""Tries the mutants of a session: `tools/mutants.py` runs it, in a copy of the repository.

    python tools/trials.py SESSION ARGUMENT ...

The ARGUMENTS are pytest's. Where there is a file `again`, only the mutants are tried whose differences stand in it.
Each is tried in a fork of this process, which has imported before whatever the tests import that is not ours: that is
most of what starting them anew costs.
"""

import importlib
import importlib.util
import os
import signal
import sys
import time
from collections.abc import Collection, Iterable
from contextlib import suppress
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from cosmic_ray.mutating import use_mutation
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_db import WorkDB
from cosmic_ray.work_item import MutationSpec, TestOutcome, WorkerOutcome, WorkResult

LIMIT_S = 120  # of the tests of one mutant: a mutant that waits for ever is killed
LOOK_S = 0.02


def main(session: str, arguments: list[str]) -> int:
    """Try what is pending; the exit code is pytest's where the tests fail without any mutant."""
    with Path("imported").open("w+", encoding="utf-8") as names:
        if status := _played(arguments, names.fileno()):
            return status
        names.seek(0)
        imported = names.read().split()
    if not _played(arguments, imported=imported):  # some of it may bear no fork
        _import(imported)
    database = WorkDB(session, WorkDB.Mode.open)
    again = Path("again").read_text(encoding="utf-8").split("\n\n") if Path("again").exists() else None
    for item in list(database.pending_work_items):
        try:
            result = _tried(item.mutations[0], arguments, again)
        except Exception:  # noqa: BLE001 - there are mutants that Cosmic Ray fails to make
            result = WorkResult(WorkerOutcome.EXCEPTION)
        database.set_result(item.job_id, result)
    database.close()
    return 0


def _tried(mutation: MutationSpec, arguments: list[str], again: Collection[str] | None) -> WorkResult:
    operator = get_operator(mutation.operator_name)(**mutation.operator_args)
    with use_mutation(mutation.module_path, operator, mutation.occurrence) as (code, mutated):
        if mutated is None:
            return WorkResult(WorkerOutcome.NO_TEST)
        difference = difference_of(code, mutated)
        if again is not None and difference not in again:
            return WorkResult(WorkerOutcome.SKIPPED)
        forget_bytecode(Path(mutation.module_path))
        outcome = TestOutcome.KILLED if _played(arguments) else TestOutcome.SURVIVED
        return WorkResult(WorkerOutcome.NORMAL, diff=difference, test_outcome=outcome)


def forget_bytecode(module: Path) -> None:
    """Remove what Python compiled of a module: it takes one for two mutants that are as long, in the same second."""
    Path(importlib.util.cache_from_source(str(module))).unlink(missing_ok=True)


def difference_of(code: str, mutated: str) -> str:
    """The lines that differ, as `make mutants` tells them and tests/mutants.md lists them."""
    pairs = zip(code.split("\n"), mutated.split("\n"), strict=False)
    before, after = zip(*(pair for pair in pairs if pair[0] != pair[1]), strict=True)
    return "\n".join([*(f"- {line.strip()}" for line in before), *(f"+ {line.strip()}" for line in after)])


def _played(arguments: list[str], names: int | None = None, imported: Iterable[str] = ()) -> int:
    """Play the tests in a fork; the status it left with, not 0 where it took too long. Tell what was imported."""
    child = os.fork()
    if not child:
        _import(imported)
        _play(arguments, names)
    until = time.monotonic() + LIMIT_S
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            _end(child)
            return status
        time.sleep(LOOK_S)
    _end(child)
    return os.waitpid(child, 0)[1] or 1


def _play(arguments: list[str], names: int | None) -> None:
    os.setsid()
    if names is None:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for each in (0, 1, 2):
            os.dup2(nowhere, each)
    status = 1
    with suppress(BaseException):
        status = int(pytest.main(arguments))
        if names is not None:
            os.write(names, "\n".join(_not_ours()).encode())
    os._exit(status)


def _not_ours() -> list[str]:
    """The modules that were imported and lie outside this copy, but for plugins, which pytest imports its own way."""
    here, plugins = str(Path.cwd()), {each.module.partition(".")[0] for each in entry_points(group="pytest11")}
    places = {name: getattr(module, "__file__", None) for name, module in list(sys.modules.items())}
    outside = (name for name, place in places.items() if place and not place.startswith(here))
    return [name for name in outside if name.partition(".")[0] not in plugins]


def _import(names: Iterable[str]) -> None:
    for name in names:
        with suppress(BaseException):
            importlib.import_module(name)


def _end(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
