"""Files of variables, and what of the given variables an experiment has no use for."""

import os
import re
from collections.abc import Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any

from rtk.errors import BadInput
from rtk.experiment.wording import nearest, shown

_LINE = re.compile(r"(?:export\s+)?([^\s=]+)\s*=\s*(.*)")
_QUOTED = re.compile(r"(['\"])(.*)\1(?:\s+#.*)?")


def environment_in(path: Path, environ: MutableMapping[str, str] = os.environ) -> tuple[str, ...]:
    """Set the environment variables that a .env file has, and return their names. Raises `BadInput`.

    A line is `NAME=value`, with or without `export`, spaces around the equals sign and quotes around the value.
    """
    try:
        # Some editors begin a file with a mark, which is no part of the first name.
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}; expected lines of the form NAME=value") from None
    except UnicodeError:
        raise BadInput(f"{path} is not UTF-8 text; expected lines of the form NAME=value") from None
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        said = line.strip()
        if not said or said.startswith("#"):
            continue
        match = _LINE.fullmatch(said)
        if not match or "\0" in said:  # which no variable of the environment can hold
            raise BadInput(f"{path}, line {number}: expected a line of the form NAME=value")
        name, value = match.groups()
        quoted = _QUOTED.fullmatch(value)
        found[name] = quoted[2] if quoted else value
    # Once all lines are read: a file that is refused has set nothing.
    environ.update(found)
    return tuple(found)


def unmatched(
    experiment: Mapping[str, Any], configuration: Mapping[str, Any], secrets: Mapping[str, Any]
) -> Iterator[str]:
    """Yield a sentence for each given name that matches nothing in the experiment, so that it changes nothing."""
    for part, given in (("configuration", configuration), ("secrets", secrets)):
        known = [str(name) for name in experiment.get(part) or {}]
        for name in given:
            if str(name) not in known:
                hint = nearest(str(name), known) if known else "it has none"
                yield f"{shown(name)} is not in the {part} of the experiment, so it changes nothing; {hint}"
