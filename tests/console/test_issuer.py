"""The settings of an issuer: whole or not there, and refused in one sentence."""

import pytest

from rtk.console.issuer import apps
from rtk.errors import BadInput

SET = {
    "RTK_OIDC_ISSUER": "https://id.example.org",
    "RTK_OIDC_CLIENT_ID": "rtk",
    "RTK_OIDC_CLIENT_SECRET": "secret",
}


def chosen(patch: pytest.MonkeyPatch, **environ: str) -> None:
    for name in SET:
        patch.setenv(name, environ.get(name, ""))


def test_without_settings_there_is_no_issuer(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen(monkeypatch)
    assert apps() == []


@pytest.mark.parametrize("url", ["https://id.example.org/realm", "https://id.example.org/realm/"])
def test_a_slash_at_the_end_of_an_issuers_name_makes_no_difference(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    chosen(monkeypatch, **{**SET, "RTK_OIDC_ISSUER": url})
    (app,) = apps()
    assert (app["client_id"], app["secret"]) == ("rtk", "secret")
    assert app["settings"]["server_url"] == "https://id.example.org/realm"


@pytest.mark.parametrize("name", list(SET))
def test_one_that_is_not_whole_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    chosen(monkeypatch, **{**SET, name: ""})
    with pytest.raises(BadInput, match=rf"RTK_OIDC_ISSUER is .*{'expected an address' if 'ISSUER' in name else name}"):
        apps()


@pytest.mark.parametrize("url", ["id.example.org", "ldap://id.example.org", "https://", "https://[x", "https://a:b"])
def test_what_is_no_address_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    chosen(monkeypatch, **{**SET, "RTK_OIDC_ISSUER": url})
    with pytest.raises(BadInput, match=r"expected an address like https://id\.example\.org"):
        apps()
