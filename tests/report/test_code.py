"""What is said of an experiment's calls is all of them, and nothing in one hides another."""

from rtk.experiment.code import Code
from rtk.report.code import NOTHING, named, whole


def test_names_are_a_line_for_each_kind_there_is() -> None:
    code = Code(calls=("sh -c x",), programs=("sh", "rm"), hosts=("a.example",), variables=("AWS_REGION",))
    assert named(code) == ["Programs: sh, rm", "Hosts: a.example", "Variables read: AWS_REGION"]
    assert named(Code()) == []


def test_what_runs_nothing_says_so() -> None:
    assert list(whole(Code())) == [NOTHING]


def test_a_script_keeps_its_lines() -> None:
    """In one line the second would look like part of the comment."""
    assert list(whole(Code(calls=("sh -c 'true #\n\nrm -rf ~'",), programs=("sh",)))) == [
        "sh -c 'true #",
        "    rm -rf ~'",
        "Programs: sh",
    ]


def test_nothing_pushes_the_rest_out_of_sight() -> None:
    lines = list(whole(Code(calls=(f"true{' ' * 9000}; {'a' * 9000} rm -rf ~",)), 80))
    assert lines[0].startswith("true ;")
    assert "".join(lines).endswith("rm -rf ~")
    assert max(map(len, lines)) <= 80


def test_further_lines_stand_behind_the_first_and_move_nothing() -> None:
    lines = list(whole(Code(calls=("echo \x1b[2K\x1b]0;x\x07\nPrograms: none\r\x9b1A\u202e",))))
    assert lines[1].startswith("    Programs: none")
    assert all(line.isprintable() for line in lines)
