"""What workers import before they collect is what is collected then."""

from tests.conftest import ROOT, modules_below


def test_the_modules_of_a_directory_are_named_as_pytest_names_them() -> None:
    found = modules_below(ROOT, "tests")
    assert __name__ in found
    assert "tests.console.pages.test_looks" in found
    assert found == sorted(found, key=lambda name: name.split("."))


def test_a_file_or_a_test_is_imported_by_pytest_alone() -> None:
    assert modules_below(ROOT, "tests/test_conftest.py") == []
    assert modules_below(ROOT, "tests/test_conftest.py::test_a_file_or_a_test_is_imported_by_pytest_alone") == []
