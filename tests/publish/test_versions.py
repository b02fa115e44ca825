"""What is said where the console is of another version, and that nothing is where nobody knows."""

import pytest

from rtk.publish.versions import Age, age_of, outdated, remedy, told

ROOT = "https://c.example"
INSTALL = "`pip install --upgrade --requirement https://c.example/client/requirements.txt`"


@pytest.mark.parametrize(
    ("theirs", "age"),
    [
        ("", Age.SAME),
        ("1.2.0", Age.SAME),
        ("1.10.0", Age.NEWER),
        ("1.3", Age.NEWER),
        ("2", Age.NEWER),
        ("1.1.9", Age.OLDER),
        ("0.99", Age.OLDER),
        ("1.2", Age.OTHER),
        ("1.2.0.dev3+g1a2b3c", Age.OTHER),
    ],
)
def test_versions_are_compared_by_their_numbers(theirs: str, age: Age) -> None:
    assert age_of(theirs, "1.2.0") is age


def test_what_to_update_is_named_with_the_command() -> None:
    both = "; c.example is of version {} and this toolkit of 1.2.0: "
    assert remedy("c.example", ROOT, "1.3.0", "1.2.0") == f"{both.format('1.3.0')}{INSTALL} updates the toolkit"
    older = f"update the console, or {INSTALL} for the toolkit that belongs to it"
    assert remedy("c.example", ROOT, "1.1.0", "1.2.0") == both.format("1.1.0") + older
    other = f"{both.format('1.2.0+x')}{INSTALL} installs the toolkit that belongs to it"
    assert remedy("c.example", ROOT, "1.2.0+x", "1.2.0") == other
    assert remedy("c.example", ROOT, "", "1.2.0") == remedy("c.example", ROOT, "1.2.0", "1.2.0") == ""


def test_who_is_older_is_known_by_the_records_that_are_taken() -> None:
    assert outdated(ROOT, 3, [1, 2]) == outdated(ROOT, 3, []) == "update the console"
    assert outdated(ROOT, 1, [2, 3, "x"]) == f"update the toolkit: {INSTALL}"


@pytest.mark.parametrize("text", ["", "latest", "1.2\x1b[2J", "1.2; rm -rf", "9" * 1000, "1" + ".1" * 50])
def test_what_is_no_version_says_nothing(text: str) -> None:
    assert told({"rtk-version": text}) == ""


def test_a_version_is_read_from_the_headers() -> None:
    assert told({"rtk-version": "1.2.0.dev3+g1a2b3c"}) == "1.2.0.dev3+g1a2b3c"
    assert told({}) == ""
