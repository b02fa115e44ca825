"""The client that a console gives away: to everybody, at an address that stays, with its digest."""

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from rtk.console import client as given
from rtk.console import wheel
from rtk.console.store.client_wheels import KEPT
from rtk.console.wheel import CannotPack, Wheel

CONTENT = b"PK of a wheel"
DIGEST = hashlib.sha256(CONTENT).hexdigest()
NAME = "reliability_toolkit-7.0.0-py3-none-any.whl"


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def console(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A console that was installed from a wheel."""
    settings.PUBLIC_URL, settings.PACKAGE = "https://rtk.example.org", ""
    monkeypatch.setattr(wheel, "installed", lambda: Wheel(NAME, CONTENT))
    given._packed.cache_clear()
    yield
    given._packed.cache_clear()


def changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the console find that its files are not those of the wheel."""

    def cannot() -> Wheel:
        raise CannotPack("x.py is not as it was installed; expected it unchanged")

    monkeypatch.setattr(wheel, "installed", cannot)


def test_anybody_gets_the_wheel_with_its_digest(client: Client) -> None:
    answer = client.get(f"/client/{NAME}")
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer["Repr-Digest"] == f"sha-256=:{b64encode(bytes.fromhex(DIGEST)).decode()}:"
    assert client.get(f"/client/{NAME}.sha256").content.decode() == f"{DIGEST}  {NAME}\n"
    assert client.head(f"/client/{NAME}")["Content-Length"] == str(len(CONTENT))


def test_what_pip_has_already_is_not_sent_again(client: Client) -> None:
    tag = client.get(f"/client/{NAME}")["ETag"]
    assert client.get(f"/client/{NAME}", headers={"if-none-match": tag}).status_code == 304


def test_our_distribution_comes_from_here_with_its_digest_and_others_by_their_names() -> None:
    where = f"https://rtk.example.org/client/{NAME}#sha256={DIGEST}"
    assert given.requirement("reliability-toolkit") == f"reliability-toolkit @ {where}"
    assert given.requirement("reliability-toolkit[aws]") == f"reliability-toolkit[aws] @ {where}"
    assert given.requirement("reliability-toolkit-extras") == "reliability-toolkit-extras"
    assert given.requirement("awscli") == "awscli"


def test_a_package_that_the_setting_names_wins(settings: Any, client: Client) -> None:
    settings.PACKAGE = "https://files.example.com/own.whl#sha256=12"
    assert given.requirement("reliability-toolkit") == f"reliability-toolkit @ {settings.PACKAGE}"
    assert client.get("/client/requirements.txt").content.decode() == f"reliability-toolkit @ {settings.PACKAGE}\n"


def test_the_requirements_are_always_of_the_client_that_pages_name(client: Client) -> None:
    line = client.get("/client/requirements.txt").content.decode()
    assert line == f"reliability-toolkit @ https://rtk.example.org/client/{NAME}#sha256={DIGEST}\n"


def updated(monkeypatch: pytest.MonkeyPatch, version: int) -> str:
    """Have the console come back as another version; the name of its wheel."""
    name = f"reliability_toolkit-{version}.0.0-py3-none-any.whl"
    monkeypatch.setattr(wheel, "installed", lambda: Wheel(name, f"wheel {version}".encode()))
    given._packed.cache_clear()
    return name


def test_who_named_a_client_still_gets_it_after_the_console_was_updated(
    monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    first = client.get(f"/client/{NAME}")
    updated(monkeypatch, 8)
    again = client.get(f"/client/{NAME}")
    assert (again.status_code, again.content, again["ETag"]) == (200, CONTENT, first["ETag"])
    assert client.get(f"/client/{NAME}.sha256").content.decode() == f"{DIGEST}  {NAME}\n"
    assert "-8.0.0-" in client.get("/client/requirements.txt").content.decode()


def test_only_the_newest_are_kept(monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    names = []
    for version in range(8, 8 + KEPT + 2):
        names.append(updated(monkeypatch, version))
        assert client.get(f"/client/{names[-1]}").status_code == 200
    assert [client.get(f"/client/{name}").status_code for name in names] == [404, 404, *[200] * KEPT]


def test_another_build_of_the_same_version_takes_its_place(monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    client.get(f"/client/{NAME}")
    monkeypatch.setattr(wheel, "installed", lambda: Wheel(NAME, b"another build"))
    given._packed.cache_clear()
    assert client.get(f"/client/{NAME}").content == b"another build"
    updated(monkeypatch, 8)
    assert client.get(f"/client/{NAME}").content == b"another build"


@pytest.mark.parametrize("name", ["%00.whl", "a%0Ab.whl", "..%2Fx.whl", "é.whl"])
def test_what_can_be_no_name_of_a_wheel_is_not_looked_for(client: Client, name: str) -> None:
    assert client.get(f"/client/{name}").status_code in (302, 404)


@pytest.mark.parametrize("end", ["", ".sha256"])
def test_another_version_is_not_there_and_the_answer_names_the_one_that_is(client: Client, end: str) -> None:
    answer = client.get(f"/client/reliability_toolkit-6.0.0-py3-none-any.whl{end}")
    assert answer.status_code == 404
    assert f"this console has https://rtk.example.org/client/{NAME}#sha256={DIGEST}\n" in answer.content.decode()


@pytest.mark.parametrize("end", ["", ".sha256"])
def test_a_console_whose_files_were_changed_gives_nothing_away(
    monkeypatch: pytest.MonkeyPatch, client: Client, end: str
) -> None:
    changed(monkeypatch)
    answer = client.get(f"/client/{NAME}{end}")
    assert answer.status_code == 503
    assert answer.content.decode().startswith("x.py is not as it was installed")
    assert answer.content.decode().endswith("or name a wheel in RTK_PACKAGE.\n")


def test_without_a_wheel_pages_still_name_no_index(monkeypatch: pytest.MonkeyPatch) -> None:
    changed(monkeypatch)
    assert given.requirement("reliability-toolkit") == (
        "reliability-toolkit @ https://rtk.example.org/client/reliability_toolkit-0.1.0-py3-none-any.whl"
    )


@pytest.mark.parametrize("path", [f"/client/{NAME}", f"/client/{NAME}.sha256", "/client/requirements.txt"])
def test_nothing_can_be_put_there(client: Client, path: str) -> None:
    assert {getattr(client, method)(path).status_code for method in ("post", "put", "delete", "patch")} == {405}


def test_files_are_read_once_in_the_life_of_the_process(monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    read: list[int] = []

    def installed() -> Wheel:
        read.append(1)
        return Wheel(NAME, CONTENT)

    monkeypatch.setattr(wheel, "installed", installed)
    for _ in range(5):
        client.get(f"/client/{NAME}")
        given.requirement("reliability-toolkit")
    assert read == [1]
