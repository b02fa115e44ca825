"""What Vite made of the front end: which files a bundle consists of, by its manifest."""

import json
import os
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

DIST = Path(__file__).parent / "static" / "pages" / "dist"
HOW = "The front end is not built: run make setup, then load this page again."


class Bundle(NamedTuple):
    """The files of an entry, relative to dist: its script, the scripts that it imports, and all their styles."""

    script: str
    imports: tuple[str, ...]
    styles: tuple[str, ...]


class NotBuilt(Exception):
    """There is no manifest. Its text says how to make one."""


def bundle(name: str, dist: Path = DIST) -> Bundle:
    """The files of src/entries/{name}.ts. Raises NotBuilt, and LookupError when there is no such entry."""
    return _bundles(*_manifest(dist))[name]


def asset(name: str, dist: Path = DIST) -> str:
    """The hashed name of another source file, such as `src/frame/icons.svg`. Raises as `bundle`."""
    return str(_read(*_manifest(dist))[name]["file"])


def _manifest(dist: Path) -> tuple[str, int]:
    """The manifest's path and when it was written: reading it anew is needed only after another build."""
    path = f"{dist}/manifest.json"
    try:
        return path, os.stat(path).st_mtime_ns  # noqa: PTH116 - asked a hundred times a page, and four times as quick
    except FileNotFoundError:
        raise NotBuilt(HOW) from None


@lru_cache(maxsize=4)
def _read(path: str, _written: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(path).read_text())
    return found


@lru_cache(maxsize=4)
def _bundles(path: str, written: int) -> dict[str, Bundle]:
    chunks = _read(path, written)
    found = {}
    for entry in (key for key, chunk in chunks.items() if chunk.get("isEntry")):
        keys, waiting = list[str](), [entry]  # the chunk and what it imports, itself first, each once
        while waiting:
            each = waiting.pop(0)
            if each not in keys:
                keys.append(each)
                waiting += chunks[each].get("imports", ())
        styles = dict.fromkeys(style for key in reversed(keys) for style in chunks[key].get("css", ()))
        imports = tuple(chunks[key]["file"] for key in keys[1:])
        found[Path(entry).stem] = Bundle(chunks[entry]["file"], imports, tuple(styles))
    return found
