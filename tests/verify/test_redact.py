"""Redaction: whole secrets in every text, longest first, and ordinary text left alone."""

import json

from hypothesis import assume, given
from hypothesis import strategies as st

from rtk.verify.redact import MASK, SHORTEST, Redactor


@given(st.text(min_size=4), st.text(), st.text())
def test_no_secret_is_left_in_a_text(secret: str, before: str, after: str) -> None:
    assume(len(core := secret.strip()) >= SHORTEST and core not in MASK and MASK not in core)
    redact = Redactor({"group": {"name": secret}}, {})
    told = redact(before + secret + after)
    assert told.count(core) <= (before + MASK + after).count(core)
    assert redact.within({"a": [core, (core,)]}) == {"a": [MASK, [MASK]]}


@given(st.text(alphabet=st.characters(max_codepoint=127), min_size=4))
def test_a_secret_is_noticed_inside_json(secret: str) -> None:
    assume(len(secret.strip()) >= SHORTEST and secret.strip() not in MASK)
    redact = Redactor({"name": secret}, {})
    assert secret.strip() not in json.loads(json.dumps(redact.within({"text": f"a {secret} b"})))["text"]
    assert redact.is_needed_for(json.dumps(secret).encode())


def test_a_secret_that_holds_another_goes_first() -> None:
    redact = Redactor({"a": "hush", "b": "hush-hush-hush"}, {})
    assert redact("say hush-hush-hush now") == f"say {MASK} now"


def test_short_values_and_missing_ones_are_no_secrets() -> None:
    redact = Redactor({"a": "abc", "b": None, "c": True}, {"auths": {"host": {"value": ""}, "odd": 3}})
    assert redact("abc None True") == "abc None True"


def test_credentials_of_the_settings_are_secrets() -> None:
    redact = Redactor({}, {"auths": {"example.org": {"type": "bearer", "value": "XYZ-123"}}})
    assert redact("Bearer XYZ-123") == f"Bearer {MASK}"
