"""The guardian's undo begins at once: what only tells is loaded when everything is undone."""

import subprocess
import sys

LATER = {"rtk.insight.shape", "rtk.cli.option_files", "rtk.cli.finalization", "rtk.verify.holds", "rich"}
# The Chaos Toolkit's player of experiments, and the HTTP client and the reader of JSONPaths that come with it.
UNUSED = {"chaoslib.run", "chaoslib.activity", "requests", "jsonpath2"}


def test_nothing_that_only_tells_is_loaded_before_the_undo() -> None:
    loads = "import sys, rtk.cli.guardian_entrypoint; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, check=True)
    assert "rtk.verify.rollback_player" in found.stdout.split()
    assert not LATER & set(found.stdout.split())


def test_an_undo_does_not_wait_for_what_its_rollbacks_do_not_use() -> None:
    plays = """
import sys, rtk.cli.guardian_entrypoint
from rtk.verify.provider import run_activity
from rtk.verify.toolkit import Toolkit
provider = {"type": "process", "path": sys.executable, "arguments": "--version"}
action = {"type": "action", "name": "undo", "provider": provider}
toolkit = Toolkit({"title": "t", "method": [], "rollbacks": [action]}, {}, resolved=({}, {}))
with toolkit.session({}):
    assert run_activity(action, toolkit.configuration, toolkit.secrets)["status"] == 0
print(*sys.modules)
"""
    found = subprocess.run([sys.executable, "-c", plays], capture_output=True, text=True, check=True)
    assert not UNUSED & set(found.stdout.split())
