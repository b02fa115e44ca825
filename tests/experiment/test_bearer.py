"""What a console says of a token that it does not accept."""

import pytest

from rtk.experiment.bearer import UNKNOWN, why_refused


def test_why_a_token_is_refused_is_said_as_the_console_says_it() -> None:
    challenge = 'Bearer error="invalid_token", error_description="it expired on 2026-01-31"'
    assert why_refused(challenge) == "it expired on 2026-01-31"


@pytest.mark.parametrize(
    "challenge",
    [
        None,
        "",
        "Bearer",
        'Bearer error="invalid_token"',
        'Bearer realm, error_description=""',
        'Basic error_description="no"',
        'Bearer error_description="\x1b[2J"',
        'Bearer error_description="it expired\u202e"',
    ],
)
def test_what_says_nothing_that_can_be_shown_is_not_shown(challenge: str | None) -> None:
    assert why_refused(challenge) == UNKNOWN


def test_a_long_story_is_cut() -> None:
    assert len(why_refused(f'Bearer error_description="{"x" * 1000}"')) == 120
