from typing import Any

from rtk.experiment.criterion import Never, Rule, Subject, criterion_of, is_code

HTTP = {"type": "http", "url": "http://shop.example"}
PROCESS = {"type": "process", "path": "check"}
FUNCTION = {"type": "python", "module": "builtins", "func": "len"}
OURS = {"type": "python", "module": "chaoscloud.probes.http"}
TIME, STATUS = ({**OURS, "func": func} for func in ("time_http_call", "read_http_status_code"))


def ours(func: str) -> dict[str, Any]:
    provider = {"type": "python", "module": "chaoscloud.tolerances.http", "func": func}
    return {"type": "probe", "name": func, "provider": provider}


def test_two_numbers_are_a_range_of_values_and_a_choice_of_statuses() -> None:
    assert criterion_of({"provider": FUNCTION, "tolerance": [1, 10]}).rule == Rule.BETWEEN
    assert criterion_of({"provider": HTTP, "tolerance": [200, 204]}).rule == Rule.ONE_OF


def test_what_a_number_is_held_against_depends_on_what_the_probe_gives() -> None:
    subjects = [criterion_of({"provider": each, "tolerance": 0}).subject for each in (HTTP, PROCESS, FUNCTION, TIME)]
    assert subjects == [Subject.STATUS, Subject.EXIT_CODE, Subject.VALUE, Subject.TIME]


def test_a_target_that_an_answer_does_not_have_is_the_whole_answer() -> None:
    tolerance = {"type": "regex", "pattern": "x", "target": "stdout"}
    assert criterion_of({"provider": HTTP, "tolerance": tolerance}).never == Never.WHOLE_IS_NO_TEXT
    assert criterion_of({"provider": PROCESS, "tolerance": tolerance}).part == "stdout"


def test_a_status_and_an_exit_code_are_names_written_as_numbers() -> None:
    assert is_code({"provider": STATUS, "tolerance": 200})
    assert is_code({"provider": HTTP, "tolerance": {"type": "range", "range": [200, 299], "target": "status"}})
    assert is_code({"provider": PROCESS, "tolerance": 0})
    assert is_code({"provider": {"type": "python", "module": "acme", "func": "get_status_code"}, "tolerance": 200})
    assert is_code({"provider": FUNCTION, "tolerance": ours("status_must_be")})
    assert not is_code({"provider": TIME, "tolerance": [0, 300]})
    assert not is_code({"provider": FUNCTION, "tolerance": [1, 10]})
    assert not is_code({"provider": PROCESS, "tolerance": {"type": "range", "range": [1, 9], "target": "stdout"}})
