"""Process activities, played as the Chaos Toolkit plays them, with output that is bounded and never refused.

Where the engine goes wrong: it waits for a child that holds the output although the process has ended, also past the
time limit; it holds all output in memory; and output that is no text fails an activity whose process did well.
"""

import itertools
import logging
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from chaoslib import substitute
from chaoslib.exceptions import ActivityFailed

from rtk.verify import processes
from rtk.verify.outputs import Outputs
from rtk.verify.timeouts import timeout_of

logger = logging.getLogger(__name__)


def run_process(activity: Mapping[str, Any], configuration: dict[str, Any], secrets: dict[str, Any]) -> dict[str, Any]:
    """Return the exit code as `status`, with `stdout` and `stderr`. Raises `ActivityFailed` past the time limit."""
    provider = activity["provider"]
    timeout = timeout_of(provider, configuration, secrets)
    assert not isinstance(timeout, tuple), "only HTTP has two"
    command, shell = _command(provider, configuration, secrets)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ, shell=shell)
    outputs = Outputs(process)
    try:
        stdout, stderr = outputs.read(timeout)
    except subprocess.TimeoutExpired:
        raise ActivityFailed("process activity took too long to complete") from None
    finally:
        if process.returncode is None:
            # What it started would go on otherwise and hold its output. Looked for first: the dead have no children.
            below = processes.descendants(process.pid)
            process.kill()
            for pid in below:
                with suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            process.wait()
            outputs.close()
    if "tolerance" not in activity and process.returncode > 0:
        logger.warning("This process returned a non-zero exit code: it may not have done what you expected.")
    return {"status": process.returncode, "stdout": stdout, "stderr": stderr}


def _command(
    provider: Mapping[str, Any], configuration: dict[str, Any], secrets: dict[str, Any]
) -> tuple[str | list[str], bool]:
    arguments = provider.get("arguments") or []
    if configuration or secrets:
        arguments = substitute(arguments, configuration, secrets)
    # A Path would take the "./" away, and "./undo.sh" is a file here, not a program of that name in PATH.
    path = shutil.which(os.path.expanduser(provider["path"]))  # noqa: PTH111
    if path is None:
        raise ActivityFailed(f"the program {provider['path']} cannot be found, or may not be started")
    if isinstance(arguments, str):
        return f"{path} {arguments}", True
    if isinstance(arguments, Mapping):
        arguments = itertools.chain.from_iterable(arguments.items())
    return [str(path), *(str(each) for each in arguments if each not in (None, ""))], False
