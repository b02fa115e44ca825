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


def test_what_a_browser_asks_for_by_itself_gives_no_cookie_that_undoes_a_form(client: Client) -> None:
    answer = client.get("/favicon.ico")
    assert (answer.status_code, answer["Location"]) == (302, "/static/pages/icon.svg")
    assert not answer.cookies
    assert client.get(answer["Location"]).status_code == 200


def test_files_carry_the_policy_of_pages_too(client: Client, script: str) -> None:
    assert "default-src 'none'" in client.get(script)["Content-Security-Policy"]


def test_another_build_is_served_by_a_console_that_began_before_it(client: Client) -> None:
    first = client.get("/static/pages/icon.svg")
    path = built.DIST / "assets" / "later-AbCd1234.js"
    try:
        path.write_text("1;")
        answer = client.get(f"/static/pages/dist/assets/{path.name}")
    finally:
        path.unlink(missing_ok=True)
    assert (first.status_code, answer.status_code, answer.content) == (200, 200, b"1;")
    assert client.get(f"/static/pages/dist/assets/{path.name}").status_code == 404


@pytest.mark.parametrize(
    "path", ["/static/", "/static/nothing.js", "/static/pages/", "/static/%00", "/static/../settings.py"]
)
def test_what_is_no_file_is_not_found(client: Client, path: str) -> None:
    assert client.get(path).status_code in (400, 404)
