"""The `.chaosiq` file beside a local experiment: under which id the console knows it, by organization and team.

experiments: {ORG_ID: {TEAM_ID: {file.json: {experiment_id}}}}
"""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

NAME = ".chaosiq"


def experiment_id(experiment: Path, organization: str, team: str) -> str | None:
    """The id kept for a file, or None."""
    found: Any = _read(experiment.parent / NAME)
    for key in ("experiments", organization, team, experiment.name, "experiment_id"):
        found = found.get(key) if isinstance(found, dict) else None
    return str(found) if found else None


def remember(experiment: Path, organization: str, team: str, name: str) -> bool:
    """Keep the id of a file; everything else in the workspace stays. False where that cannot be written."""
    path = experiment.parent / NAME
    whole = _read(path)
    place = whole
    for key in ("experiments", organization, team, experiment.name):
        if not isinstance(place.get(key), dict):
            place[key] = {}
        place = place[key]
    if place.get("experiment_id") == name:
        return True
    place["experiment_id"] = name
    try:
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=NAME, delete=False, encoding="utf-8") as part:
            yaml.safe_dump(whole, part, default_flow_style=False)
        mask = os.umask(0o022)  # which can be read only by setting it
        os.umask(mask)
        Path(part.name).chmod(0o644 & ~mask)
        Path(part.name).replace(path)
    except OSError:
        return False
    return True


def _read(path: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError, yaml.YAMLError):
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
        return found if isinstance(found, dict) else {}
    return {}
