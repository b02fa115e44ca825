import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtk.errors import BadInput
from rtk.experiment.check import check, validate
from tests.experiment.samples import JSON_VALUES, PLAIN, changed, paths, refusal_of, small

_GIVEN = {"url": "http://localhost"}
_PROBE = ["steady-state-hypothesis", "probes", 0]
_ACTION: dict[str, Any] = {
    "type": "action",
    "name": "act",
    "provider": {"type": "python", "module": "json", "func": "dumps", "arguments": {"obj": 1}},
}


def _process(arguments: Any) -> dict[str, Any]:
    return {"type": "action", "name": "act", "provider": {"type": "process", "path": "sh", "arguments": arguments}}


def test_a_ref_in_the_hypothesis_passes() -> None:
    document = small(method=[{**_ACTION, "type": "probe"}])
    document["steady-state-hypothesis"]["probes"] += [
        {"ref": "act", "tolerance": "1"},
        {"ref": "answers", "tolerance": 2},
    ]
    validate(document, config_vars=_GIVEN, environ={})


def test_an_action_in_the_hypothesis_is_played_as_the_chaos_toolkit_plays_it() -> None:
    document = small()
    document["steady-state-hypothesis"]["probes"][0]["type"] = "action"
    validate(document, config_vars=_GIVEN, environ={})


