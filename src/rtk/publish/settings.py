"""What the Chaos Toolkit's settings file says of the console, in the shape of 2020, so that old files keep working.

auths: {HOST: {type: bearer, value: TOKEN}}
controls:
  chaosiq-cloud:
    features: {publish: 'on', safeguards: 'on', workspace: 'on'}
    provider:
      type: python
      module: chaoscloud.controls
      arguments: {url: URL, verify_tls: true, organizations: [{id, name, default, teams: [{id, name, default}]}]}
"""

import copy
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from rtk.errors import BadInput, ToolkitError
from rtk.experiment.wording import kind

CONTROL = "chaosiq-cloud"
MODULE = "chaoscloud.controls"
FEATURES = ("publish", "safeguards", "workspace")
ON = {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}


class CannotSave(ToolkitError):
    """The settings file cannot be written."""


def load(path: Path) -> dict[str, Any]:
    """The whole settings file; empty when there is none. Raises `BadInput`."""
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise BadInput(f"the settings file {path} cannot be read: {why}") from None
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        where = "" if line is None else f", line {line + 1}"
        raise BadInput(f"the settings file {path}{where}: not whole YAML, expected a mapping") from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise BadInput(f"the settings file {path}: expected a mapping, not {kind(found)}")
    return found


def save(path: Path, settings: Mapping[str, Any]) -> None:
    """Write the settings file, all of it or none, for its owner's eyes only. Raises `CannotSave`."""
    path = path.resolve()  # a file that is a link stays one
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".settings.", delete=False) as part:
            try:
                # Before the token is in it.
                Path(part.name).chmod(0o600)
                yaml.safe_dump(dict(settings), part, default_flow_style=False, sort_keys=False, allow_unicode=True)
                part.flush()
                # Before it takes the old one's place: else a power failure could leave an empty file there.
                os.fsync(part.fileno())
                Path(part.name).replace(path)
            except BaseException:
                with suppress(OSError):
                    Path(part.name).unlink()
                raise
    except (OSError, yaml.YAMLError) as error:
        why = getattr(error, "strerror", None) or "it holds what YAML cannot"
        raise CannotSave(f"the settings file {path} cannot be written: {why}") from None


def control_of(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The console's block, empty where there is none. Raises `BadInput` for one of another shape."""
    block = _mapping(_mapping(settings, "controls", "controls"), CONTROL, f"controls.{CONTROL}")
    return dict(block)


def arguments_of(settings: Mapping[str, Any]) -> dict[str, Any]:
    """What the console's block says of the console: `url`, `verify_tls`, `organizations`."""
    place = f"controls.{CONTROL}.provider"
    return dict(_mapping(_mapping(control_of(settings), "provider", place), "arguments", f"{place}.arguments"))


def feature(settings: Mapping[str, Any], name: str) -> bool | None:
    """Whether a feature is on; None where the settings do not say."""
    features = _mapping(control_of(settings), "features", f"controls.{CONTROL}.features")
    value = features.get(name)
    if value is None or isinstance(value, bool):  # YAML reads an unquoted `on` as true
        return value
    known = ON.get(str(value).lower())
    if known is None:
        raise BadInput(f"settings, controls.{CONTROL}.features.{name}: expected 'on' or 'off', not {value!r}")
    return known


def with_feature(settings: Mapping[str, Any], name: str, on: bool) -> dict[str, Any]:
    """The settings with a feature switched."""
    changed = copy.deepcopy(dict(settings))
    control = _child(_child(changed, "controls"), CONTROL)
    _child(control, "features")[name] = "on" if on else "off"
    return changed


def with_console(settings: Mapping[str, Any], host: str, token: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of somebody signed in at `host` with this token; everything else in them stays."""
    changed = copy.deepcopy(dict(settings))
    _child(changed, "auths")[host] = {"type": "bearer", "value": token}
    control = _child(_child(changed, "controls"), CONTROL)
    features = _child(control, "features")
    for name in ("publish", "workspace"):
        features.setdefault(name, "on")
    provider = _child(control, "provider")
    provider.update({"type": "python", "module": MODULE})
    _child(provider, "arguments").update(arguments)
    return changed


def chosen(organizations: list[dict[str, Any]], organization: str, team: str) -> list[dict[str, Any]]:
    """The organizations with the given ids marked as the default ones, as the file keeps them."""
    return [
        {
            "id": org["id"],
            "name": org["name"],
            "default": org["id"] == organization,
            "teams": [
                {"id": each["id"], "name": each["name"], "default": org["id"] == organization and each["id"] == team}
                for each in org.get("teams") or []
            ],
        }
        for org in organizations
    ]


def without_control(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings without our control: `chaos verify` publishes by itself, off the measuring path."""
    controls = settings.get("controls")
    if not isinstance(controls, Mapping) or CONTROL not in controls:
        return dict(settings)
    return {**settings, "controls": {name: each for name, each in controls.items() if name != CONTROL}}


def _child(parent: dict[str, Any], key: str) -> dict[str, Any]:
    child = parent.get(key)
    if not isinstance(child, dict):
        child = parent[key] = {}
    return child


def _mapping(parent: Mapping[str, Any], key: str, place: str) -> Mapping[str, Any]:
    value = parent.get(key)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise BadInput(f"settings, {place}: expected a mapping, not {kind(value)}")
    return value
