"""How pages tell of browsers and of what the audit log holds."""

import pytest

from rtk.console.people.templatetags.people import browser, sentence, told

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/140.0 Safari/537.36", "Chrome on Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Version/18.0 Safari/605", "Safari on macOS"),
        (f"Mozilla/5.0 (Linux; Android 15) {WEBKIT} Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.5.0", "curl"),
        ("something else", "something else"),
        ("", "an unknown browser"),
    ],
)
def test_a_browser_is_told_in_a_few_words(agent: str, words: str) -> None:
    assert browser(agent) == words


@pytest.mark.parametrize(("value", "text"), [(["read", "run"], "read, run"), ("owner", "owner"), (3, "3"), ([], "")])
def test_a_detail_is_told_as_text(value: object, text: str) -> None:
    assert told(value) == text


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Change Password", "Change password"),
        ("  New Password\n (again)", "New password (again)"),
        ("Two-Factor Authentication", "Two-factor authentication"),
        ("Add TOTP", "Add TOTP"),
        ("", ""),
    ],
)
def test_titles_are_told_like_sentences(title: str, said: str) -> None:
    assert sentence(title) == said
