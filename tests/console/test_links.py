"""Addresses that leave the console begin with RTK_PUBLIC_URL, whatever they were made from."""

from typing import Any

import pytest

from rtk.console import links

PUBLIC = "https://rtk.example.org"


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("/welcome", "/welcome"),
        ("http://evil.example.net/a/b?c=d#e", "/a/b?c=d#e"),
        ("https://user:password@evil.example.net:81/", "/"),
        ("//evil.example.net/a", "/a"),
        ("https://evil.example.net//other.example.net/a", "/other.example.net/a"),
    ],
)
def test_only_the_path_of_an_address_is_kept(settings: Any, given: str, path: str) -> None:
    settings.PUBLIC_URL = PUBLIC
    assert links.public(given) == PUBLIC + path
