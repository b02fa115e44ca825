import sys
from typing import Any

import pytest

from rtk.errors import BadInput
from rtk.experiment import rules
from tests.experiment.samples import changed, small

PROBE = ["steady-state-hypothesis", "probes", 0]
JUDGE = {
    "type": "probe",
    "name": "j",
    "provider": {"type": "python", "module": "not.here", "func": "f", "arguments": {}},
}
ACTION = {"type": "action", "name": "act"}


def test_what_is_not_on_this_machine_is_no_reason_to_refuse() -> None:
    method = [
        {**ACTION, "provider": {"type": "python", "module": "not.here", "func": "f", "arguments": {"x": 1}}},
        {**ACTION, "provider": {"type": "process", "path": "no-such-program"}},
    ]
    controls = [{"name": "c", "provider": {"type": "python", "module": "not.here"}}]
    rules.check(changed(small(method=method, controls=controls), [*PROBE, "tolerance"], JUDGE))


def test_no_code_of_a_file_is_imported(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "planted.py").write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    provider = {"type": "python", "module": "planted", "func": "f", "arguments": {}}
    controls = [{"name": "c", "provider": provider}]
    judged = {**JUDGE, "provider": provider}
    method = [{**ACTION, "provider": provider, "controls": controls}]
    rules.check(changed(small(method=method, controls=controls), [*PROBE, "tolerance"], judged))


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (
            [*PROBE, "tolerance"],
            {"type": "regex", "pattern": "("},
            r"probes\[0\]\.tolerance: .*seems invalid",
        ),
        ([*PROBE, "tolerance"], {"type": "regex"}, "must have a `pattern` key"),
        ([*PROBE, "tolerance"], {"type": "jsonpath", "path": "$["}, "JSON path .* is invalid"),
        ([*PROBE, "tolerance"], {"type": "jsonpath"}, "must have a `path` key"),
        ([*PROBE, "tolerance"], {"type": "xmlpath", "path": "/a"}, "'xmlpath' is unsupported"),
        ([*PROBE, "tolerance"], {"type": "range", "range": [1]}, "must be made of two values"),
        ([*PROBE, "tolerance"], {"type": "range", "range": ["a", "b"]}, "must be a number"),
        (["method"], [{**ACTION, "type": "deed", "provider": {"type": "process", "path": "x"}}], "'deed' is not a"),
        (
            ["method"],
            [{**ACTION, "provider": {"type": "process", "path": "x"}, "pauses": {"before": "soon"}}],
            r"method\[0\]: activity before pause must be a number",
        ),
        (
            ["rollbacks"],
            [{**ACTION, "provider": {"type": "http", "url": "x"}, "tolerance": {"type": "odd"}}],
            r"rollbacks\[0\]\.tolerance: ",
        ),
        (
            ["controls"],
            [{"name": "c", "provider": {"type": "python", "module": "m"}, "scope": "x"}],
            "controls: .*scope",
        ),
    ],
)
def test_what_the_chaos_toolkit_refuses_everywhere_is_refused_with_its_place(
    path: list[Any], value: Any, says: str
) -> None:
    with pytest.raises(BadInput, match=says):
        rules.check(changed(small(), path, value))


def test_a_bad_json_path_is_told_once_and_other_words_on_standard_error_go_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def says(_: object) -> None:
        print("of somebody else", file=sys.stderr)

    with pytest.raises(BadInput, match=r"^here: hypothesis probe tolerance JSON path \$\[ is invalid$"):
        rules.check_tolerance({"type": "jsonpath", "path": "$["}, "here")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(rules, "ensure_hypothesis_tolerance_is_valid", says)
    rules.check_tolerance(True, "here")
    assert capsys.readouterr().err == "of somebody else\n"
