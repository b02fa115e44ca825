"""Where the bench's commands run: the repository, and an environment without the user's own settings."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHAOS = Path(sys.executable).parent / "chaos"
RTK = CHAOS.with_name("rtk")
_PROXIES = {f"{scheme}_proxy" for scheme in ("http", "https", "all", "no")}


def environment(home: Path | None = None) -> Mapping[str, str]:
    """The environment of a command; with `home`, settings and run records are looked for and kept there."""
    environ = {name: value for name, value in os.environ.items() if name.lower() not in _PROXIES}
    environ |= {"PYTHONPATH": str(ROOT)}
    return environ | ({"HOME": str(home), "XDG_STATE_HOME": str(home / "state")} if home else {})
