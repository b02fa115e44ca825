"""Every setting: read from the environment or a file, refused in one sentence, and in the documentation."""

from pathlib import Path

import pytest

from rtk.console.options import OPTIONS, choice, flag, number, text
from rtk.errors import BadInput

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"


def test_what_is_unset_or_empty_has_its_default() -> None:
    for option in OPTIONS:
        assert text(option.name, {}) == text(option.name, {option.name: " "}) == option.default


def test_each_default_can_be_read() -> None:
    readers = {"text": text, "number": number, "flag": flag}
    readers |= dict.fromkeys(("level", "log format", "sign-up", "organizations"), choice)
    for option in OPTIONS:
        readers[option.kind](option.name, {})


def test_names_are_our_own_and_none_is_there_twice() -> None:
    names = [option.name for option in OPTIONS]
    assert len(names) == len(set(names))
    assert all(name.startswith("RTK_") or name == "DATABASE_URL" for name in names)


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from a file\n")
    assert text("RTK_SECRET_KEY", {"RTK_SECRET_KEY_FILE": str(tmp_path / "key")}) == "from a file"


def test_a_variable_goes_before_its_file(tmp_path: Path) -> None:
    assert text("RTK_SECRET_KEY", {"RTK_SECRET_KEY": "here", "RTK_SECRET_KEY_FILE": "/nowhere"}) == "here"


def test_only_secrets_come_from_files() -> None:
    assert text("RTK_HOST", {"RTK_HOST_FILE": "/nowhere"}) == "127.0.0.1"


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInput, match=r"RTK_SECRET_KEY_FILE: cannot read .*key"):
        text("RTK_SECRET_KEY", {"RTK_SECRET_KEY_FILE": str(path)})


@pytest.mark.parametrize("content", ["", " \n"])
def test_a_file_with_nothing_in_it_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "address"
    path.write_text(content)
    with pytest.raises(BadInput, match=r"DATABASE_URL_FILE: .*address' is empty; expected a file that holds the value"):
        text("DATABASE_URL", {"DATABASE_URL_FILE": str(path)})


@pytest.mark.parametrize("value", ["-1", "1.5", "many", "1e3", "٣"])
def test_what_is_no_number_is_refused(value: str) -> None:
    with pytest.raises(BadInput, match=r"RTK_PORT is .*; expected a whole number"):
        number("RTK_PORT", {"RTK_PORT": value})


@pytest.mark.parametrize(("value", "meant"), [("yes", True), ("TRUE", True), ("on", True), ("0", False), ("no", False)])
def test_yes_and_no_have_several_spellings(value: str, meant: bool) -> None:
    assert flag("RTK_DEBUG", {"RTK_DEBUG": value}) is meant


def test_neither_yes_nor_no_is_refused() -> None:
    with pytest.raises(BadInput, match="RTK_DEBUG is 'maybe'; expected yes or no"):
        flag("RTK_DEBUG", {"RTK_DEBUG": "maybe"})


def test_a_word_that_is_no_choice_is_refused() -> None:
    with pytest.raises(BadInput, match="RTK_SIGN_UP is 'all'; expected one of invitation, open"):
        choice("RTK_SIGN_UP", {"RTK_SIGN_UP": "all"})


def test_the_reference_has_every_setting_as_the_table_has_it() -> None:
    table = PAGE.read_text().split("## Secrets in files")[0]
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    assert rows == [
        f"| `{option.name}` | {option.help} | {f'`{option.default}`' if option.default else ''} |" for option in OPTIONS
    ]


def test_the_reference_names_the_files_of_secrets() -> None:
    page = PAGE.read_text()
    assert all(f"`{option.name}_FILE`" in page for option in OPTIONS if option.secret)
