"""Each mutant is tried as it stands in its file."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

FORGET = runpy.run_path(str(Path(__file__).parents[2] / "tools" / "trials.py"))["forget_bytecode"]


def value(folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", "import module; print(module.VALUE)"],
        cwd=folder,
        env={key: each for key, each in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_a_mutant_as_long_as_the_last_in_the_same_second_is_not_taken_for_it(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    for text in ("VALUE = 1 + 2", "VALUE = 1 * 2"):
        module.write_text(text)
        os.utime(module, (1e9, 1e9))
        FORGET(module)
        found = value(tmp_path)
    assert found == "2"
