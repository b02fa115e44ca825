"""Who plays an activity: the Chaos Toolkit's own code for Python, ours in its place for processes and HTTP.

Each is loaded when an activity first needs it: an undo after a death does not wait for an HTTP client it never uses.
"""

import logging
from collections.abc import Callable
from functools import cache
from typing import Any

Provider = Callable[[dict[str, Any], dict[str, Any], dict[str, Any]], Any]

logger = logging.getLogger(__name__)


def run_activity(activity: dict[str, Any], configuration: dict[str, Any], secrets: dict[str, Any]) -> Any:
    """Return what an activity comes to, in the shape that `chaos run` has. Raises what the activity raises."""
    return provider_of(activity["provider"]["type"])(activity, configuration, secrets)


@cache
def provider_of(kind: str) -> Provider:
    """Return what plays the activities of a provider: `http`, `process` or `python`."""
    if kind == "http":
        from rtk.verify.http_provider import call_http

        return call_http
    if kind == "process":
        from rtk.verify.process_provider import run_process

        return run_process
    from chaoslib.provider.python import run_python_activity

    def call_python(activity: dict[str, Any], configuration: dict[str, Any], secrets: dict[str, Any]) -> Any:
        try:
            return run_python_activity(activity, configuration, secrets)
        except Exception:
            logger.debug("Activity failed", exc_info=True)  # as `chaos run` keeps its traceback
            raise

    return call_python
