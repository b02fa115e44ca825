"""The experiment of a run that died, made ready again from its record."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from rtk.cli.option_files import variables_of
from rtk.errors import ToolkitError
from rtk.experiment.source import read
from rtk.verify.record import Entry
from rtk.verify.redact import MASK
from rtk.verify.toolkit import Toolkit


def toolkit_of(head: Entry, settings: dict[str, Any] | None = None) -> Toolkit:
    """The experiment of a dead run made ready again: its configuration as it was, its secrets resolved anew."""
    # One that is gone is passed over: the record has what it configured, and lacks its secrets only.
    files = [path for path in head["kept"]["var_files"] if Path(path).is_file()]
    config_vars, secret_vars = variables_of({}, files)
    known = {key: value for key, value in head["configuration"].items() if MASK not in str(value)}
    experiment: Entry = head["experiment"]
    if MASK in json.dumps(experiment):  # its file spells out secrets: that file's texts take the masks' places
        where = Path(head["directory"]) / head["source"] if "://" not in head["source"] else head["source"]
        with suppress(ToolkitError):  # a file that is gone leaves the masks where they are
            experiment = dict(_unmasked(experiment, read(str(where), settings=settings or {}).document))
    return Toolkit(experiment, settings or {}, {**config_vars, **known}, secret_vars)


def _unmasked(masked: Any, fresh: Any) -> Any:
    """What was masked, from a fresh reading; everything else stays as it was recorded."""
    if isinstance(masked, str) and MASK in masked and isinstance(fresh, str | int | float):
        return fresh
    if isinstance(masked, dict) and isinstance(fresh, dict):
        return {key: _unmasked(value, fresh.get(key)) for key, value in masked.items()}
    # Of another length, nobody knows which of them was which.
    if isinstance(masked, list) and isinstance(fresh, list) and len(masked) == len(fresh):
        return [_unmasked(*both) for both in zip(masked, fresh, strict=True)]
    return masked
