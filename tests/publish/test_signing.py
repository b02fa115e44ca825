"""Signing in by the real command: what is asked for, what is said of a bad address, token or certificate."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from rtk.cli.authentication import Given, sign_in
from rtk.cli.commands.features import FEATURES as OFFERED
from rtk.errors import BadInput
from rtk.publish.settings import FEATURES
from tests.publish.home import Home
from tests.publish.server import ORG, TEAM, TOKEN, Says, ToyConsole

OTHER = "00000000-0000-0000-0000-000000000003"


def arguments(home: Home) -> dict[str, object]:
    settings = yaml.safe_load(home.settings.read_text())
    found: dict[str, object] = settings["controls"]["chaosiq-cloud"]["provider"]["arguments"]
    return found


def test_a_person_is_asked_for_what_is_not_known(home: Home, toy: ToyConsole) -> None:
    toy.teams = [{"id": TEAM, "name": "A"}, {"id": OTHER, "name": "B"}]
    home.environ["RTK_TOKEN"] = TOKEN
    ended = home.chaos("signin", answers=f"{toy.url}/some/page\n2\n")
    assert ended.code == 0, ended.out
    assert "Console url" in ended.out
    assert "1) A\n2) B\n" in ended.out
    assert "Experiments and executions will be published to team 'B' in organization 'Org'" in ended.out
    assert f"Console details saved at {home.settings}" in ended.out
    assert arguments(home)["url"] == toy.url
    assert home.settings.stat().st_mode & 0o777 == 0o600


def test_a_machine_is_asked_for_nothing(home: Home, toy: ToyConsole) -> None:
    toy.teams = [{"id": TEAM, "name": "A"}, {"id": OTHER, "name": "B"}]
    (home.path / "token").write_text(f"{TOKEN}\n")
    ended = home.chaos("signin", "--url", toy.url, "--org", ORG, "--team", "b", "--token-file", "token")
    assert ended.code == 0, ended.out
    teams = arguments(home)["organizations"][0]["teams"]  # type: ignore[index] # as signed in
    assert [(each["id"], each["default"]) for each in teams] == [(TEAM, False), (OTHER, True)]
    assert [each.method for each in toy.memory.seen] == ["HEAD", "GET"]


def test_a_token_can_come_from_a_pipe(home: Home, toy: ToyConsole) -> None:
    assert home.chaos("signin", "--url", toy.url, "--token-file", "-", answers=f"{TOKEN}\n").code == 0


def test_a_pipe_that_holds_no_text_is_refused_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff"), encoding="utf-8"))
    with pytest.raises(BadInput, match=r"^--token-file - cannot be read: it is not text$"):
        sign_in(tmp_path / "settings.yaml", Given(url="http://127.0.0.1:9", token_file="-"))


def test_another_team_and_organization_can_be_chosen_later(home: Home, toy: ToyConsole) -> None:
    home.environ["RTK_TOKEN"] = TOKEN
    assert home.chaos("signin", "--url", toy.url).code == 0
    home.environ.clear()
    toy.teams = [{"id": TEAM, "name": "A"}, {"id": OTHER, "name": "B"}]
    assert "team 'B'" in home.chaos("team", "--team", "B").out
    assert "team 'A'" in home.chaos("team", answers="1\n").out
    assert "team 'B'" in home.chaos("org", "--org", "org", "--team", "B").out
    refused = home.chaos("team", "--team", "C")
    assert (refused.code, refused.out) == (1, "chaos: --team C: expected one of 'A', 'B'\n")


@pytest.mark.parametrize(
    ("token", "status", "says"),
    [
        (TOKEN + "x", None, "does not accept the token: it is wrong, expired or revoked"),
        ("two words", None, "the token: expected one word"),
        (TOKEN, Says(403), "the token may not do this"),
        (TOKEN, Says(301, None, {"Location": "https://example.com"}), "redirects elsewhere"),
        (TOKEN, Says(200, {"hello": "world"}), "does not answer as a console does"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    home: Home, toy: ToyConsole, token: str, status: Says | None, says: str
) -> None:
    toy.faults = lambda seen: status if seen.method == "GET" else None
    home.environ["RTK_TOKEN"] = token
    ended = home.chaos("signin", "--url", toy.url)
    assert ended.code == 1
    assert says in ended.out
    assert len(ended.out.splitlines()) == 1
    assert not home.settings.exists()


def test_a_console_that_is_not_there_is_said(home: Home) -> None:
    home.environ["RTK_TOKEN"] = TOKEN
    ended = home.chaos("signin", "--url", "http://127.0.0.1:1")
    assert "cannot be reached: connection refused" in ended.out
    assert "expected https" in home.chaos("signin", "--url", "http://console.example.com").out


def test_a_certificate_that_is_not_trusted_is_said(home: Home, toy: ToyConsole, certificate: Path) -> None:
    home.environ["RTK_TOKEN"] = TOKEN
    url = toy.over_tls(certificate)
    refused = home.chaos("signin", "--url", url)
    assert refused.code == 1
    assert "its TLS certificate cannot be trusted" in refused.out
    assert "not signed in: the certificate is not trusted" in refused.out
    assert home.chaos("signin", "--url", url, "--no-verify-tls").code == 0
    assert arguments(home)["verify_tls"] is False
    home.environ["REQUESTS_CA_BUNDLE"] = str(certificate)
    assert home.chaos("signin", "--url", url).code == 0
    assert arguments(home)["verify_tls"] is True


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of localhost's own, with its key."""
    path = tmp_path_factory.mktemp("tls") / "own.pem"
    names = ("-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1")
    made = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", str(path), *names)
    with (path.parent / "certificate.pem").open("w") as out:
        subprocess.run(made, stdout=out, stderr=subprocess.DEVNULL, check=True)
    path.write_text(path.read_text() + (path.parent / "certificate.pem").read_text())
    return path


def test_features_are_switched_in_the_settings(home: Home) -> None:
    assert OFFERED == FEATURES
    for feature in FEATURES:
        assert home.chaos("enable", feature).out == f"Feature '{feature}' is enabled\n"
    assert home.chaos("disable", "safeguards").code == 0
    features = yaml.safe_load(home.settings.read_text())["controls"]["chaosiq-cloud"]["features"]
    assert features == {"publish": "on", "safeguards": "off", "workspace": "on"}
    assert home.chaos("enable", "magic").code == 1


def test_publishing_needs_somebody_signed_in(home: Home) -> None:
    ended = home.chaos("publish", "--pending")
    assert (ended.code, ended.out) == (
        1,
        "chaos: nobody is signed in: `chaos signin` first, or set RTK_URL and RTK_TOKEN\n",
    )
