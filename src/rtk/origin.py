"""Where this toolkit was installed from, so that more of it comes from there too.

Its name alone could bring a package of somebody else: no index has to have it, and anybody may take a free name there.
"""

import json
import shlex
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any
from urllib.parse import unquote, urlsplit

DISTRIBUTION = "reliability-toolkit"


def install_hint(extra: str) -> str:
    """Return how to install an extra of the toolkit, as a command where it is known where the toolkit is from."""
    try:
        noted = distribution(DISTRIBUTION).read_text("direct_url.json")
    except PackageNotFoundError:
        noted = None
    words = _words(extra, json.loads(noted)) if noted else None
    if words is None:
        return f"install the toolkit's extra [{extra}] from where you have the toolkit"
    return f"pip install {shlex.join(words)}"


def _words(extra: str, origin: Mapping[str, Any]) -> list[str] | None:
    """The arguments of `pip install` for an origin as PEP 610 notes it; None for one from version control."""
    url = str(origin.get("url", ""))
    if "dir_info" in origin:
        folder = f"{unquote(urlsplit(url).path)}[{extra}]"
        return ["--editable", folder] if origin["dir_info"].get("editable") else [folder]
    if "archive_info" not in origin:
        return None
    digest = (origin["archive_info"].get("hashes") or {}).get("sha256")
    return [f"{DISTRIBUTION}[{extra}] @ {url}{f'#sha256={digest}' if digest else ''}"]
