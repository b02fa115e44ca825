"""Redaction: whole secrets in every text, longest first, and ordinary text left alone."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec import Struct

from rtk.verify.redact import DEEPEST, MASK, SHORTEST, Redactor, redactor_of


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


def test_numbers_are_secrets_as_fields_and_in_texts() -> None:
    redact = Redactor({"pin": 90817263, "rate": 1234.5625, "text": "55667788"}, {})
    given = {"a": 90817263, "b": [1234.5625, 7], "c": 55667788, 90817263: "pin is 90817263", "d": True, "e": None}
    kept = {"a": MASK, "b": [MASK, 7], "c": MASK, MASK: f"pin is {MASK}", "d": True, "e": None}
    assert redact.within(given) == kept
    assert redact.within(90817263.0) == MASK


def test_short_numbers_are_secret_only_as_whole_fields_and_single_digits_never() -> None:
    redact = Redactor({"pin": 123, "one": 1, "rate": 2.5}, {})
    given = {"a": 123, "b": "123", "c": "123 apples", "d": 1, "e": "1", "f": 2.5, "g": 12}
    assert redact.within(given) == {**given, "a": MASK, "b": MASK, "f": MASK}
    assert redact.is_needed_for(b'{"a":123}')


def test_what_is_blank_at_its_ends_is_a_whole_field_all_the_same() -> None:
    assert Redactor({"pin": "abc"}, {}).within([" abc\n", b"abc\n", b"abcd"]) == [MASK, MASK, "b'abcd'"]


def test_secrets_that_overlap_leave_nothing_of_either() -> None:
    redact = Redactor({"a": "abcdef", "b": "defghi"}, {})
    assert redact("<abcdefghi>") == f"<{MASK}>"


def test_a_value_set_later_is_a_secret_from_then_on() -> None:
    secrets: dict[str, Any] = {"s": {}}
    configuration: dict[str, Any] = {"api_token": "first-token"}
    redact = Redactor(secrets, {}, configuration)
    secrets["s"]["late"] = "late-secret"
    configuration["api_token"] = "second-token"
    configuration["region"] = "eu-west-1"
    redact.learn()
    assert redact("late-secret first-token second-token eu-west-1") == f"{MASK} {MASK} {MASK} eu-west-1"
    del secrets["s"]["late"]
    redact.learn()
    assert redact("late-secret") == MASK


@dataclass
class Answered:
    """What a probe of somebody may give."""

    token: str
    port: int


@dataclass
class Sent:
    """What a probe of somebody may tell of its request."""

    authorization: str


class Read(Struct):
    """What a probe may give that reads with msgspec."""

    token: str
    headers: dict[str, str]


def test_a_struct_is_looked_through_by_its_fields() -> None:
    redact = Redactor({"a": "hush-hush"}, {})
    found = redact.within(Read("hush-hush", {"Authorization": "Bearer x"}))
    assert found == {"token": MASK, "headers": {"Authorization": f"Bearer {MASK}"}}


def test_values_of_every_kind_are_looked_through() -> None:
    redact = Redactor({"a": "hush-hush", "b": 90817263}, {})
    deep: Any = "hush-hush"
    for _ in range(60):
        deep = [deep]
    assert redact.within(Answered("hush-hush", 90817263)) == {"token": MASK, "port": MASK}
    assert redact.within({("hush-hush", 1): 1}) == {f"('{MASK}', 1)": 1}
    assert redact.within(b"is hush-hush") == f"b'is {MASK}'"
    assert redact.within({"Authorization": ["Bearer x"]}) == {"Authorization": MASK}
    assert "hush" not in str(redact.within(deep))


def test_an_experiment_that_is_not_running_is_redacted_by_what_it_spells_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OF_THE_MACHINE", "from-a-variable")
    monkeypatch.delenv("NOWHERE", raising=False)
    secrets = {
        "s": {
            "a": {"type": "env", "key": "OF_THE_MACHINE"},
            "b": {"type": "env", "key": "NOWHERE", "default": "fallen"},
        },
        "plain": 90817263,
        "vault": {"type": "vault", "path": "apps/web"},
    }
    redact = redactor_of({"secrets": secrets}, {}, ({"api_key": "of-an-option"}, {"s": {"c": "of-a-file"}}))
    told = redact("from-a-variable fallen 90817263 of-an-option of-a-file apps/web")
    assert told == f"{MASK} {MASK} {MASK} {MASK} {MASK} apps/web"


def test_four_characters_and_four_digits_are_looked_for_in_texts_and_three_are_not() -> None:
    redact = Redactor({"a": "abcd", "b": "xyz", "c": 1234, "d": 567, "e": b"wxyz"}, {})
    assert redact("abcd xyz 1234 567 wxyz") == f"{MASK} xyz {MASK} 567 {MASK}"
    assert [redact(text) for text in ("xyz", "567")] == [MASK, MASK]
    assert Redactor({"e": b"\xfe\xdc\xba\x98"}, {})("fedcba98") == MASK, "four bytes in hexadecimal"
    assert Redactor({"e": b"\xfe\xdc\xba\x98\x76"}, {})("fedcba9876") == MASK


def test_keys_that_are_no_text_stay_what_they_are() -> None:
    redact = Redactor({"a": 90817263}, {})
    assert redact.within({None: 1, True: 2, 3: 4, 90817263: 5}) == {None: 1, True: 2, 3: 4, MASK: 5}


def test_a_value_is_looked_through_to_its_fortieth_level() -> None:
    def nested(levels: int) -> Any:
        value: Any = {"a": 1}
        for _ in range(levels):
            value = [value]
        return value

    assert Redactor({}, {}).within(nested(DEEPEST - 1)) == nested(DEEPEST - 1)
    assert Redactor({}, {}).within(nested(DEEPEST)) != nested(DEEPEST)
    assert "{'a': 1}" in str(Redactor({}, {}).within(nested(DEEPEST + 1)))


def test_values_that_json_lacks_are_told_as_the_journal_of_chaos_run_has_them() -> None:
    values = [datetime(2020, 1, 2, 3, tzinfo=UTC), date(2020, 1, 2), Decimal("1.50"), UUID(int=7)]
    assert Redactor({}, {}).within(values) == [
        "2020-01-02T03:00:00+00:00",
        "2020-01-02",
        "1.50",
        str(UUID(int=7)),
    ]


def test_a_value_whose_words_fail_is_told_by_its_type() -> None:
    class Mute:
        def __repr__(self) -> str:
            raise RuntimeError("no words")

    assert Redactor({}, {}).within(Mute()) == "a value of type Mute"


def test_blanks_around_what_is_long_enough_stay() -> None:
    redact = Redactor({"a": "abcd", "b": "abcde", "c": 1234, "d": 56789}, {})
    assert redact.within([" abcd ", "\tabcde", "1234\n", " 56789 "]) == [
        f" {MASK} ",
        f"\t{MASK}",
        f"{MASK}\n",
        f" {MASK} ",
    ]


def test_a_text_of_digits_is_secret_as_a_number_too_unless_it_is_one_digit() -> None:
    assert Redactor({"a": "7", "b": "12"}, {}).within([7, 7.0, 12, 12.0]) == [7, 7.0, MASK, MASK]


def test_headers_and_addresses_keep_all_but_their_secret() -> None:
    redact = Redactor({}, {})
    assert redact("Authorization: Bearer abc.def") == f"Authorization: Bearer {MASK}"
    assert redact("authorization=abc.def") == f"authorization={MASK}"
    assert redact("postgres://jane:pa55w@host/db") == f"postgres://jane:{MASK}@host/db"
    given = {"Authorization": "Bearer abc.def", "proxy-authorization": "abc.def", "AUTHORIZATION": ""}
    assert redact.within(given) == {
        "Authorization": f"Bearer {MASK}",
        "proxy-authorization": MASK,
        "AUTHORIZATION": "",
    }
    assert redact.within(Sent("Bearer abc.def")) == {"authorization": f"Bearer {MASK}"}


def test_only_what_may_hold_a_secret_is_looked_through() -> None:
    redact = Redactor({"a": "hush-hush"}, {})
    for text in (b"a hush-hush", b"postgres://jane:pa55w@host", b"AUTHORIZATION: x"):
        assert redact.is_needed_for(text)
    for text in (b"ordinary", b"jane@example.org", b"https://example.org"):
        assert not redact.is_needed_for(text)


@pytest.mark.parametrize(
    ("secrets", "longest"), [({}, 0), ({"short": "abc"}, 0), ({"a": "abcd", "b": "abcdef"}, 12), ({"a": "ä" * 5}, 20)]
)
def test_how_long_a_secret_may_be_is_known_in_hexadecimal(secrets: dict[str, str], longest: int) -> None:
    assert Redactor(secrets, {}).longest == longest
