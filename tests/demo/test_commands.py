"""The commands of the demonstration: ours, wherever the person's own environment would lead."""

from pathlib import Path

import pytest

from rtk.demo.commands import Commands, environment
from rtk.demo.place import DemoDirectory
from rtk.errors import BadInput

THEIRS = {
    "HOME": "/srv/alice",
    "PATH": "/usr/bin",
    "RTK_URL": "https://rtk.example.org",
    "RTK_TOKEN": "secret",
    "AWS_PROFILE": "production",
    "DATABASE_URL": "postgresql://db.example.org/rtk",
    "no_proxy": "example.org",
}


def test_what_a_person_has_set_for_consoles_and_aws_of_their_own_leads_nowhere() -> None:
    ours = environment(DemoDirectory(Path("/demo")), THEIRS)
    assert set(ours) == {"HOME", "PATH", "no_proxy", "NO_PROXY", "XDG_STATE_HOME"}
    assert ours["XDG_STATE_HOME"] == "/demo/state"
    assert ours["PATH"].endswith(":/usr/bin")
    assert ours["no_proxy"] == ours["NO_PROXY"] == "example.org,localhost,127.0.0.1"


def test_a_program_that_is_missing_is_one_sentence_with_where_it_comes_from(tmp_path: Path) -> None:
    commands = Commands(DemoDirectory(tmp_path), {"PATH": str(tmp_path)})
    with pytest.raises(BadInput, match="the command 'aws' is needed and not there; pip install awscli brings it"):
        commands.needed("aws", "pip install awscli brings it")


def test_nothing_of_the_persons_own_settings_is_used_by_the_run(tmp_path: Path) -> None:
    words = Commands(DemoDirectory(tmp_path), environment(DemoDirectory(tmp_path))).verify("http://localhost:1/x.json")
    assert words[words.index("--settings") + 1] == str(tmp_path / "settings.yaml")
    assert words[-1] == "http://localhost:1/x.json"
