"""A .env file as people write them, and given names that change nothing."""

from pathlib import Path

import pytest

from rtk.errors import BadInput
from rtk.experiment.varfile import environment_in, unmatched


@pytest.mark.parametrize(
    ("line", "value"),
    [
        (b"AA=1", "1"),
        (b"\xef\xbb\xbfAA=1", "1"),
        (b"export AA=1", "1"),
        (b"export\tAA = 1", "1"),
        (b"  AA = 1  ", "1"),
        (b"AA= two words ", "two words"),
        (b'AA="one two"', "one two"),
        (b"AA='one two'", "one two"),
        (b'AA=" kept "', " kept "),
        (b'AA="a" # a note', "a"),
        (b'AA=say "it"', 'say "it"'),
        (b'AA="it\'s"', "it's"),
        (b"AA='", "'"),
        (b"AA=a=b==", "a=b=="),
        (b"AA=https://x/?q=1&r=#2", "https://x/?q=1&r=#2"),
        (b"AA=", ""),
        (b"AA=1\r\nBB=2\r\n", "1"),
        (b"# a comment\n\nAA=1", "1"),
        ("AA=caf\u00e9".encode(), "caf\u00e9"),
        (b"exported=0\nAA=1", "1"),
    ],
)
def test_a_line_sets_a_variable(tmp_path: Path, line: bytes, value: str) -> None:
    (tmp_path / "v.env").write_bytes(line)
    environ: dict[str, str] = {}
    names = environment_in(tmp_path / "v.env", environ)
    assert environ["AA"] == value
    assert names == tuple(environ)
    assert not {"export AA", "\ufeffAA", "AA "} & set(environ)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"AA=1\nBB\n", "line 2: expected a line of the form NAME=value"),
        (b"=1", "line 1: expected a line of the form NAME=value"),
        (b"A B=1", "line 1: expected a line of the form NAME=value"),
        (b"AA=a\0b", "line 1: expected a line of the form NAME=value"),
        (b"AA=caf\xe9", "is not UTF-8 text"),
    ],
)
def test_another_line_is_refused_by_its_number_and_sets_nothing(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "v.env").write_bytes(content)
    environ: dict[str, str] = {}
    with pytest.raises(BadInput, match=says):
        environment_in(tmp_path / "v.env", environ)
    assert environ == {}


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read: No such file"):
        environment_in(tmp_path / "v.env", {})


def test_a_name_that_matches_nothing_is_said_with_the_nearest() -> None:
    experiment = {"configuration": {"endpoint": 1}}
    assert list(unmatched(experiment, {"endpoint": 2, "endpiont": 3}, {"s": {}})) == [
        '"endpiont" is not in the configuration of the experiment, so it changes nothing; did you mean endpoint?',
        '"s" is not in the secrets of the experiment, so it changes nothing; it has none',
    ]
