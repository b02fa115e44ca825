"""The experiment of a run that died, made ready again from its record."""

from pathlib import Path
from typing import Any

from chaoslib import merge_vars

from rtk.verify.record import Entry
from rtk.verify.redact import MASK
from rtk.verify.toolkit import Toolkit


def toolkit_of(head: Entry, settings: dict[str, Any] | None = None) -> Toolkit:
    """The experiment of a dead run made ready again: its configuration as it was, its secrets resolved anew."""
    files = [path for path in head["kept"]["var_files"] if Path(path).is_file()]
    config_vars, secret_vars = merge_vars({}, files)
    known = {key: value for key, value in head["configuration"].items() if MASK not in str(value)}
    return Toolkit(head["experiment"], settings or {}, {**config_vars, **known}, secret_vars)
