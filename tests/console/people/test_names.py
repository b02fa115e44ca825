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
