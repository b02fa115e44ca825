"""The settings file in the shape of 2020: read as it is, changed where it must be, everything else kept."""

from pathlib import Path

import pytest
import yaml

from rtk.errors import BadInput, ToolkitError
from rtk.publish.destination import destination
from rtk.publish.settings import feature, load, save, with_console, with_feature, without_control

OF_2020 = """
auths:
  console.example.com:
    type: bearer
    value: XYZ
controls:
  other-control:
    provider: {type: python, module: some.module}
  chaosiq-cloud:
    features:
      publish: on
      safeguards: 'off'
      workspace: 'on'
    provider:
      type: python
      module: chaoscloud.controls
      arguments:
        url: https://console.example.com
        verify_tls: false
        organizations:
        - id: o-1
          name: First
          default: false
          teams: [{id: t-1, name: One, default: true}]
        - id: o-2
          name: Second
          default: true
          teams: [{id: t-2, name: Two, default: false}, {id: t-3, name: Three, default: true}]
notifications: [{type: http, url: https://example.com}]
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "deep" / "settings.yaml"
    found.parent.mkdir()
    found.write_text(OF_2020)
    return found


def test_a_file_of_2020_says_where_to_publish(path: Path) -> None:
    found = destination(load(path), {})
    assert found
    assert (found.url, found.authorization, found.verify_tls) == ("https://console.example.com", "Bearer XYZ", False)
    assert (found.organization, found.team) == ("o-2", "t-3")


def test_a_feature_is_on_off_or_not_said(path: Path) -> None:
    settings = load(path)
    assert [feature(settings, each) for each in ("publish", "safeguards", "workspace")] == [True, False, True]
    assert feature({}, "publish") is None
    assert feature(with_feature({}, "publish", False), "publish") is False
    with pytest.raises(BadInput, match="expected 'on' or 'off'"):
        feature({"controls": {"chaosiq-cloud": {"features": {"publish": "perhaps"}}}}, "publish")


def test_what_is_saved_is_for_its_owner_only_and_keeps_everything_else(path: Path) -> None:
    path.chmod(0o644)
    before = load(path)
    arguments = {"url": "https://new.example.com", "verify_tls": True, "organizations": []}
    save(path, with_console(before, "new.example.com", "NEW", arguments))
    after = load(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert after["notifications"] == before["notifications"]
    assert after["controls"]["other-control"] == before["controls"]["other-control"]
    assert after["auths"] == {**before["auths"], "new.example.com": {"type": "bearer", "value": "NEW"}}
    assert after["controls"]["chaosiq-cloud"]["features"] == before["controls"]["chaosiq-cloud"]["features"]
    assert list(path.parent.iterdir()) == [path]


def test_a_link_to_the_settings_stays_a_link(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.yaml"
    link.symlink_to(path)
    save(link, {"a": 1})
    assert link.is_symlink()
    assert load(path) == {"a": 1}


def test_what_cannot_be_saved_leaves_the_old_file(path: Path) -> None:
    with pytest.raises(ToolkitError, match="cannot be written"):
        save(path, {"a": object()})
    assert yaml.safe_load(path.read_text()) == yaml.safe_load(OF_2020)
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    ("text", "says"), [("- a list", "expected a mapping"), ("a: [", "line 1: not whole YAML"), ("\xff", "not UTF-8")]
)
def test_what_is_no_settings_file_is_refused_in_a_sentence(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "settings.yaml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(BadInput, match=says):
        load(path)


def test_nobody_signed_in_is_no_error(tmp_path: Path) -> None:
    assert load(tmp_path / "none.yaml") == {}
    assert destination({}, {}) is None


def test_address_and_token_of_the_environment_are_enough() -> None:
    found = destination({}, {"RTK_URL": "https://console.example.com/path", "RTK_TOKEN": "T\n"})
    assert found
    assert (found.url, found.authorization, found.team) == ("https://console.example.com", "Bearer T", "")


def test_the_environment_goes_before_the_settings_and_the_team_stays(path: Path) -> None:
    same = destination(load(path), {"RTK_URL": "https://console.example.com", "RTK_TOKEN": "T"})
    other = destination(load(path), {"RTK_URL": "https://other.example.com", "RTK_TOKEN": "T"})
    assert same
    assert other
    assert (same.authorization, same.team) == ("Bearer T", "t-3")
    assert (other.url, other.team) == ("https://other.example.com", "")


def test_a_token_is_never_sent_in_the_clear_to_another_machine() -> None:
    with pytest.raises(BadInput, match="expected https"):
        destination({}, {"RTK_URL": "http://console.example.com", "RTK_TOKEN": "T"})


def test_a_verify_does_not_load_the_control_for_chaos_run(path: Path) -> None:
    assert list(without_control(load(path))["controls"]) == ["other-control"]
    assert without_control({}) == {}
