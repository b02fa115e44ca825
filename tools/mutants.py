"""Breaks the code one small way at a time and sees whether a test notices: `make mutants`.

    python tools/mutants.py [--most N] [--seed N] [--workers N] [--again FILE] [PART ...]

A PART is the name of a set below, or the path of a module under src. `--most` is how many mutants of each module are
tried, drawn by `--seed`; 0 tries them all. `--again` tries only those that FILE, what this command printed before,
names as survivors. Mutants that survive are told as differences; those that tests/mutants.md
lists with a reason are known. Exits 1 when one survived that is not.
"""

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cosmic_ray.work_db import WorkDB
from cosmic_ray.work_item import TestOutcome, WorkerOutcome, WorkResult

ROOT = Path(__file__).parents[1]
KNOWN = ROOT / "tests" / "mutants.md"
# What a type checker, a linter or each import says before any test does.
LEFT_OUT = re.compile(r"BitOr|RemoveDecorator|(Eq|Lt|LtE|Gt|GtE)_Is(Not)?$")
# Tests of the console need Django; the others start four times as fast without any plugin that they do not use.
PLAIN = "[pytest]\naddopts = --import-mode=importlib\npythonpath = .\nmarkers = timeout\ntimeout = 100\n"
# These tests of the console need neither, nor what the others share.
ALONE = frozenset(("console/store/test_committing_alone.py", "console/store/test_intake.py"))
# What matters most, with the tests that are to notice.
PARTS: dict[str, dict[str, str]] = {
    "durability": {
        "rtk/verify/record.py": "verify/test_record.py verify/test_record_edges.py verify/test_recovery.py",
        "rtk/publish/upload_state.py": "publish/test_upload_state.py",
        "rtk/publish/spool.py": "publish/test_spool.py",
        "rtk/publish/record_reader.py": "publish/test_record_reader.py",
        "rtk/publish/delivery.py": "publish/test_delivery.py",
        "rtk/console/store/commit.py": "console/store/test_committing_alone.py",
        "rtk/console/store/intake.py": "console/store/test_intake.py",
    },
    "locking": {"rtk/verify/holds.py": "verify/test_holds.py", "rtk/verify/lock.py": "verify/test_lock.py"},
    "exit-codes": {"rtk/cli/exit_codes.py": "cli/test_exit_codes.py"},
    "secrets": {
        "rtk/verify/redact.py": "verify/test_redact.py verify/test_secretive.py verify/test_spelling.py",
        "rtk/verify/secretive.py": "verify/test_secretive.py publish/test_secrets.py",
        "rtk/verify/spelling.py": "verify/test_spelling.py verify/test_redact.py",
        "rtk/cli/masks.py": "cli/test_masks.py",
        "rtk/cli/logs.py": "cli/test_logs.py",
    },
}
WHOLE = ("rtk/verify", "rtk/insight", "rtk/publish", "rtk/console/store")


@dataclass
class Tried:
    """What came of the mutants of one module; `lived` are differences."""

    module: str
    made: int = 0
    tried: int = 0
    killed: int = 0
    lived: list[str] = field(default_factory=list)


