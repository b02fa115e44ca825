"""The forms for passkeys take whatever somebody sends in place of an answer, and say one sentence."""

import json
import time
from collections.abc import Callable
from typing import Any

from allauth.core import context
from django.forms import Form
from django.test import RequestFactory

from rtk.console.people.passkeys import NewPasskeyForm, PasskeyLoginForm
from tests.console.people.passkey import Passkey
from tests.console.people.world import World

CHALLENGE = "AAAAAAAAAAAAAAAAAAAAAA"
ASKED = {"publicKey": {"challenge": CHALLENGE, "user": {"id": "AAAA"}}}
ODD: list[Any] = [
    None,
    5,
    True,
    "!!",
    "\u00e9",
    [],
    ["a"],
    {"a": 1},
    "\0",
    "\ud800",
    "eyJ9",
    "gYGBgYGBgYE",
    "W1tb" * 1000,
]
WHOLE = ["null", "5", "[]", "{}", "[" * 16_000, '{"a":' * 3_000, "1" * 5_000, '{"id": "a"}', "NaN", "x" * 20_000, ""]
PARTS = [
    ("id",), ("rawId",), ("type",), ("response",), ("clientExtensionResults",),
    *(("response", each) for each in ("clientDataJSON", "authenticatorData", "signature", "attestationObject")),
    ("clientExtensionResults", "credProps"), ("response", "userHandle"),
]  # fmt: skip


def filled(make: Callable[[dict[str, str]], Form], sent: str) -> Form:
    """A form as a page fills it in that asked a moment ago."""
    request = RequestFactory(SERVER_NAME="localhost").get("/")
    state = {"challenge": CHALLENGE, "user_verification": "required"}
    request.session = {"mfa.webauthn.state": state, "people-passkey": [CHALLENGE, time.time()]}  # type: ignore[assignment]
    with context.request_context(request):
        form = make({"name": "Key", "credential": sent})
        form.is_valid()
    return form


def mutants(answer: dict[str, Any]) -> list[str]:
    found = [*WHOLE]
    for part in PARTS:
        for value in ODD:
            copy = json.loads(json.dumps(answer))
            inner = copy[part[0]] if part[1:] else copy
            inner[part[-1]] = value
            found.append(json.dumps(copy))
        inner.pop(part[-1])
        found.append(json.dumps(copy))
    return found


def test_whatever_is_sent_in_place_of_an_answer_is_no_failure(world: World) -> None:
    for each in mutants(Passkey(handle="AAAA").signed(ASKED)):
        assert filled(PasskeyLoginForm, each).errors


def test_whatever_is_sent_in_place_of_a_new_passkey_is_no_failure(world: World) -> None:
    for each in mutants(Passkey().made(ASKED)):
        form = filled(lambda sent: NewPasskeyForm(sent, user=world.member), each)
        assert form.errors or form.cleaned_data["credential"]["type"] == "public-key"


def test_an_answer_as_it_is_to_be_is_taken(world: World) -> None:
    form = filled(lambda sent: NewPasskeyForm(sent, user=world.member), json.dumps(Passkey().made(ASKED)))
    assert not form.errors
    assert form.cleaned_data["credential"]["clientExtensionResults"] == {"credProps": {"rk": True}}


def test_what_was_sent_is_not_sent_back(world: World) -> None:
    form = filled(lambda sent: NewPasskeyForm(sent, user=world.member), "[" * 10_000)
    assert "[[" not in str(form)