def test_a_small_experiment_passes_and_is_not_changed() -> None:
    document = small(method=[_ACTION, {"ref": "answers"}], rollbacks=[_ACTION])
    before = copy.deepcopy(document)
    validate(document, config_vars=_GIVEN, environ={})
    assert document == before


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ([], [], "the document: expected a mapping, not a list"),
        (["title"], 5, "title: expected text, not 5"),
        (["title"], " ", "title: expected text"),
        (["description"], None, "description: expected text, not null"),
        (["tags"], ["a", 1], r"tags\[1\]: expected text, not 1"),
        (["method"], {}, "method: expected a list, not a mapping"),
        (["method"], ["x"], r"method\[0\]: expected a mapping, not \"x\""),
        (["method"], [{}], r"method\[0\].type: missing, expected "),
        (["method"], [{"ref": 5}], r"method\[0\].ref: expected text, not 5"),
        (["rollbacks"], None, "rollbacks: expected a list, not null"),
        (["controls"], {}, "controls: expected a list"),
        (["controls"], ["x"], r"controls\[0\]: expected a mapping"),
        (["controls"], [{"name": "c", "provider": []}], r"controls\[0\].provider: expected a mapping"),
        (["extensions"], [{"name": 5}], r"extensions\[0\].name: expected text, not 5"),
        (["extensions"], {}, "extensions: expected a list"),
        (["configuration"], [], "configuration: expected a mapping, not a list"),
        (["configuration", "url"], {"type": "env"}, "configuration.url.key: missing, expected "),
        (
            ["configuration", "url"],
            {"type": "env", "key": []},
            "configuration.url.key: expected text, not a list",
        ),
        (["configuration", "url"], {"type": "probe"}, "configuration.url.provider: missing, expected "),
        (["secrets"], {"a": "b"}, "secrets.a: expected a mapping"),
        (["secrets"], {"a": {"b": {"type": "env", "key": 1}}}, "secrets.a.b.key: expected text, not 1"),
        (["runtime"], {"rollbacks": "always"}, "runtime.rollbacks: expected a mapping"),
        (["steady-state-hypothesis"], None, "steady-state-hypothesis: expected a mapping, not null"),
        (["steady-state-hypothesis", "probes"], [], "probes: expected at least one probe"),
        ([*_PROBE, "tolerance"], 0.5, r'probes\[0\].tolerance: .* such as 0.5 write {"type": "range"'),
        ([*_PROBE, "tolerance"], None, r"probes\[0\].tolerance: expected true or false or a number"),
        ([*_PROBE, "tolerance"], {"type": "range", "range": 5}, r"tolerance.range: expected a list"),
        ([*_PROBE, "tolerance"], {"type": "jsonpath", "path": 5}, r"tolerance.path: expected text"),
        ([*_PROBE, "tolerance"], {"type": "probe"}, r"tolerance.name: missing, expected "),
        ([*_PROBE, "provider"], [], r"provider: expected a mapping, not a list"),
        ([*_PROBE, "provider", "type"], "ftp", r'provider.type: expected "python", "process" or "http"'),
        ([*_PROBE, "provider", "type"], [], r"provider.type: expected text"),
        ([*_PROBE, "provider", "url"], 5, r"probes\[0\].provider.url: expected text, not 5"),
        ([*_PROBE, "provider", "timeout"], [1], r"provider.timeout: expected two numbers"),
        ([*_PROBE, "provider", "timeout"], True, r"provider.timeout: expected a number"),
        ([*_PROBE, "provider", "timeout"], -1, r"provider.timeout: expected a number above 0, not -1"),
        ([*_PROBE, "provider", "timeout"], "soon", r'provider.timeout: expected a number above 0, not "soon"'),
        ([*_PROBE, "provider", "timeout"], [1, "x"], r"provider.timeout\[1\]: expected a number above 0"),
        ([*_PROBE, "provider", "url"], "file:///etc/hosts", "provider.url: expected an address that begins with http"),
        ([*_PROBE, "provider", "url"], "http://[::1", "provider.url: expected an address that begins with http"),
        ([*_PROBE, "provider", "url"], "shop.example.com/", "provider.url: expected an address that begins with http"),
        ([*_PROBE, "provider", "headers"], "x", r"provider.headers: expected a mapping"),
        ([*_PROBE, "provider", "headers"], {"a": "x\ny"}, r"headers.a: expected one line of text in Latin-1 .*, not "),
        ([*_PROBE, "provider", "headers"], {"a": "\u0141"}, r"headers.a: expected one line of text in Latin-1"),
        ([*_PROBE, "provider", "headers"], {"a": 1}, r"headers.a: expected one line of text in Latin-1 .*, not 1"),
        ([*_PROBE, "provider", "headers"], {"a:b": "x"}, r"headers.a:b: expected a name of ASCII letters"),
        ([*_PROBE, "provider", "timeout"], 0, r"provider.timeout: expected a number above 0, not 0"),
        ([*_PROBE, "provider", "timeout"], [1, 0], r"provider.timeout\[1\]: expected a number above 0, not 0"),
        ([*_PROBE, "tolerance"], {"type": "jsonpath", "path": "$", "count": -1}, r"count: .* from 0 on, not -1"),
        ([*_PROBE, "tolerance"], {"type": "jsonpath", "path": "$", "count": "a"}, r'count: .* from 0 on, not "a"'),
        ([*_PROBE, "tolerance"], {"type": "jsonpath", "path": "$", "count": 1.5}, r"count: .* from 0 on, not 1.5"),
        ([*_PROBE, "pauses"], {"during": 1}, r"pauses.during: unknown, known here: after, before"),
        ([*_PROBE, "pauses"], {"before": 1e12}, r"pauses.before: expected seconds from 0 to 2592000, not 10{12}"),
        ([*_PROBE, "pauses"], {"after": [1]}, r"pauses.after: expected a number or text, not a list"),
        ([*_PROBE, "secrets"], 5, r"probes\[0\].secrets: expected a list, not 5"),
        ([*_PROBE, "dry"], "zz", r'dry: expected "probes", "actions", "activities" or "pause", not "zz"'),
        (["dry"], "zz", r'dry: expected "probes", "actions", "activities" or "pause", not "zz"'),
        (["runtime"], {"hypothesis": {"strategy": "zz"}}, 'runtime.hypothesis.strategy: expected "default", '),
        (["runtime"], {"hypothesis": {"strategy": None}}, 'strategy: expected "default", .* or "skip", not null'),
        (
            ["controls"],
            [{"name": "c", "provider": {"type": "http"}}],
            r'controls\[0\].provider.type: expected "python"',
        ),
        (["method"], [_process([["a"]])], r"method\[0\].provider.arguments\[0\]: expected text or .*, not a list"),
        (["method"], [_process({"-a": {}})], r"method\[0\].provider.arguments.-a: expected text or .*, not a mapping"),
        (["method"], [_process("'open")], r"method\[0\].provider.arguments: a quotation mark or a backslash has no"),
        (
            [*_PROBE, "provider"],
            {"type": "python", "module": ".x", "func": "f"},
            "module: expected the absolute name of a",
        ),
        (
            [*_PROBE, "provider"],
            {"type": "python", "module": "a..x", "func": "f"},
            "module: expected the absolute name",
        ),
        ([*_PROBE, "provider", "secrets"], "x", r"provider.secrets: expected a list"),
        ([*_PROBE, "pauses"], 5, r"pauses: expected a mapping"),
        ([*_PROBE, "pauses"], {"before": []}, r"pauses.before: expected a number"),
        ([*_PROBE, "background"], "yes", r"background: expected true or false, not \"yes\""),
    ],
)
def test_a_wrong_kind_is_refused_with_its_place(path: list[Any], value: Any, says: str) -> None:
    with pytest.raises(BadInput, match=f"^(steady-state-hypothesis[.]?)?.*{says}"):
        check(changed(small(), path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ([*_PROBE, "provider", "headers"], {"a": "${b}\n", "c": "", "d": None, "e": "\u00e9"}),
        ([*_PROBE, "provider", "timeout"], [None, "${t}"]),
        ([*_PROBE, "tolerance"], {"type": "jsonpath", "path": "$", "count": "${n}", "expect": 5}),
        ([*_PROBE, "pauses"], {"before": 0, "after": "${p}"}),
        ([*_PROBE, "secrets"], ["not-declared"]),
        (["dry"], None),
        (["dry"], "pause"),
        (["runtime"], {"hypothesis": {"strategy": "continuously"}, "rollbacks": {"strategy": None}}),
        (["method"], [_process(arguments=["a", 1, None, True])]),
        (["method"], [_process(arguments="-c 'it is'  # don't")]),
        (["method"], [_process(arguments='-c "$(echo "it\'s")"')]),
        (["method"], [_process(arguments="<<E\nit's\nE")]),
    ],
)
def test_what_chaos_run_plays_passes(path: list[Any], value: Any) -> None:
    check(changed(small(), path, value))


