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


def test_what_is_tried_on_the_newest_versions_is_there() -> None:
    script = (ROOT / "tools" / "newest.sh").read_text()
    (of_verify,) = re.findall(r"^set -- ([a-z_ ]+)$", script, re.MULTILINE)
    (of_console,) = re.findall(r"^for name in ([a-z_ ]+); do$", script, re.MULTILINE)
    named = {f"tests/verify/test_{name}.py" for name in of_verify.split()}
    named |= {f"tests/console/test_{name}.py" for name in of_console.split()}
    assert not {name for name in named if not (ROOT / name).exists()}


def test_files_of_ours_that_are_named_are_there() -> None:
    naming = [ROOT / "Makefile", ROOT / ".ci" / "run", *(ROOT / "tools").glob("*.*"), *(ROOT / "docs").rglob("*.md")]
    naming += [
        ROOT / name for name in ("ARCHITECTURE.md", "CONTRIBUTING.md", "tests/mutants.md", "tests/attack/README.md")
    ]
    gone = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in naming
        for name in re.findall(r"\btests/[a-z0-9_/]+\.py\b", path.read_text())
        if not (ROOT / name).exists()
    }
    assert not gone
