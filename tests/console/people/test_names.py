"""Names of organizations and teams."""

import pytest
from django.core.exceptions import ValidationError

from rtk.console.people import names, urls


@pytest.mark.parametrize(
    ("name", "kept", "slug"),
    [
        ("Acme", "Acme", "acme"),
        ("  Acme   Industries ", "Acme Industries", "acme-industries"),
        ("R&D / Europe", "R&D / Europe", "rd-europe"),
        ("Zürich", "Zürich", "zürich"),
        ("東京", "東京", "東京"),
        ("x" * 100, "x" * 100, "x" * 100),
    ],
)
def test_a_name_is_kept_and_becomes_an_address(name: str, kept: str, slug: str) -> None:
    assert names.check(name) == kept
    assert names.slug_of(name) == slug


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "Give a name"),
        ("  ", "Give a name"),
        ("!?", "one letter or digit"),
        ("x" * 101, "101 characters; at most 100"),
        ("Settings", "kept for the console"),
        ("API", "kept for the console"),
        ("0f8fad5b-d9cb-469f-a165-70867728950e", "kept for the console"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused_with_a_reason(name: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        names.check(name)


def test_what_stands_where_a_name_may_stand_is_reserved() -> None:
    places = [str(pattern.pattern).split("/")[:2] for pattern in urls.urlpatterns]  # where names of ours may stand
    fixed = {part for place in places for part in place if part and "<" not in part}
    assert fixed <= names.RESERVED
    assert {"insights", "settings", "api", "assets", "accounts", "static", "health"} <= names.RESERVED


@pytest.mark.parametrize(
    ("name", "mailed"),
    [
        ("Acme", "Acme"),
        ("two\nlines\tof it", "two lines of it"),
        ("see https://evil.example/x", "see https[:]//evil[.]example/x"),
        ("example。org", "example[。]org"),
        ("within 0.5 s, v1.2.", "within 0.5 s, v1.2."),
        ("\x1b[31mred\u202e", "[31mred"),
        ("a" * 100, "a" * 59 + "…"),
    ],
)
def test_a_mail_says_a_name_in_one_line_of_which_nothing_is_a_link(name: str, mailed: str) -> None:
    assert names.in_mails(name) == mailed


def test_what_an_issuer_says_is_cleaned_and_not_refused() -> None:
    assert names.cleaned("Eve\x00\n\u200bSmith " + "x" * 200) == ("Eve Smith " + "x" * 200)[:100]
