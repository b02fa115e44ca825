"""Files that a command is given besides the experiment. None is passed over in silence when it cannot be read."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from chaoslib import merge_vars
from chaoslib.control import load_global_controls
from chaoslib.settings import CHAOSTOOLKIT_CONFIG_PATH, load_settings

from rtk.errors import BadInput
from rtk.publish.settings import without_control

STRUCTURED = (".json", ".yaml", ".yml")


def settings_of(path: str | None, control_files: Iterable[str] = ()) -> dict[str, Any]:
    """The settings, with their controls (but the one that publishes) and those of the given files loaded.

    Raises `BadInput`.
    """
    place = Path(path or CHAOSTOOLKIT_CONFIG_PATH)
    if place.exists():
        _mapping(place, "settings")
    settings = load_settings(str(place)) or {}
    files = list(control_files)
    for file in files:
        if Path(file).suffix not in STRUCTURED:
            raise BadInput(f"{file}: expected a control file whose name ends in .json, .yaml or .yml")
        for name, control in _mapping(Path(file), "controls by name").items():
            if not isinstance(control, dict):
                raise BadInput(f"{file}: {name}: expected a mapping that describes a control")
    load_global_controls(without_control(settings), files)
    return settings


def variables_of(given: Mapping[str, Any] | None, files: Iterable[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Configuration and secret values of `--var` and `--var-file`. Raises `BadInput`."""
    names = list(files)
    for name in names:
        if Path(name).suffix in STRUCTURED:
            for part, values in _mapping(Path(name), "configuration and secrets").items():
                if part in ("configuration", "secrets") and not isinstance(values, dict):
                    raise BadInput(f"{name}: {part}: expected a mapping of names to values")
    try:
        configuration, secrets = merge_vars(dict(given or {}), names)
    except (ValueError, UnicodeError):
        raise BadInput(f"{', '.join(names)}: expected lines of the form NAME=value") from None
    return dict(configuration), dict(secrets)


def _mapping(place: Path, what: str) -> dict[Any, Any]:
    try:
        read = yaml.safe_load(place.read_text(encoding="utf-8"))  # JSON is YAML
    except OSError as error:
        raise BadInput(f"{place} cannot be read: {error.strerror}; expected {what}") from None
    except (yaml.YAMLError, UnicodeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise BadInput(f"{place}{where}: cannot be read; expected {what} in YAML or JSON") from None
    if read is not None and not isinstance(read, dict):
        raise BadInput(f"{place}: expected a mapping: {what}")
    return read or {}
