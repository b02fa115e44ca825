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

from rtk.errors import BadInput
from rtk.experiment.claim import claimed
from rtk.verify.provider import run_activity
from rtk.verify.results import is_lazy, result_of

Call = Callable[..., Any]
_PLAIN = (str, bytes, int, float, bool, type(None))


def call_of(activity: dict[str, Any], configuration: dict[str, Any], secrets: dict[str, Any]) -> Call:
    """A function that plays an activity as `run_activity` does; a python one takes more arguments by name.

    What cannot be made ready, such as a module that is not there, is left to the Chaos Toolkit to tell at each call.
    """

    def played(**_more: Any) -> Any:
        return run_activity(activity, configuration, secrets)

    provider = activity["provider"]
    # Only what is Python's own can return without having done anything.
    if provider["type"] != "python":
        return played
    try:
        function = getattr(importlib.import_module(provider["module"]), provider["func"])
        arguments = dict(provider.get("arguments") or {})
        if configuration or secrets:
            arguments = substitute(arguments, configuration, secrets)
        wanted = inspect.signature(function).parameters
        if "secrets" in provider and "secrets" in wanted:
            arguments["secrets"] = {k: v for name in provider["secrets"] for k, v in secrets.get(name, {}).items()}
        if "configuration" in wanted:
            arguments["configuration"] = dict(configuration)
        if inspect.iscoroutinefunction(function):
            importlib.import_module("asyncio")  # now, so that no measurement has to
        name = name_of(provider)
        # What no function can change need not be copied at each call.
        if all(isinstance(value, _PLAIN) for value in arguments.values()):
            return lambda **more: result_of(function(**{**arguments, **more}), name)
        return lambda **more: result_of(function(**{**_fresh(arguments), **more}), name)
    except BaseException:  # noqa: BLE001 - whatever importing somebody's module raises
        return played


def name_of(provider: Mapping[str, Any]) -> str:
    """Return what a python provider names, as a person would write it."""
    return f"{provider['module']}.{provider['func']}"


def secrets_of(provider: Mapping[str, Any], secrets: Mapping[str, Any]) -> dict[str, Any]:
    """Return the secrets of all groups that a python provider names, as its function is given them."""
    names = provider.get("secrets") or []
    given = [secrets.get(name) for name in ([names] if isinstance(names, str) else names)]
    return {key: value for each in given if isinstance(each, Mapping) for key, value in each.items()}


def check(experiment: Mapping[str, Any]) -> None:
    """Raise `BadInput` for a probe of hypothesis or proof whose function is known to do nothing when it is called."""
    hypothesis = experiment.get("steady-state-hypothesis") or {}
    for position, probe in enumerate(hypothesis.get("probes") or []):
        place = f"steady-state-hypothesis.probes[{position}]"
        check_probe(probe, place)
        if isinstance(probe.get("tolerance"), Mapping):
            check_probe(probe["tolerance"], f"{place}.tolerance")
    for place, probe in claimed(experiment):
        check_probe(probe, place)


def check_probe(probe: Mapping[str, Any], place: str) -> None:
    """Raise `BadInput` for such a probe; what cannot be imported here is told by the Chaos Toolkit's own check."""
    provider = probe.get("provider")
    if not isinstance(provider, Mapping) or provider.get("type") != "python":
        return
    try:
        function = getattr(importlib.import_module(provider["module"]), provider["func"])
    except (Exception, SystemExit):  # noqa: BLE001 - whatever importing somebody's module raises
        return
    if lazy := is_lazy(function):
        told = f"{place}: {name_of(provider)} returns {lazy}, whose body never runs"
        raise BadInput(f"{told}; expected a function that returns its value")


def _fresh(value: Any) -> Any:
    """Mappings and lists made anew, so that a function which changes what it is given changes its own."""
    if isinstance(value, dict):
        return {key: _fresh(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_fresh(item) for item in value]
    return value
