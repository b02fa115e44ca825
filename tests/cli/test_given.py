"""Files given besides the experiment are read, or refused in one sentence."""

from pathlib import Path

import pytest

from rtk.cli.given import settings_of, variables_of
from rtk.errors import BadInput


def write(tmp_path: Path, name: str, text: str) -> str:
    path = tmp_path / name
    path.write_text(text)
    return str(path)


def test_settings_that_are_not_there_are_none(tmp_path: Path) -> None:
    assert settings_of(str(tmp_path / "none.yaml")) == {}


@pytest.mark.parametrize("text", ["a: [", "- 1", '"x"', "a: \x00"])
def test_settings_that_cannot_be_read_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInput, match=r"settings\.yaml"):
        settings_of(write(tmp_path, "settings.yaml", text))


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("controls.txt", "", "ends in .json, .yaml or .yml"),
        ("controls.json", "[]", "expected a mapping: controls by name"),
        ("controls.json", '{"a": 3}', "a: expected a mapping that describes a control"),
        ("controls.yaml", "a: [", "line 1, column 5: cannot be read"),
    ],
)
def test_a_control_file_of_another_form_is_refused(tmp_path: Path, name: str, text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says.replace("[", r"\[")):
        settings_of(str(tmp_path / "none"), [write(tmp_path, name, text)])


def test_variables_come_from_options_and_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTK_GIVEN", "before")
    files = [
        write(tmp_path, "a.yaml", "configuration: {x: 1, y: 2}\nsecrets: {s: {t: u}}"),
        write(tmp_path, "b.env", "RTK_GIVEN=after\n# a comment\n"),
    ]
    assert variables_of({"x": 3}, files) == ({"x": 3, "y": 2}, {"s": {"t": "u"}})


@pytest.mark.parametrize(
    ("name", "text"), [("a.json", "{"), ("a.yaml", "configuration: 1"), ("a.yaml", "- 1"), ("a.env", "no equals sign")]
)
def test_a_variable_file_of_another_form_is_refused(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(BadInput, match="expected"):
        variables_of({}, [write(tmp_path, name, text)])
