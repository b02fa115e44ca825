"""The files at the top of the repository: what they begin with, name and lead to."""

import re
from pathlib import Path

import rtk

ROOT = Path(__file__).parents[1]


def test_the_first_two_commands_of_the_readme_are_the_demonstration_and_the_tests() -> None:
    blocks = re.findall(r"^```\w*\n(.*?)^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    assert blocks[0].splitlines() == ["make demo", "make test"]


def test_the_changelog_knows_the_version() -> None:
    assert f"## {rtk.__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_links_between_the_files_at_the_top_lead_somewhere() -> None:
    link = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
    for path in [*ROOT.glob("*.md"), *(ROOT / "decisions").glob("*.md")]:
        for target in link.findall(path.read_text()):
            assert (path.parent / target).exists(), f"{path.name} links to {target}"