@pytest.mark.parametrize("key", ["title", "description", "steady-state-hypothesis", "method"])
def test_a_missing_key_is_named(key: str) -> None:
    document = small()
    del document[key]
    with pytest.raises(BadInput, match=f"^{key}: missing, expected [a-z -]+"):
        check(document)


def test_the_plain_tutorial_file_passes() -> None:
    validate(json.loads(PLAIN.read_bytes()), config_vars={"endpoint_url": "http://localhost"}, environ={})


def test_missing_environment_variables_are_named_all_at_once_with_how_to_give_them() -> None:
    configuration = {key: {"type": "env", "key": f"RTK_NOT_SET_{key.upper()}"} for key in ("a", "b")}
    with pytest.raises(BadInput) as refusal:
        validate(small(configuration=configuration), environ={})
    assert str(refusal.value) == (
        "the environment variables RTK_NOT_SET_A and RTK_NOT_SET_B are not set (configuration.a and "
        "configuration.b): export RTK_NOT_SET_A=… RTK_NOT_SET_B=…, or give --var a=… --var b=…"
    )


def test_a_missing_secret_is_named() -> None:
    secrets = {"cloud": {"token": {"type": "env", "key": "RTK_NOT_SET"}}}
    with pytest.raises(
        BadInput, match=r"variable RTK_NOT_SET is not set \(secrets.cloud.token\): export RTK_NOT_SET=…$"
    ):
        validate(small(secrets=secrets), config_vars=_GIVEN, environ={})
    validate(small(secrets=secrets), config_vars=_GIVEN, secret_vars={"cloud": {"token": "x"}}, environ={})


def controlled_by(module: str) -> dict[str, Any]:
    return small(controls=[{"name": "safe", "provider": {"type": "python", "module": module}}])


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (None, "the module {name} is not installed, install the package that provides"),
        ("import rtk_is_nowhere", "the module {name} cannot be imported, it raises ModuleNotFoundError in "),
    ],
)
def test_a_control_that_cannot_be_applied_is_said_with_its_reason_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, code: str | None, said: str
) -> None:
    name = f"control_{'that_raises' if code else 'that_is_nowhere'}"
    if code:
        (tmp_path / f"{name}.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    validate(controlled_by(name), config_vars=_GIVEN, environ={})
    [told] = caplog.messages
    assert told.startswith(f"controls[0].provider.module: {said.format(name=name)}")
    assert told.endswith(". The control is not applied")


def test_a_control_that_cannot_be_imported_otherwise_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "control_that_is_odd.py").write_text("\n1 / 0\n")
    monkeypatch.syspath_prepend(tmp_path)
    said = r"^controls\[0\].provider.module: the module control_that_is_odd cannot be imported, it raises ZeroDivision"
    with pytest.raises(BadInput, match=said):
        validate(controlled_by("control_that_is_odd"), config_vars=_GIVEN, environ={})
    assert caplog.messages == []


def test_a_default_needs_no_environment() -> None:
    url = {"type": "env", "key": "RTK_NOT_SET", "default": "http://localhost"}
    validate(small(configuration={"url": url}), environ={})


