"""The reference names every page, and no page that is not there."""

import json
import re

from rtk.console.pages import urls
from rtk.console.store.measures import Http, schedule_of
from tests.docs.pages import DOCS, ROOT, blocks

CLIENT = ["/client/requirements.txt", "/client/{wheel}", "/client/{wheel}.sha256"]


def address(pattern: str) -> str:
    """An address of the URL table as the reference writes it."""
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", pattern)


def test_every_page_is_in_the_reference_and_no_other() -> None:
    text = (DOCS / "reference" / "pages.md").read_text()
    named = re.findall(r"^\| `(/[^`]*)` \| \S", text, re.MULTILINE)
    assert [each for each in named if each.startswith("/client/")] == CLIENT
    there, told = {address(str(each.pattern)) for each in urls.urlpatterns}, set(named) - set(CLIENT)
    assert sorted(there - told) == [], "pages that have no row in docs/reference/pages.md"
    assert sorted(told - there) == [], "rows of docs/reference/pages.md for pages that are not there"


def test_the_measure_that_is_shown_is_what_the_form_makes() -> None:
    (shown,) = [each.text for each in blocks(DOCS / "how-to" / "define-an-objective.md") if each.language == "json"]
    given = json.loads(shown)
    assert given["measure"] == Http("time", "https://shop.example/checkout", 500).probe()
    assert schedule_of(given["target"]) == (5.0, 900.0)


def test_the_tutorial_shows_the_experiment_as_it_was_published() -> None:
    shown = {each.title: each.text for each in blocks(DOCS / "tutorial" / "load-an-ec2-instance.md")}
    published = ROOT / "tests" / "tutorial" / "experiment-ec2-responds-processor-load.json"
    assert shown["published.json"] == published.read_text(encoding="utf-8")
