"""Python activities called directly: what the Chaos Toolkit works out anew at each call is worked out once.

Its `run_activity` imports the module, asks for the function's file and signature, and fills in the arguments
each time, which costs more than many a probe. The configuration of a run does not change, so that a call made
ready once is the same call.
"""

import importlib
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from chaoslib import substitute
from chaoslib.activity import run_activity

Call = Callable[..., Any]
_PLAIN = (str, bytes, int, float, bool, type(None))


def call_of(activity: dict[str, Any], configuration: dict[str, Any], secrets: dict[str, Any]) -> Call:
    """A function that plays an activity as `run_activity` does; a python one takes more arguments by name.

    What cannot be made ready, such as a module that is not there, is left to the Chaos Toolkit to tell at each call.
    """

    def played() -> Any:
        return run_activity(activity, configuration, secrets)

    if activity["provider"]["type"] != "python":
        return played
    try:
        return _direct(activity["provider"], configuration, secrets)
    except Exception:  # noqa: BLE001 - whatever importing somebody's module raises
        return played


def _direct(provider: Mapping[str, Any], configuration: dict[str, Any], secrets: dict[str, Any]) -> Call:
    function = getattr(importlib.import_module(provider["module"]), provider["func"])
    arguments = dict(provider.get("arguments") or {})
    if configuration or secrets:
        arguments = substitute(arguments, configuration, secrets)
    wanted = inspect.signature(function).parameters
    if "secrets" in provider and "secrets" in wanted:
        arguments["secrets"] = {k: v for name in provider["secrets"] for k, v in secrets.get(name, {}).items()}
    if "configuration" in wanted:
        arguments["configuration"] = dict(configuration)
    if all(isinstance(value, _PLAIN) for value in arguments.values()):
        return lambda **more: function(**arguments, **more)
    return lambda **more: function(**_fresh(arguments), **more)


def _fresh(value: Any) -> Any:
    """Mappings and lists made anew, so that a function which changes what it is given changes its own."""
    if isinstance(value, dict):
        return {key: _fresh(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_fresh(item) for item in value]
    return value
