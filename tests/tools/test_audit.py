"""The command behind `make audit`: it passes only what it compared, and says what it did not."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.packaging.installed import ROOT
from tools.audit.__main__ import check, unpinned
from tools.audit.pins import Ecosystem, Failed, Pin, pins
from tools.audit.shipped import Shipped


def advisory(path: Path, pin: Pin, fixed: str) -> Path:
    """A list of one advisory about a pin."""
    events = [{"introduced": "0"}, {"fixed": fixed}]
    package = {"ecosystem": pin.ecosystem, "name": pin.name}
    affected = [{"package": package, "ranges": [{"type": "ECOSYSTEM", "events": events}]}]
    path.write_text(json.dumps({"id": "OSV-2026-1", "affected": affected}))
    return path


def pinned(ecosystem: Ecosystem) -> Pin:
    return next(each for each in pins() if each.ecosystem == ecosystem)


@pytest.mark.parametrize("ecosystem", Ecosystem)
def test_a_pin_that_an_advisory_names_does_not_pass(ecosystem: Ecosystem, tmp_path: Path) -> None:
    pin = pinned(ecosystem)
    with pytest.raises(Failed, match=f"{pin.name} .*: OSV-2026-1"):
        check([advisory(tmp_path / "list.json", pin, "9999.0.0")])


def test_pins_that_none_names_pass_and_it_says_what_was_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check([advisory(tmp_path / "list.json", pinned(Ecosystem.PYPI), "0.0.1")])
    told = capsys.readouterr()
    assert f"{len(pins())} pins compared; advisories in the lists: 1; found: 0" in told.out
    assert told.err == ""


def test_without_a_list_it_says_that_nothing_was_compared(capsys: pytest.CaptureFixture[str]) -> None:
    check([])
    told = capsys.readouterr()
    assert "all pinned and under licences that we accept" in told.out
    assert "the pins were NOT compared" in told.err


def test_what_is_shipped_in_another_version_than_the_pinned_one_is_named() -> None:
    pin = Pin(Ecosystem.PYPI, "django", "5.2.18")
    assert unpinned([Shipped(pin, "BSD-3-Clause")], pins()) == [
        "django 5.2.18 (PyPI) is not pinned; expected its line in the lock"
    ]


def test_the_command_fails_in_a_sentence(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "tools.audit", "check", str(tmp_path / "none.json")]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("audit: ")
    assert "none.json cannot be read" in done.stderr