@pytest.mark.parametrize(
    ("provider", "says"),
    [
        (
            {"module": "chaosaws.ec2.actions"},
            "method.*chaosaws.ec2.actions is not installed, pip install chaostoolkit-aws",
        ),
        ({"module": "no_such_thing.at_all"}, 'install the package that provides "no_such_thing"'),
        ({"module": "json.nothing"}, "could not find Python module 'json.nothing' in activity 'act'"),
        ({"func": "nothing"}, "does not expose a function called 'nothing'"),
        ({"arguments": {"wrong": 1}}, "required argument 'obj' is missing from activity"),
        ({"module": ".relative"}, "expected the absolute name of a module"),
    ],
)
def test_what_cannot_be_called_is_refused(provider: dict[str, Any], says: str) -> None:
    action = {**_ACTION, "provider": {**_ACTION["provider"], **provider}}
    with pytest.raises(BadInput, match=says):
        validate(small(method=[action]), config_vars=_GIVEN, environ={})


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (["configuration", "port"], {"type": "env", "key": "PATH", "env_var_type": "int"}, "ValueError"),
        (["method"], [{"ref": "nobody"}], 'method\\[0\\].ref: there is no activity "nobody" in method or hypothesis'),
        ([*_PROBE, "ref"], "nobody", r'hypothesis.probes\[0\].ref: there is no activity "nobody" in method or'),
        ([*_PROBE, "tolerance"], {"type": "regex", "pattern": "("}, "pattern . seems invalid"),
        (
            [*_PROBE, "provider"],
            {"type": "process", "path": "no-such-program"},
            "path 'no-such-program' cannot be found",
        ),
    ],
)
def test_the_chaos_toolkits_own_refusals_are_one_sentence(path: list[Any], value: Any, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        validate(changed(small(), path, value), config_vars=_GIVEN)


def test_what_is_deprecated_still_validates() -> None:
    action = {**_ACTION, "provider": {"type": "process", "path": "true", "arguments": {"a": "b"}}}
    validate(small(method=[action]), config_vars=_GIVEN, environ={})


_WHOLE = small(
    method=[_ACTION],
    rollbacks=[_ACTION],
    controls=[{"name": "c", "provider": {"type": "python", "module": "json"}}],
    secrets={"a": {"b": "c"}},
    extensions=[{"name": "x"}],
)


@given(st.sampled_from(paths(_WHOLE)), JSON_VALUES)
@settings(max_examples=150)
def test_an_experiment_with_any_node_replaced_is_validated_or_refused(path: list[Any], value: Any) -> None:
    mutated = changed(_WHOLE, path, value)
    refusal_of(lambda: validate(mutated, config_vars=_GIVEN, environ={}))


@pytest.mark.parametrize(
    ("part", "path"),
    [("method", "method[0]"), ("rollbacks", "rollbacks[0]")],
)
def test_what_only_this_machine_can_refuse_is_told_with_its_place(part: str, path: str) -> None:
    provider = {"type": "python", "module": "builtins", "func": "len", "arguments": {"obj": "12345"}}
    document = small(**{part: [{"type": "action", "name": "five", "provider": provider}]})
    with pytest.raises(BadInput, match=re.escape(f"{path}: it cannot be validated: TypeError, ") + ".*'obj'"):
        validate(document, config_vars=_GIVEN)


def test_a_function_that_is_not_there_is_told_with_its_place() -> None:
    provider = {"type": "python", "module": "json", "func": "no_such", "arguments": {}}
    document = small(method=[{"type": "action", "name": "five", "provider": provider}])
    with pytest.raises(BadInput, match=r"^method\[0\]: .*no_such"):
        validate(document, config_vars=_GIVEN)


def test_what_the_chaos_toolkit_refuses_is_told_with_the_place_of_its_part() -> None:
    odd = {"provider": {"type": "python", "module": "json", "func": "nothing", "arguments": {}}}
    judge = {"type": "probe", "name": "judge", **odd}
    shell = {"type": "action", "name": "a", "provider": {"type": "process", "path": "true"}}

    def refusal(extension: dict[str, Any]) -> str:
        method = [{**shell, "extensions": [{"name": "rtk", **extension}]}]
        with pytest.raises(BadInput) as error:
            validate(small(method=method), config_vars=_GIVEN, environ={})
        return str(error.value)

    assert refusal({"restored": {"probes": [{**odd, "tolerance": 1}]}}).startswith(
        "method[0].extensions[0].restored.probes[0]: The python module 'json' does not expose"
    )
    probe = {"provider": shell["provider"], "tolerance": judge}
    assert refusal({"effect": {"probes": [probe]}}).startswith(
        "method[0].extensions[0].effect.probes[0].tolerance: The python module 'json' does not expose"
    )
    assert refusal({"success": judge}).startswith("method[0].extensions[0].success: The python module 'json'")
