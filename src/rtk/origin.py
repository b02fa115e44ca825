"""Where this toolkit was installed from, so that more of it comes from there too.

Its name alone could bring a package of somebody else: no index has to have it, and anybody may take a free name there.
"""

import json
import shlex
from importlib.metadata import PackageNotFoundError, distribution
from urllib.parse import unquote, urlsplit

DISTRIBUTION = "reliability-toolkit"


def install_hint(extra: str) -> str:
    """Return how to install an extra of the toolkit, as a command where it is known where the toolkit is from."""
    try:
        noted = distribution(DISTRIBUTION).read_text("direct_url.json")
    except PackageNotFoundError:
        noted = None
    origin = json.loads(noted) if noted else {}  # as PEP 610 writes it
    url = str(origin.get("url", ""))
    if "dir_info" in origin:
        folder = f"{unquote(urlsplit(url).path)}[{extra}]"
        words = ["--editable", folder] if origin["dir_info"].get("editable") else [folder]
    elif "archive_info" in origin:
        digest = (origin["archive_info"].get("hashes") or {}).get("sha256")
        words = [f"{DISTRIBUTION}[{extra}] @ {url}{f'#sha256={digest}' if digest else ''}"]
    else:  # nobody noted it, or it is from version control
        return f"install the toolkit's extra [{extra}] from where you have the toolkit"
    return f"pip install {shlex.join(words)}"
