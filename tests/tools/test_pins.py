"""The pins, as constraints.txt and the lock file of npm have them."""

import json

import pytest

from tools.audit.pins import Ecosystem, Failed, Pin, of_npm, of_python, pins


def test_each_line_of_the_constraints_is_a_pin() -> None:
    assert list(of_python("# set-up\n\nDjango==5.2.19\nruamel.yaml==0.19.1\n")) == [
        Pin(Ecosystem.PYPI, "django", "5.2.19"),
        Pin(Ecosystem.PYPI, "ruamel-yaml", "0.19.1"),
    ]


def test_a_package_may_be_pinned_for_each_of_several_pythons() -> None:
    lines = 'django==5.2.19 ; python_version < "3.12"\ndjango==6.1.3;python_version>="3.12"\n'
    assert [each.version for each in of_python(lines)] == ["5.2.19", "6.1.3"]


def test_a_line_that_pins_nothing_is_refused() -> None:
    with pytest.raises(Failed, match="'django>=5' pins no version; expected NAME==VERSION"):
        list(of_python("django>=5\n"))


def test_the_lock_names_packages_by_their_folders_or_their_own_names() -> None:
    packages = {
        "": {"name": "ours"},
        "node_modules/@tabler/core": {"version": "1.6.1"},
        "node_modules/a/node_modules/b": {"version": "2.0.0"},
        "node_modules/alias": {"name": "real", "version": "3.0.0"},
    }
    found = list(of_npm(json.dumps({"packages": packages})))
    assert [(each.name, each.version) for each in found] == [
        ("@tabler/core", "1.6.1"),
        ("b", "2.0.0"),
        ("real", "3.0.0"),
    ]


def test_both_locks_are_among_them() -> None:
    found = {(each.ecosystem, each.name) for each in pins()}
    assert {(Ecosystem.PYPI, "django"), (Ecosystem.NPM, "htmx.org"), (Ecosystem.PYPI, "pytest")} <= found
