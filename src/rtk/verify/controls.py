"""The beginning and the end of controls: configured before anything happens, cleaned up whatever happened.

Where the Chaos Toolkit goes wrong: it passes over a control that asks to stop when it is configured, and one that
raises when it is cleaned up ends everything in a traceback.
"""

import logging
from collections.abc import Iterator
from typing import Any

from chaoslib.control import get_controls, get_global_controls, reset_global_controls, set_global_controls
from chaoslib.control.python import cleanup_control, initialize_control
from chaoslib.exceptions import InterruptExecution

Declared = dict[str, Any]

logger = logging.getLogger(__name__)


def configure(
    experiment: dict[str, Any],
    configuration: dict[str, Any],
    secrets: dict[str, Any],
    settings: dict[str, Any],
    registry: Any,
) -> None:
    """Configure the controls of the settings and of the experiment, each name once.

    Raises what a control raises to stop. One of the settings that fails otherwise is not applied.
    """
    given = {"experiment": experiment, "configuration": configuration, "secrets": secrets, "event_registry": registry}
    ready = [each for each in get_global_controls() if _is_configured(each, {**given, "settings": settings})]
    set_global_controls(ready)
    for control in _once_each(experiment):
        _is_configured(control, given)


def clean_up(experiment: dict[str, Any]) -> None:
    """Clean up every control; one that fails keeps no other from it."""
    everywhere = [*_once_each(experiment), *get_global_controls()]
    # First, since they are kept in a variable of the module: the next run in this process has settings of its own.
    reset_global_controls()
    for control in everywhere:
        try:
            if _is_python(control):
                cleanup_control(control)
        except BaseException as error:  # noqa: BLE001 - whatever it raises, the run is over
            logger.warning(f"The control {control.get('name')} could not be cleaned up: {_told(error)}")


def _once_each(experiment: dict[str, Any]) -> Iterator[Declared]:
    seen = set[str]()
    for control in get_controls(experiment):
        name = control.get("name")
        if name and name not in seen:
            seen.add(name)
            yield control


def _is_configured(control: Declared, given: dict[str, Any]) -> bool:
    try:
        if _is_python(control):
            initialize_control(control, **given)
    except InterruptExecution:
        raise
    except Exception as error:  # noqa: BLE001 - as under `chaos run`, where it is not even said
        logger.warning(f"The control {control.get('name')} could not be configured: {_told(error)}")
        return False
    return True


def _is_python(control: Declared) -> bool:
    provider = control.get("provider")
    return isinstance(provider, dict) and provider.get("type") == "python"


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")
