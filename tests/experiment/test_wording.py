"""An error about an unknown name ends with the names that are known, and a command holds what somebody else named."""

import shlex
import subprocess
from pathlib import Path

import pytest

from rtk.experiment.wording import argument, nearest


def test_an_unknown_name_is_compared_with_names_that_come_one_by_one() -> None:
    assert nearest("xyz", (each for each in ("b", "a"))) == "known here: a, b"


@pytest.mark.parametrize(
    "named", ["7; touch made #", "x $(touch made)", "`touch made`", "it's; touch made", "a\nb", ""]
)
def test_what_somebody_else_names_stays_one_argument_of_a_command(named: str, tmp_path: Path) -> None:
    command = f"echo {argument(named)}"
    assert len(shlex.split(command)) == 2
    subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    assert not (tmp_path / "made").exists()


def test_an_id_that_needs_no_quotes_has_none() -> None:
    assert argument("01a22dc4-c34d-75cd-befa-521ea19fa059") == "01a22dc4-c34d-75cd-befa-521ea19fa059"
