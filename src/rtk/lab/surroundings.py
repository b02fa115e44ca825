"""The environment that the lab's own process, and so every instance, begins with: a list, whoever starts it.

An instance is forked from the lab. What stands in the lab's environment can be read in it, and a credential or a
token of whoever started the lab is nothing that a document needs.
"""

import os
from collections.abc import Mapping

from rtk.lab import homes

NAMES = frozenset({"LANG", "LANGUAGE", "LD_LIBRARY_PATH", "LOGNAME", "PATH", "TZ", "USER", *homes.NAMED_BY})
FAMILIES = ("LC_",)


def chosen(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return what of an environment the lab begins with."""
    return {name: value for name, value in environ.items() if name in NAMES or name.startswith(FAMILIES)}
