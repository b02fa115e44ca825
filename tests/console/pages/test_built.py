"""Which files a bundle consists of, and what is said when nothing is built."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.template import Context, Template

from rtk.console.pages import built

MANIFEST: dict[str, Any] = {
    "src/entries/app.ts": {
        "file": "app-1.js",
        "isEntry": True,
        "imports": ["_say.js", "_core.js"],
        "css": ["app-1.css"],
    },
    "src/entries/theme.ts": {"file": "theme-1.js", "isEntry": True},
    "_say.js": {"file": "say-1.js"},
    "_core.js": {"file": "core-1.js", "imports": ["_say.js"], "css": ["core-1.css"]},
    "src/frame/icons.svg": {"file": "icons-1.svg"},
}


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    (tmp_path / "manifest.json").write_text(json.dumps(MANIFEST))
    return tmp_path


def test_a_bundle_is_its_script_all_that_it_imports_and_their_styles_own_last(dist: Path) -> None:
    assert built.bundle("app", dist) == built.Bundle("app-1.js", ("say-1.js", "core-1.js"), ("core-1.css", "app-1.css"))
    assert built.bundle("theme", dist) == built.Bundle("theme-1.js", (), ())
    assert built.asset("src/frame/icons.svg", dist) == "icons-1.svg"


def test_an_entry_that_is_not_there_is_an_error_of_ours(dist: Path) -> None:
    with pytest.raises(LookupError):
        built.bundle("nothing", dist)


def test_another_build_is_noticed(dist: Path) -> None:
    assert built.bundle("app", dist).script == "app-1.js"
    path = dist / "manifest.json"
    path.write_text(path.read_text().replace("app-1.js", "app-2.js"))
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1))
    assert built.bundle("app", dist).script == "app-2.js"


def test_what_is_not_built_is_told_with_how_to_build_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(built.NotBuilt, match="make setup"):
        built.bundle("app", tmp_path)
    monkeypatch.setattr("rtk.console.pages.built.DIST", tmp_path)
    page = Template('{% extends "pages/entrance.html" %}').render(Context())
    assert "make setup" in page
