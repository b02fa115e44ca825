"""Redaction: whole secrets in every text, longest first, and ordinary text left alone."""

import json

from hypothesis import given
from hypothesis import strategies as st

from rtk.verify.redact import MASK, Redactor


@given(st.text(min_size=4), st.text(), st.text())
def test_no_secret_is_left_in_a_text(secret: str, before: str, after: str) -> None:
    redact = Redactor({"group": {"name": secret}}, {})
    if secret in MASK or MASK in secret:
        return
    told = redact(before + secret + after)
    assert told.count(secret) <= (before + MASK + after).count(secret)
    assert redact.within({"a": [secret, (secret,)]}) == {"a": [MASK, [MASK]]}


@given(st.text(alphabet=st.characters(max_codepoint=127), min_size=4))
def test_a_secret_is_noticed_inside_json(secret: str) -> None:
    redact = Redactor({"name": secret}, {})
    assert secret not in json.loads(json.dumps(redact.within({"text": f"a {secret} b"})))["text"] or secret in MASK


def test_a_secret_that_holds_another_goes_first() -> None:
    redact = Redactor({"a": "hush", "b": "hush-hush-hush"}, {})
    assert redact("say hush-hush-hush now") == f"say {MASK} now"


def test_short_values_and_missing_ones_are_no_secrets() -> None:
    redact = Redactor({"a": "abc", "b": None, "c": 12345}, {"auths": {"host": {"value": ""}, "odd": 3}})
    assert redact("abc None 12345") == "abc None 12345"


def test_credentials_of_the_settings_are_secrets() -> None:
    redact = Redactor({}, {"auths": {"example.org": {"type": "bearer", "value": "XYZ-123"}}})
    assert redact("Bearer XYZ-123") == f"Bearer {MASK}"
