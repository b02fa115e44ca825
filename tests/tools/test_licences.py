"""Licences: what a package says, what somebody read where it says too little, and what we may ship."""

from email.message import Message

import pytest

from tools.audit import licences, shipped
from tools.audit.__main__ import unlicensed


def metadata(**fields: str | list[str]) -> Message:
    """What a package says of its own."""
    found = Message()
    for name, value in fields.items():
        for each in [value] if isinstance(value, str) else value:
            found[name.replace("_", "-")] = each
    return found


OSI = "License :: OSI Approved :: "


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (metadata(License_Expression="Apache-2.0 OR BSD-3-Clause"), "Apache-2.0 OR BSD-3-Clause"),
        (metadata(License="MIT"), "MIT"),
        (metadata(License="Apache License 2.0"), "Apache-2.0"),
        (metadata(Classifier=[f"{OSI}MIT License"]), "MIT"),
        (metadata(License="BSD", Classifier=[f"{OSI}BSD License"]), ""),  # which of them?
        (metadata(Classifier=[f"{OSI}MIT License", f"{OSI}Apache Software License"]), ""),  # both, or one of them?
        (metadata(License="Copyright (c) 2018 " + "x" * 200), ""),
        (metadata(License="see COPYING, (GPL"), ""),
        (metadata(), ""),
    ],
)
def test_a_licence_is_what_a_package_says_without_a_doubt(said: Message, expected: str) -> None:
    assert licences.of("some-package", said) == expected  # type: ignore[arg-type]


def test_what_somebody_read_counts_where_the_package_leaves_a_doubt() -> None:
    assert licences.of("colorama", metadata(Classifier=[f"{OSI}BSD License"])) == "BSD-3-Clause"  # type: ignore[arg-type]
    assert licences.of("colorama", metadata(License_Expression="MIT")) == "MIT"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("expression", "accepted"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("AGPL-3.0-or-later", False),
        ("LGPL-2.1-only OR MIT", True),
        ("GPL-2.0-only OR MIT", True),  # we take it under the other
        ("MIT AND GPL-2.0-only", False),
        ("(MIT OR GPL-3.0-only) AND BSD-2-Clause", True),
        ("BUSL-1.1", False),
        ("LicenseRef-Proprietary", False),
        ("of our own", False),
        ("", False),
    ],
)
def test_only_licences_on_the_list_are_accepted(expression: str, accepted: bool) -> None:
    assert licences.is_accepted(expression) is accepted


def test_everything_that_is_shipped_has_one_and_nothing_was_read_in_vain() -> None:
    packages = [*shipped.python(), *shipped.bundled()]
    assert len(packages) > 60
    assert unlicensed(packages) == []
    assert set(licences.READ) <= {each.pin.name for each in packages}
