"""The guardian's undo begins at once: what only tells is loaded when everything is undone."""

import subprocess
import sys

LATER = {"rtk.insight.shape", "rtk.cli.option_files", "rtk.cli.finalization", "rtk.verify.holds", "rich"}


def test_nothing_that_only_tells_is_loaded_before_the_undo() -> None:
    loads = "import sys, rtk.cli.guardian_entrypoint; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, check=True)
    assert "rtk.verify.rollback_player" in found.stdout.split()
    assert not LATER & set(found.stdout.split())
