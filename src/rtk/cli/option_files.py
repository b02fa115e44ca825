"""Files that a command is given besides the experiment. None is passed over in silence when it cannot be read."""

import importlib.util
import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from chaoslib.control import load_global_controls
from chaoslib.settings import CHAOSTOOLKIT_CONFIG_PATH, loaded_settings

from rtk.errors import BadInput
from rtk.experiment import packages
from rtk.experiment.needs import environment
from rtk.experiment.shape import each, fields, keys, mapping, nullable, text
from rtk.experiment.strategy import strategy_in
from rtk.experiment.varfile import environment_in
from rtk.experiment.wording import at, listed, shown
from rtk.publish.settings import without_control

STRUCTURED = (".json", ".yaml", ".yml")
PARTS = ("configuration", "secrets")

logger = logging.getLogger(__name__)


def settings_of(path: str | None, control_files: Iterable[str] = ()) -> dict[str, Any]:
    """Return the settings, with their controls (but the one that publishes) and those of the given files loaded.

    Raises `BadInput`.
    """
    place = Path(path or CHAOSTOOLKIT_CONFIG_PATH)
    settings: dict[str, Any] = {}
    if place.exists():
        # The Chaos Toolkit takes this shape for granted, and would make a traceback of null.
        settings = {key: value for key, value in _mapping(place, "settings").items() if value is not None}
        channels = nullable(each(_channel))
        rules = {"auths": mapping, "runtime": mapping, "controls": _controls, "notifications": channels}
        try:
            fields(settings, "", required={}, optional=rules)
            strategy_in(settings)
        except BadInput as error:
            raise BadInput(f"{place}: {error}") from None
    loaded_settings.set(settings)  # where the Chaos Toolkit looks for them
    ours = without_control(settings)
    files = list(control_files)
    for name, control in (ours.get("controls") or {}).items():
        _known(str(place), f"controls.{name}", control)
    for file in files:
        if Path(file).suffix not in STRUCTURED:
            raise BadInput(f"{file}: expected a control file whose name ends in .json, .yaml or .yml")
        for name, control in _mapping(Path(file), "controls by name").items():
            _control(control, f"{file}: {name}")
            _known(file, str(name), control)
    # Of a file that holds nothing the Chaos Toolkit would make a traceback.
    load_global_controls(ours, [file for file in files if _mapping(Path(file), "")])
    return settings


def _channel(value: object, place: str) -> None:
    """A notification, with what the Chaos Toolkit needs to send one of its type."""
    fields(value, place, required={"type": text}, optional={})
    assert isinstance(value, Mapping)
    needed = {"plugin": {"module": text}, "http": {"url": text}}.get(value["type"])
    if needed is None:
        raise BadInput.at(at(place, "type"), f'expected "http" or "plugin", not {shown(value["type"])}')
    fields(value, place, required=needed, optional={"events": nullable(each(text)), "headers": nullable(mapping)})


def _controls(value: object, place: str) -> None:
    mapping(value, place)
    assert isinstance(value, Mapping)
    for name, control in value.items():
        _control(control, at(place, str(name)))


def _control(value: object, place: str) -> None:
    if not isinstance(value, dict):
        raise BadInput(f"{place}: expected a mapping that describes a control, not {shown(value)}")
    provider = keys({"type": text}, {"module": text, "arguments": nullable(mapping)})
    fields(value, place, required={}, optional={"provider": provider, "scope": nullable(text)})
    found = value.get("provider")
    if found and found["type"] == "python" and not found.get("module"):
        raise BadInput(f"{place}.provider.module: missing")


def _known(file: str, place: str, control: Mapping[str, Any]) -> None:
    """Say that a control is not applied because its module is not there; the Chaos Toolkit passes over it."""
    provider = control.get("provider") or {}
    if provider.get("type") != "python":
        return
    try:
        is_there = importlib.util.find_spec(provider["module"]) is not None
    except (ImportError, ValueError, AttributeError):
        is_there = False  # its package cannot be imported either
    if not is_there:
        told = packages.absence(provider["module"], (Path.cwd(), Path(file).absolute().parent))
        logger.warning(f"{file}: {place}: the module {provider['module']} {told}. The control is not applied")


def variables_of(given: Mapping[str, Any] | None, files: Iterable[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return configuration and secret values of `--var` and `--var-file`; those of a .env file go to the environment.

    Raises `BadInput`.
    """
    configuration, secrets = dict[str, Any](), dict[str, Any]()
    for name in files:
        if Path(name).suffix not in STRUCTURED:
            environment_in(Path(name))
            continue
        parts = _mapping(Path(name), "configuration and secrets")
        for part, into in zip(PARTS, (configuration, secrets), strict=True):
            values = parts.pop(part, None) or {}
            if not isinstance(values, dict):
                raise BadInput(f"{name}: {part}: expected a mapping of names to values, not {shown(values)}")
            into.update(values)
        for other in parts:
            logger.warning(f"{name}: {shown(other)} is ignored: expected configuration or secrets")
    return {**configuration, **(given or {})}, secrets


def unread(document: Mapping[str, Any], files: Iterable[str]) -> Iterator[str]:
    """Yield a sentence for each file of environment variables of which the experiment itself reads only some."""
    read = {variable.name for variable in environment(document)}
    for file in files:
        names = [] if Path(file).suffix in STRUCTURED else environment_in(Path(file), {})
        if other := [name for name in names if name not in read]:
            yield f"{file}: no configuration or secret reads {listed(other)}; only activities can"


def _mapping(place: Path, what: str) -> dict[Any, Any]:
    try:
        said = place.read_text(encoding="utf-8-sig")  # editors on Windows begin a file with a mark
        # An empty file says nothing, in JSON as in YAML.
        read = json.loads(said or "null") if place.suffix == ".json" else yaml.safe_load(said)
    except OSError as error:
        raise BadInput(f"{place} cannot be read: {error.strerror}; expected {what}") from None
    except (yaml.YAMLError, UnicodeError, RecursionError, ValueError) as error:
        where, mark = "", getattr(error, "problem_mark", None)
        if isinstance(error, json.JSONDecodeError):
            where = f", line {error.lineno}, column {error.colno}"
        elif mark:
            where = f", line {mark.line + 1}, column {mark.column + 1}"
        raise BadInput(f"{place}{where}: cannot be read; expected {what} in YAML or JSON") from None
    if read is not None and not isinstance(read, dict):
        raise BadInput(f"{place}: expected a mapping: {what}")
    return read or {}
