"""Set-up says in one sentence what it needs, before it makes anything."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OLD = "#!/bin/sh\nexit 1\n"
WITHOUT_VENV = f'#!/bin/sh\ncase "$*" in *ensurepip*) exit 1;; esac\nexec {sys.executable} "$@"\n'
FULL = "#!/bin/sh\necho 'Filesystem 1024-blocks Used Available Capacity Mounted on'\necho '/dev/x 9 9 1024000 99% /'\n"


@pytest.mark.parametrize(
    ("programs", "said"),
    [
        ({"python3.8": OLD}, "Python 3.11 or newer is needed, 'python3.8' is not; name one with PYTHON="),
        ({"python3.8": WITHOUT_VENV}, "cannot make virtual environments; on Debian: apt-get install python3-venv"),
        ({"python3.8": f'#!/bin/sh\nexec {sys.executable} "$@"\n', "df": FULL}, "only 1000 MB are free here and 2000"),
    ],
    ids=["old", "without venv", "full"],
)
def test_what_is_missing_is_one_sentence(tmp_path: Path, programs: dict[str, str], said: str) -> None:
    for name, text in programs.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    environ = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHON": "python3.8", "VENV": str(tmp_path / "venv")}
    done = subprocess.run(
        ["sh", "tools/setup.sh"], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("setup: ")
    assert said in done.stderr
    assert not (tmp_path / "venv").exists()
