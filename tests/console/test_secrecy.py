"""No line of the console's log holds a token, a cookie, a password, a header's value or a query, whoever wrote it."""

import json
import logging
import string
from urllib.parse import quote, urlencode

import pytest
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from rtk.console.secrecy import Secrecy
from tests.console.requesting import MIDDLEWARE, ask, logged

ours = override_settings(ROOT_URLCONF="tests.console.requesting", MIDDLEWARE=MIDDLEWARE)
PLAIN = string.ascii_letters + string.digits
TOKEN = "rtk_" + "Zq8" * 13 + "x"

secret = st.text(PLAIN + "-_.~+/=!$&'()*,:;@%^|<>?[]{} ", min_size=8, max_size=40).map(
    lambda text: f"Zq7{text.strip()}7"
)
plain = st.text(PLAIN, min_size=12, max_size=40).map(lambda text: f"Zq7{text}")


@settings(max_examples=40)
@given(header=secret, bearer=plain, cookie=plain, value=secret, password=secret, key=plain)
@ours
def test_nothing_that_a_request_brings_is_in_any_line(
    header: str, bearer: str, cookie: str, value: str, password: str, key: str
) -> None:
    form = urlencode({"login": "somebody", "password": password}).encode()
    answer = ask(
        f"/indiscreet/{key}",
        ("authorization", f"Bearer {bearer}"),
        ("cookie", f"sessionid={cookie}; other=1"),
        ("x-anything", header),
        ("content-type", "application/x-www-form-urlencoded"),
        method="POST",
        query=urlencode({"token": value}),
        body=form,
    )
    assert answer.status == 500
    said = json.dumps(answer.lines)
    assert len(answer.lines) == 3  # what the view says, what Django says of its failure, and the access log
    for each in (header, bearer, cookie, value, password, key):
        for spelled in {each, quote(each), repr(each)[1:-1], json.dumps(each)[1:-1]}:
            assert spelled not in said


@settings(max_examples=40)
@given(host=plain, key=plain)
@ours
def test_an_address_that_leads_nowhere_and_a_host_that_is_not_ours_are_not_repeated(host: str, key: str) -> None:
    for answer in (ask(f"/nowhere/{key}", query=f"token={key}"), ask("/confirm/key/", ("host", host))):
        assert key not in json.dumps(answer.lines)
        assert host not in json.dumps(answer.lines)


@settings(max_examples=20)
@given(word=plain, times=st.integers(20, 2_000))
@ours
def test_what_is_long_is_not_repeated_either_and_is_looked_for_at_once(word: str, times: int) -> None:
    answer = ask(f"/indiscreet/{word}", ("x-anything", "-".join([word] * times)), ("host", word * times))
    assert word not in json.dumps(answer.lines)


@ours
def test_why_an_issuer_signed_nobody_in_can_be_read() -> None:
    """It is what the log is to say of it, and no secret."""
    lines = json.dumps(ask("/indiscreet/key-of-somebody", query="error=invalid_scope&code=Zq7secretcode").lines)
    assert "Zq7secretcode" not in lines
    assert "invalid_scope" in lines


def said(message: str, *args: object) -> str:
    record = logging.LogRecord("rtk.console", logging.WARNING, "", 0, message, args, None)
    assert Secrecy().filter(record)
    return record.getMessage()


def test_a_token_of_ours_is_nowhere_not_even_beside_a_request() -> None:
    assert said("a call with %s failed", TOKEN) == "a call with ***** failed"


def test_passwords_in_addresses_and_authorizations_are_masked() -> None:
    assert said("smtp://me:hush-hush@mail") == "smtp://me:*****@mail"
    assert "hush" not in said("{'Authorization': 'Bearer hush-hush'}")


def test_a_row_that_the_database_refuses_is_not_repeated() -> None:
    told = "duplicate key\nDETAIL:  Key (email)=(jane@example.org) already exists."
    with logged() as lines:
        try:
            raise ValueError(told)
        except ValueError:
            logging.getLogger("rtk.console").exception("it failed")
    (line,) = map(json.loads, lines)
    assert "duplicate key" in line["exception"]
    assert "jane" not in line["exception"]


def test_secrets_of_the_settings_are_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    from rtk.console import secrecy

    monkeypatch.setenv("RTK_OIDC_CLIENT_SECRET", "correct-horse-battery")
    secrecy._own.cache_clear()
    try:
        assert said("the issuer did not take correct-horse-battery") == "the issuer did not take *****"
    finally:
        secrecy._own.cache_clear()
