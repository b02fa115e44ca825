"""The commands in the documentation are run, and print what the pages show."""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from tests.console.conftest import place
from tests.docs.pages import DOCS, PAGES, ROOT, Block, Command, blocks, matches
from tests.docs.session import Session, patient, shop
from tests.lab.world import free_ports

AT_ONCE = 3
LANGUAGES = {"console", "json", "yaml", "python", "text", "toml"}
FIRST = DOCS / "tutorial" / "first-verification.md"
RUN = [page for page in PAGES if any(b.language == "console" and not b.skipped for b in blocks(page))]


def name(page: Path) -> str:
    return str(page.relative_to(DOCS if page.is_relative_to(DOCS) else ROOT))


Played = Mapping[Path, "Future[None]"]


@pytest.fixture(scope="module")
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """The pages asked for, each played in a directory of its own; a few at a time, for most of it is waiting."""
    asked = {item.callspec.params.get("page") for item in request.session.items if hasattr(item, "callspec")}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        pages = sorted((page for page in RUN if page in asked), key=lambda page: page != FIRST)
        begun: dict[Path, Future[None]] = {}
        for page in pages:
            begun[page] = pool.submit(play, page, tmp_path_factory.mktemp("page"))
            if page == FIRST:  # none of its 30 measurements may be missed, so that no other page of ours holds it up
                wait([begun[page]])
        yield begun


@pytest.mark.parametrize("page", RUN, ids=name)
def test_every_command_prints_what_the_page_shows(page: Path, played: Played) -> None:
    played[page].result()


def play(page: Path, directory: Path) -> None:
    for block in blocks(FIRST):
        if block.title:  # the other pages go on with the files of the first tutorial
            (directory / block.title).write_text(patient(block.text))
    with shop(directory, patient) as url, session(directory, ENDPOINT_URL=url) as (ours, ports):
        for block in blocks(page):
            if block.title:
                (directory / block.title).write_text(patient(block.text))
            elif block.language == "console" and not block.skipped:
                follow(page, elsewhere(block, ports), ours)


@contextmanager
def session(directory: Path, **environ: str) -> Iterator[tuple[Session, int]]:
    """A session whose console and lab have ports of their own, the first of which is told, and are ended with it."""
    ports = free_ports(4)
    with place() as data, Session(directory, RTK_DATA=f"{data}/rtk", RTK_PORT=str(ports), **environ) as ours:
        try:
            yield ours, ports
        finally:
            if Path(data, "rtk").exists():
                ours.run("rtk down")
            if (directory / ".local/state/rtk/lab").exists():
                ours.run("rtk lab down")


def elsewhere(block: Block, ports: int) -> Block:
    """A block with free ports in place of those that the console and the lab have by themselves."""
    moved = {
        "localhost:8000": f"localhost:{ports}",
        "127.0.0.1:4566": f"127.0.0.1:{ports + 1}",
        "127.0.0.1:8080": f"127.0.0.1:{ports + 2}",
        "127.0.0.1:8081": f"127.0.0.1:{ports + 3}",
        # Answers take less work than they do for a reader: other pages are played meanwhile.
        "rtk lab up": f"rtk lab up --port {ports + 1} --web-port {ports + 2} --work 0.15",
    }
    text = patient(block.text)
    for words, instead in moved.items():
        text = text.replace(words, instead)
    return replace(block, text=text)


def follow(page: Path, block: Block, session: Session) -> None:
    codes = []
    for command in block.commands():
        printed, code = session.run(command.text)
        codes.append(code)
        place = f"{name(page)}:{block.line}: $ {command.text}\n"
        assert code in (0, block.exit_code), f"{place}ended with {code}:\n{printed}"
        shown = not command.output or matches(command.output, printed, block.numbers_vary)
        assert shown, f"{place}is said to print\n{chr(10).join(command.output)}\n\nand prints\n{printed}"
    assert block.exit_code in codes, f"{name(page)}:{block.line}: no command ended with {block.exit_code}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_block_can_be_read(page: Path) -> None:
    for block in blocks(page):
        place = f"{name(page)}:{block.line}"
        assert block.language in LANGUAGES, place
        if block.language == "json":
            json.loads(block.text)
        if block.language == "yaml":
            yaml.safe_load(block.text)
        if block.language == "console":
            assert block.text.startswith("$ "), place


def test_a_comment_that_is_not_understood_is_not_passed_over() -> None:
    for page in PAGES:
        for block in blocks(page):
            for said in block.said:
                known = said == "numbers vary" or said.startswith(("skip ", "exit "))
                assert known, f"{name(page)}:{block.line}: {said}"
        assert page.read_text().count("<!-- test:") == sum(bool(b.said) for b in blocks(page)), name(page)


def test_three_dots_stand_for_anything() -> None:
    assert matches(["a … c", "…", "end"], "a b c\nx\ny\nend\n", numbers_vary=False)
    assert not matches(["a … c"], "a b d\n", numbers_vary=False)
    assert matches(["1 of 30 was good"], "0 of 30 were good\n", numbers_vary=True)
    assert not matches(["1 of 30 was good"], "0 of 30 were good\n", numbers_vary=False)
    assert not matches(["a"], "a\nb\n", numbers_vary=False)


def test_numbers_vary_only_where_the_page_says_so() -> None:
    assert matches(["took 1,234.5 ms"], "took 7 ms\n", numbers_vary=True)
    assert not matches(["took 1,234.5 ms"], "took 7 ms\n", numbers_vary=False)
    assert not matches(["took 12 ms"], "took no ms\n", numbers_vary=True)


def test_a_command_may_go_on_in_the_next_line() -> None:
    block = Block(1, "console", None, "$ one \\\n  two\nout\n$ three\n")
    assert block.commands() == [Command("one \\\n  two", ["out"]), Command("three")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("$ echo one\ntwo\n", ()),
        ("$ false\n", ()),
        ("$ true\n", ("exit 2",)),
        ("$ echo $?; (exit 3)\n", ("exit 2",)),
    ],
)
def test_a_page_that_shows_something_else_is_found_out(text: str, said: tuple[str, ...], tmp_path: Path) -> None:
    with Session(tmp_path) as session, pytest.raises(AssertionError):
        follow(FIRST, Block(1, "console", None, text, said), session)


def test_what_one_command_leaves_is_there_for_the_next(tmp_path: Path) -> None:
    text = "$ export COLOUR=blue\n$ (exit 2)\n$ echo $? $COLOUR\n2 blue\n"
    with Session(tmp_path) as session:
        follow(FIRST, Block(1, "console", None, text, ("exit 2",)), session)
