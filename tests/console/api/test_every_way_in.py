"""A file is judged alike by `chaos verify --dry`, the import page and the API's import.

`RTK_FILES=DIR` adds all JSON and YAML files below a directory to those of this tree.
"""

import os
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from tests.conftest import Home
from tests.console.live import Live, Machine
from tests.console.people.world import signed_in
from tests.experiment.samples import TUTORIAL

PLAN = ("--dry", "--no-publish", "--every", "10s", "--for", "5m", "--target", "95%", "--window", "1d")
WRONG = {
    "torn.json": '{"title": "torn", "meth',
    "no-hypothesis.yaml": "title: t\ndescription: d\nmethod: []\n",
    "odd-tolerance.yaml": """\
title: Answers
description: It answers
steady-state-hypothesis:
  title: It answers
  probes:
  - {type: probe, name: answers, tolerance: {type: rnge, range: [0, 1]}, provider: {type: http, url: "http://localhost"}}
method: []
""",
    "twice.yaml": "title: one\ntitle: two\ndescription: d\nmethod: []\n",
}


def files(home: Home) -> Iterator[Path]:
    """What is judged: the tutorial's files, some that are wrong, and those of RTK_FILES."""
    yield from sorted(TUTORIAL.glob("*.json"))
    yield from (Path(home.write(name, text)) for name, text in WRONG.items())
    more = os.environ.get("RTK_FILES")
    for path in sorted(Path(more).rglob("*")) if more else []:
        if path.suffix in (".json", ".yaml", ".yml"):
            yield path


def by_command(home: Home, path: Path) -> str:
    """What the command says of a file that it refuses, else nothing."""
    ended = home.played(*PLAN, str(path))
    assert "Traceback" not in ended.out
    return "" if ended.code == 0 else ended.out


def by_page(member: Client, address: str, text: str) -> str:
    """What the page says of a file that it refuses, else nothing."""
    page = member.post(address, {"do": "look", "source": text})
    return "" if page.context["found"] else unescape(re.sub(r"<[^>]+>", "", page.content.decode()))


def by_api(machine: Machine, team: str, path: Path, text: str) -> str:
    """The sentence by which the API refuses a file, else nothing."""
    form = "json" if path.suffix == ".json" else "yaml"
    answer = machine("POST", f"{team}/import", json={"source": text, "format": form})
    assert answer.status_code in (200, 422)
    return "" if answer.status_code == 200 else str(answer.json()["detail"])


def says(text: str, sentence: str) -> bool:
    """Whether a sentence stands in a text, whichever the lines, the capitals and the name of the file."""
    return "".join(sentence.removeprefix("the experiment").casefold().split()) in "".join(text.casefold().split())


@pytest.mark.timeout(1800)
def test_a_file_is_judged_alike_by_the_command_the_page_and_the_api(live: Live, machine: Machine, home: Home) -> None:
    member = signed_in(live.world.member)
    address = reverse("pages:import", args=[live.world.org.slug, live.world.shop.slug])
    accepted = list[str]()
    refused = list[str]()
    for path in files(home):
        text = path.read_text()
        sentence = by_api(machine, live.team, path, text)
        for said in (by_command(home, path), by_page(member, address, text)):
            assert bool(said) == bool(sentence), (path, said, sentence)
            assert says(said, sentence), (path, said, sentence)
        (refused if sentence else accepted).append(path.name)
    assert len(accepted) >= 3
    assert set(WRONG) <= set(refused)
    print(f"{len(accepted)} accepted, {len(refused)} refused")
