"""Who plays an activity: the Chaos Toolkit's own code for Python, ours in its place for processes and HTTP."""

from typing import Any

from chaoslib.activity import run_activity as run_as_chaos_run

from rtk.verify.http_provider import call_http
from rtk.verify.process_provider import run_process

_OURS = {"http": call_http, "process": run_process}


def run_activity(activity: dict[str, Any], configuration: dict[str, Any], secrets: dict[str, Any]) -> Any:
    """Return what an activity comes to, in the shape that `chaos run` has. Raises what the activity raises."""
    return _OURS.get(activity["provider"]["type"], run_as_chaos_run)(activity, configuration, secrets)
