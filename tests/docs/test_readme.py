"""The README and its neighbours: their links lead somewhere, their commands do what they say, pictures are used."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.docs.pages import DOCS, PAGES, ROOT, blocks, headings, prose
from tests.docs.session import Session, patient, shop
from tests.docs.test_commands import FIRST, follow

README = ROOT / "README.md"
NEIGHBOURS = [
    *(ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "decisions").glob("*.md")),
]
PICTURES = DOCS / "pictures"
LARGEST_KB = 150
# What the pages may send a reader to, all of it by https; where else a link leads is for a person to look at once.
ELSEWHERE = {
    *("chaostoolkit.org", "cloudevents.io", "docs.getmoto.org", "www.postgresql.org", "github.com"),
    *("nginx.org", "caddyserver.com", "docs.docker.com", "kubernetes.io", "helm.sh", "www.keycloak.org"),
    *("docs.github.com", "openid.net", "docs.gitlab.com", "www.jenkins.io", "docs.aws.amazon.com"),
}
_LINK = re.compile(r"""\]\(<?([^)\s>]+)>?(?:\s"[^"]*")?\)|(?:src|srcset|href)="([^"]+)"|<(https?://[^>\s]+)>""")
_FILE = re.compile(r"`((?:tests|bench|src/rtk|src/chaoscloud|decisions|docs|tools|deploy|frontend)/[\w./-]+)`")


@dataclass(frozen=True)
class Link:
    """A link in a file, and where it leads."""

    file: Path
    target: str

    @property
    def outside(self) -> bool:
        return bool(urlsplit(self.target).scheme)

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}: {self.target}"


def links(*files: Path) -> Iterator[Link]:
    for file in files:
        for found in _LINK.finditer(prose(file.read_text(encoding="utf-8"))):
            yield Link(file, next(part for part in found.groups() if part))


def broken(link: Link) -> bool:
    """Whether a link leads to a file or a heading that is not there."""
    path, _, anchor = link.target.partition("#")
    file = link.file.parent / path if path else link.file
    if not file.exists() or not file.resolve().is_relative_to(ROOT):
        return True
    return bool(anchor) and anchor not in headings(file)


def test_every_link_beside_the_documentation_leads_somewhere() -> None:
    assert [str(link) for link in links(*NEIGHBOURS) if not link.outside and broken(link)] == []


@pytest.mark.parametrize("target", ["docs/no-such-page.md", "docs/index.md#no-such-heading", "#nor-here", "../beyond"])
def test_a_link_that_leads_nowhere_is_found_out(target: str) -> None:
    assert broken(Link(README, target))


def test_every_file_that_is_named_is_there() -> None:
    named = {
        f"{file.relative_to(ROOT)}: {path}"
        for file in (*NEIGHBOURS, *PAGES)
        for path in _FILE.findall(file.read_text())
    }
    assert any("tests/" in each for each in named)
    assert [each for each in sorted(named) if not (ROOT / each.partition(": ")[2]).exists()] == []


def test_links_that_lead_elsewhere_are_https_and_known() -> None:
    found = {link.target for link in links(*NEIGHBOURS, *PAGES) if link.outside}
    assert {urlsplit(target).scheme for target in found} <= {"https"}
    unknown = {urlsplit(target).hostname for target in found} - ELSEWHERE
    assert unknown == set(), "look at them, and add them to ELSEWHERE"


def test_the_commands_of_the_readme_work(tmp_path: Path) -> None:
    """They stand without a prompt, to be copied; each line is one."""
    told = [block for block in blocks(README) if block.language == "sh" and not block.skipped]
    assert told
    experiment = next(patient(block.text) for block in blocks(FIRST) if block.title == "experiment.json")
    (tmp_path / "experiment.json").write_text(experiment)
    with shop(tmp_path) as url, Session(tmp_path, ENDPOINT_URL=url) as session:
        for block in told:
            text = "".join(f"$ {line}\n" for line in block.text.splitlines())
            follow(README, replace(block, language="console", text=text), session)
    assert "Did it get worse?" in (tmp_path / "insight.html").read_text()


def test_nothing_in_the_readme_has_a_prompt() -> None:
    assert {block.language for block in blocks(README)} == {"sh"}
    assert not any(line.startswith("$") for block in blocks(README) for line in block.text.splitlines())


def test_every_picture_is_used_and_small() -> None:
    used = {
        (link.file.parent / link.target).resolve()
        for link in links(README, *PAGES)
        if link.target.endswith((".png", ".svg", ".jpg"))
    }
    kept = {path for path in PICTURES.rglob("*") if path.is_file()}
    assert used == kept
    large = [path.name for path in kept if path.stat().st_size > LARGEST_KB * 1024]
    assert large == []


def test_every_picture_says_what_it_shows() -> None:
    for page in PAGES:
        assert not re.search(r"!\[\s*\]\(", page.read_text()), page.name
    assert all('alt="' in picture for picture in re.findall(r"<img\b.*?>", README.read_text(), re.DOTALL))


def test_every_page_is_found_from_the_first_one() -> None:
    """The menu has every page by the strict build; whoever begins at the first page must find each how-to as well."""
    told = {link.target.partition("#")[0] for link in links(DOCS / "index.md")}
    for page in PAGES:
        assert page.name == "index.md" or str(page.relative_to(DOCS)) in told, page.name


def test_the_menu_has_every_page() -> None:
    menu = (ROOT / "mkdocs.yml").read_text().partition("\nnav:\n")[2]
    for page in PAGES:
        assert re.search(rf"\b{re.escape(str(page.relative_to(DOCS)))}$", menu, re.MULTILINE), page.name