def main() -> int:
    """Try them; the exit code."""
    given = _given()
    chosen = _chosen(given.parts or list(PARTS))
    print(f"{'module':<36} {'made':>6} {'tried':>6} {'killed':>7} {'lived':>6}", flush=True)
    found = list[Tried]()
    with ThreadPoolExecutor(given.workers) as pool:
        for each in pool.map(lambda each: _tried(*each, given), chosen.items()):
            print(f"{each.module:<36} {each.made:>6} {each.tried:>6} {each.killed:>7} {len(each.lived):>6}", flush=True)
            found.append(each)
    known = _known()
    new = [(each.module, difference) for each in found for difference in each.lived if _key(difference) not in known]
    for module, difference in new:
        print(f"\nNo test notices in {module}:\n{difference}")
    return 1 if new else 0


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART")
    parser.add_argument("--most", type=int, default=0)
    parser.add_argument("--seed", type=int, default=12)
    parser.add_argument("--again", type=Path)
    parser.add_argument("--workers", type=int, default=max(1, (os.cpu_count() or 2) // 2))
    return parser.parse_args()


def _chosen(parts: list[str]) -> dict[str, str]:
    """The modules with their tests; the sets first, `all` stands for every module of the packages in `WHOLE`."""
    chosen: dict[str, str] = {}
    everything = {module: tests for part in PARTS.values() for module, tests in part.items()}
    for part in parts:
        if part in PARTS:
            chosen |= PARTS[part]
        elif part == "all":
            modules = [path for place in WHOLE for path in sorted((ROOT / "src" / place).glob("*.py"))]
            names = [path.relative_to(ROOT / "src").as_posix() for path in modules if path.stem != "__init__"]
            chosen |= {name: everything.get(name) or _mirror(name) for name in names}
        else:
            chosen[part] = everything.get(part) or _mirror(part)
    return chosen


def _mirror(module: str) -> str:
    """The tests of a module: its own file, else those of its package."""
    path = Path(module.removeprefix("rtk/"))
    own = path.with_name(f"test_{path.name}")
    return own.as_posix() if (ROOT / "tests" / own).exists() else path.parent.as_posix()


def _tried(module: str, tests: str, given: argparse.Namespace) -> Tried:
    """Try the mutants of a module in a copy of the repository."""
    with tempfile.TemporaryDirectory(prefix="rtk-mutants-") as directory:
        copy = Path(directory)
        for name in ("src", "tests", "tools"):
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("dist", "*.pyc"))
        shutil.copy(ROOT / "pyproject.toml", copy)
        session = copy / "session.sqlite"
        (copy / "plain.ini").write_text(PLAIN, encoding="utf-8")
        subprocess.run([sys.executable, "-m", "compileall", "-q", "src", "tests"], cwd=copy, check=False)
        (copy / "mutants.toml").write_text(_configured(module), encoding="utf-8")
        environ = {**os.environ, "PYTHONPATH": str(copy / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
        if not _needs_plugins(tests):
            environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        subprocess.run(
            [Path(sys.executable).with_name("cosmic-ray"), "init", "mutants.toml", session], cwd=copy, check=True
        )
        made = _draw(session, given.most, random.Random(f"{given.seed} {module}"))  # noqa: S311 - the same each time
        if given.again:
            again = "\n\n".join(_survivors(given.again.read_text(encoding="utf-8"), module))
            (copy / "again").write_text(again, encoding="utf-8")
        _try(session, _arguments(tests), copy, environ)
        return _counted(module, made, session)


def _configured(module: str) -> str:
    return (
        f'[cosmic-ray]\nmodule-path = "src/{module}"\ntimeout = 0\nexcluded-modules = []\n'
        'test-command = ""\n[cosmic-ray.distributor]\nname = "local"\n'
    )


def _arguments(tests: str) -> list[str]:
    there = [f"tests/{name}" for name in tests.split() if (ROOT / "tests" / name).exists()]
    quick = ["-x", "-q", "-p", "no:cacheprovider"]
    plain = ["-c", "plain.ini", "--rootdir", ".", "-p", "pytest_timeout", "-p", "_hypothesis_pytestplugin"]
    quick += ["-n0"] if _needs_plugins(tests) else plain
    shared = ["--hypothesis-profile=quick", "--hypothesis-seed=1"]
    return [*quick, *(["--noconftest"] if tests in ALONE else shared), *there]


def _needs_plugins(tests: str) -> bool:
    return "console" in tests and tests not in ALONE


def _try(session: Path, arguments: list[str], copy: Path, environ: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "tools/trials.py", session, *arguments],
        cwd=copy,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"mutants: the tests fail without any mutant:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")


def _draw(session: Path, most: int, chance: random.Random) -> int:
    """Leave all but so many mutants out; how many there are to draw from."""
    database = WorkDB(str(session), WorkDB.Mode.open)
    every = sorted(database.pending_work_items, key=lambda item: str(item.mutations))
    worth = [item for item in every if not LEFT_OUT.search(item.mutations[0].operator_name)]
    kept = {item.job_id for item in (chance.sample(worth, min(most, len(worth))) if most else worth)}
    left = [item.job_id for item in every if item.job_id not in kept]
    database.set_multiple_results(left, WorkResult(WorkerOutcome.SKIPPED))
    database.close()
    return len(worth)


def _counted(module: str, made: int, session: Path) -> Tried:
    database = WorkDB(str(session), WorkDB.Mode.open)
    # One that could not be made, such as an exception of another module by another name, is not one that was killed.
    done: list[Any] = [each for _, each in database.results if each.worker_outcome == WorkerOutcome.NORMAL]
    lived = [str(each.diff) for each in done if each.test_outcome == TestOutcome.SURVIVED]
    database.close()
    return Tried(module, made, len(done), len(done) - len(lived), lived)


def _survivors(printed: str, module: str) -> list[str]:
    """The differences of a module's mutants that lived, from what this command printed."""
    found = re.findall(rf"^No test notices in {re.escape(module)}:\n((?:[-+].*\n)+)", f"{printed}\n", re.MULTILINE)
    return [each.rstrip("\n") for each in found]


def _key(difference: str) -> str:
    return " ".join(difference.split())


def _known() -> frozenset[str]:
    """The differences that tests/mutants.md lists, each in a block of its own."""
    text = KNOWN.read_text(encoding="utf-8") if KNOWN.exists() else ""
    return frozenset(_key(block) for block in re.findall(r"```diff\n(.*?)```", text, re.DOTALL))


if __name__ == "__main__":
    sys.exit(main())
