"""What the HTTP client and the protocol take as a header is taken, and nothing else."""

import http.client
from typing import Any

import pytest
import requests

from rtk.experiment.headers import is_name, is_value

VALUES = [
    "",
    "x",
    "x y",
    "x\ty",
    "\u00e9",
    "a\r\nb: c",
    "x\n",
    "\n",
    " x",
    "\tx",
    "\u0141",
    "\u2028",
    1,
    True,
    ["x"],
    {},
]
NAMES = ["a", "X-Y", "a b", "a:b", " a", "a\n", "a\r\nb", "", "\u00e9", 5, None]


def sends(name: Any, value: Any) -> bool:
    """Whether requests, and the client below it, would send it."""
    try:
        request = requests.Request("GET", "http://service/", headers={name: value}).prepare()
        connection = http.client.HTTPConnection("service")
        connection.putrequest("GET", "/")
        for each in request.headers.items():
            connection.putheader(*each)
    except (ValueError, TypeError, AttributeError):
        return False
    return True


@pytest.mark.parametrize("value", VALUES)
def test_a_value_is_taken_as_it_can_be_sent(value: Any) -> None:
    assert is_value(value) == sends("a", value)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_taken_as_it_can_be_sent(name: Any) -> None:
    assert is_name(name) == sends(name, "x")


def test_null_takes_a_header_away() -> None:
    assert is_value(None)
