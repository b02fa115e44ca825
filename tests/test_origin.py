"""Where more of the toolkit comes from: from where it came itself, never from whoever has its name in an index."""

import json
from importlib.metadata import Distribution, PackageNotFoundError
from typing import Any

import pytest

from rtk import origin

WHEEL = "https://console.example.com/client/reliability_toolkit-0.1.0-py3-none-any.whl"
UNKNOWN = "install the toolkit's extra [lab] from where you have the toolkit"


class Noted(Distribution):
    """An installed distribution with a note of its origin, or with none."""

    def __init__(self, note: dict[str, Any] | None) -> None:
        self._note = note

    def read_text(self, filename: str) -> str | None:
        assert filename == "direct_url.json"
        return json.dumps(self._note) if self._note is not None else None

    def locate_file(self, path: Any) -> Any:
        raise NotImplementedError


def hinted(monkeypatch: pytest.MonkeyPatch, note: dict[str, Any] | None) -> str:
    monkeypatch.setattr(origin, "distribution", lambda _: Noted(note))
    return origin.install_hint("lab")


def test_what_came_as_a_wheel_comes_from_its_address_with_its_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    note = {"url": WHEEL, "archive_info": {"hashes": {"sha256": "ab12"}}}
    assert hinted(monkeypatch, note) == f"pip install 'reliability-toolkit[lab] @ {WHEEL}#sha256=ab12'"
    without = {"url": WHEEL, "archive_info": {}}
    assert hinted(monkeypatch, without) == f"pip install 'reliability-toolkit[lab] @ {WHEEL}'"


def test_what_came_from_a_folder_comes_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    note = {"url": "file:///srv/our%20toolkit", "dir_info": {}}
    assert hinted(monkeypatch, note) == "pip install '/srv/our toolkit[lab]'"
    editable = {**note, "dir_info": {"editable": True}}
    assert hinted(monkeypatch, editable) == "pip install --editable '/srv/our toolkit[lab]'"


@pytest.mark.parametrize("note", [None, {"url": "https://git.example.com/rtk", "vcs_info": {"vcs": "git"}}])
def test_where_the_origin_is_not_known_no_command_is_given(
    monkeypatch: pytest.MonkeyPatch, note: dict[str, Any] | None
) -> None:
    assert hinted(monkeypatch, note) == UNKNOWN


def test_without_an_installation_no_command_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_: str) -> Distribution:
        raise PackageNotFoundError

    monkeypatch.setattr(origin, "distribution", none)
    assert origin.install_hint("lab") == UNKNOWN
