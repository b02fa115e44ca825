"""Files given besides the experiment are read, or refused in one sentence."""

from pathlib import Path

import pytest
from chaoslib.settings import get_loaded_settings

from rtk.cli.option_files import settings_of, unread, variables_of
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


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("runtime: always", 'runtime: expected a mapping, not "always"'),
        ("runtime: {rollbacks: always}", 'runtime.rollbacks: expected a mapping, not "always"'),
        ("runtime: {rollbacks: {strategy: Always}}", 'runtime.rollbacks.strategy: expected "always", "default"'),
        ("auths: hello", 'auths: expected a mapping, not "hello"'),
        ("notifications: {type: http}", "notifications: expected a list, not a mapping"),
        ("notifications: [http]", 'notifications[0]: expected a mapping, not "http"'),
        ("notifications: [{url: x}]", "notifications[0].type: missing"),
        ("notifications: [{type: plugin}]", "notifications[0].module: missing"),
        ("notifications: [{type: plugin, module: 5}]", "notifications[0].module: expected text, not 5"),
        ("notifications: [{type: http}]", "notifications[0].url: missing"),
        ("notifications: [{type: mail}]", 'notifications[0].type: expected "http" or "plugin", not "mail"'),
        ("notifications: [{type: plugin, module: m, events: 5}]", "notifications[0].events: expected a list, not 5"),
        ("controls: [{name: a}]", "controls: expected a mapping, not a list"),
        ("controls: {a: }", "controls.a: expected a mapping that describes a control, not null"),
        ("controls: {a: {provider: x}}", 'controls.a.provider: expected a mapping, not "x"'),
        ("controls: {a: {provider: {type: python}}}", "controls.a.provider.module: missing"),
        ("controls: {a: {provider: {type: python, module: 3}}}", "controls.a.provider.module: expected text, not 3"),
        ("runtime:\n\trollbacks: 1", "line 2, column 1: cannot be read"),
    ],
)
def test_odd_settings_are_refused_in_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(BadInput) as refusal:
        settings_of(write(tmp_path, "settings.yaml", text))
    assert f"settings.yaml{', ' if says.startswith('line') else ': '}{says}" in str(refusal.value)


def test_what_is_null_in_the_settings_is_not_there(tmp_path: Path) -> None:
    path = write(tmp_path, "settings.yaml", "\ufeffcontrols:\nauths:\nruntime:\nnotifications:\nother: 1")
    assert settings_of(path) == {"other": 1} == get_loaded_settings()


def test_a_control_whose_module_is_not_there_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    text = "controls: {a: {provider: {type: python, module: no_such.module}}}"
    settings_of(write(tmp_path, "settings.yaml", text))
    assert "controls.a: the module no_such.module is not installed, install the package" in caplog.text
    assert caplog.text.rstrip().endswith("The control is not applied")


def test_names_of_a_variable_file_that_matter_to_nothing_are_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables_of({}, [write(tmp_path, "flat.yaml", "a: 5")])
    assert 'flat.yaml: "a" is ignored: expected configuration or secrets' in caplog.text
    document = {"configuration": {"x": {"type": "env", "key": "READ"}}}
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "a.env", "READ=1\nOTHER=2")
    said = ["a.env: no configuration or secret reads OTHER; only activities can"]
    assert list(unread(document, ["a.env", "flat.yaml"])) == said


def test_variables_come_from_options_and_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTK_GIVEN", "before")
    files = [
        write(tmp_path, "a.yaml", "configuration: {x: 1, y: 2}\nsecrets: {s: {t: u}}"),
        write(tmp_path, "b.env", "RTK_GIVEN=after\n# a comment\n"),
        write(tmp_path, "c.json", '\ufeff{\n\t"configuration": {"y": 2}}'),
        write(tmp_path, "d.yaml", ""),
    ]
    assert variables_of({"x": 3}, files) == ({"x": 3, "y": 2}, {"s": {"t": "u"}})


@pytest.mark.parametrize(
    ("name", "text"), [("a.json", "{"), ("a.yaml", "configuration: 1"), ("a.yaml", "- 1"), ("a.env", "no equals sign")]
)
def test_a_variable_file_of_another_form_is_refused(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(BadInput, match="expected"):
        variables_of({}, [write(tmp_path, name, text)])
