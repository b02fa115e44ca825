"""How the files of pages are served: compressed, kept for ever where their names say what is in them, as a whole."""

import re

import pytest
from django.test import Client

from rtk.console.pages import built

pytestmark = pytest.mark.django_db


@pytest.fixture
def script() -> str:
    return f"/static/pages/dist/{built.bundle('app').script}"


@pytest.mark.parametrize(("takes", "encoding"), [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("", None)])
def test_a_file_comes_as_small_as_the_browser_takes_it(
    client: Client, script: str, takes: str, encoding: str | None
) -> None:
    answer = client.get(script, headers={"accept-encoding": takes})
    assert answer.status_code == 200
    assert not answer.streaming
    assert answer.headers.get("Content-Encoding") == encoding
    assert answer["Content-Type"].startswith("text/javascript")
    assert int(answer["Content-Length"]) == len(answer.content) > 0


def test_a_file_with_a_hash_is_kept_for_ever_and_others_are_not(client: Client, script: str) -> None:
    assert re.fullmatch(r"max-age=315360000, public, immutable", client.get(script)["Cache-Control"])
    assert "immutable" not in client.get("/static/pages/icon.svg")["Cache-Control"]


def test_a_file_that_the_browser_has_is_not_sent_again(client: Client) -> None:
    first = client.get("/static/pages/icon.svg")
    again = client.get("/static/pages/icon.svg", headers={"if-modified-since": first["Last-Modified"]})
    assert (again.status_code, again.content) == (304, b"")


def test_files_carry_the_policy_of_pages_too(client: Client, script: str) -> None:
    assert "default-src 'none'" in client.get(script)["Content-Security-Policy"]
