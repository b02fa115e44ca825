"""What a document runs is found by reading it, wherever in it that stands; nothing of it is imported or run."""

from typing import Any

from rtk.experiment.code import Code, code_of


def process(path: str, arguments: Any = None) -> dict[str, Any]:
    return {"type": "probe", "name": path, "provider": {"type": "process", "path": path, "arguments": arguments}}


def python(module: str, **arguments: Any) -> dict[str, Any]:
    return {"name": module, "provider": {"type": "python", "module": module, "func": "f", "arguments": arguments}}


def http(url: str) -> dict[str, Any]:
    return {"name": url, "provider": {"type": "http", "url": url}}


def test_everything_that_runs_is_found_wherever_it_stands() -> None:
    document = {
        "configuration": {"asked": {**process("from-configuration"), "type": "probe"}},
        "controls": [python("a.control")],
        "steady-state-hypothesis": {"probes": [http("https://steady.example/x"), process("measure")]},
        "method": [
            {**process("act"), "controls": [python("another.control")]},
            {**python("an.action"), "extensions": [{"name": "rtk", "effect": {"probes": [process("show")]}}]},
        ],
        "rollbacks": [process("undo")],
    }
    document["steady-state-hypothesis"]["probes"][0]["tolerance"] = {**process("judge"), "type": "probe"}  # type: ignore[index] # as written above
    code = code_of(document, environ={})
    assert set(code.programs) == {"from-configuration", "measure", "act", "show", "undo", "judge"}
    assert set(code.modules) == {"a.control", "another.control", "an.action"}
    assert code.hosts == ("steady.example",)
    assert len(code.calls) == 10


def test_calls_are_whole_and_each_is_told_once() -> None:
    text, listed, mapped = ("-c 'rm -rf x'", ["-c", "rm -rf x"], {"--path": "a b", "--force": None})
    method = [process("sh", text), process("sh", listed), process("sh", listed), process("rm", mapped), process("true")]
    posted = {"name": "p", "provider": {**http("http://a/b")["provider"], "method": "POST", "arguments": {"q": 1}}}
    method += [python("os", command="rm -rf x", more=[1]), http("http://a/b"), posted]
    code = code_of({"method": method, "controls": [{"name": "c", "provider": {"type": "python", "module": "c"}}]})
    assert code.calls == (
        "sh -c 'rm -rf x'",
        "rm --path 'a b' --force",
        "true",
        'os.f(command="rm -rf x", more=[1])',
        "GET http://a/b",
        'POST http://a/b {"q": 1}',
        "c()",
    )
    assert code.programs == ("sh", "rm", "true")


def test_names_are_filled_in_where_the_run_fills_them_in_as_far_as_their_values_are_known() -> None:
    configuration = {
        "program": "sh",
        "site": {"type": "env", "key": "SITE", "default": "https://default.example"},
        "given": "https://old.example",
        "later": {"type": "probe", "provider": {"type": "process", "path": "find-out"}},
    }
    method = [process("${program}", "${later} ${program}"), http("${site}/health"), http("${given}"), http("${later}/")]
    code = code_of({"configuration": configuration, "method": method}, {"given": "https://new.example"}, {})
    assert code.calls[:2] == ("find-out", "${program} ${later} sh")
    assert code.hosts == ("default.example", "new.example", "${later}/")
    document = {"configuration": configuration, "method": method}
    assert code_of(document, {}, {"SITE": "http://e.example:81"}).hosts[0] == "e.example:81"


def test_hosts_stand_in_arguments_too_and_without_who_signs_in_there() -> None:
    found = code_of(
        {
            "method": [
                python("m", targets=["https://user:secret@one.example/a", {"deep": "see http://[::1]:8080/x"}]),
                process("curl", "-s https://two.example?x=1 'HTTP://three.example' ftp://a@b@four.example:21/"),
            ]
        },
        environ={},
    )
    assert found.hosts == ("one.example", "[::1]:8080", "two.example", "three.example", "four.example:21")


def test_a_host_ends_where_those_who_call_it_end_it() -> None:
    """What calls a host takes a backslash for a slash: what stands behind it is a path."""
    assert code_of({"method": [http("https://evil.example\\@console.example/")]}).hosts == ("evil.example",)
    assert code_of({"method": [http("https://evil.example\\.console.example/")]}).hosts == ("evil.example",)


def test_variables_of_the_environment_are_those_that_configuration_and_secrets_read() -> None:
    document = {
        "configuration": {"region": {"type": "env", "key": "AWS_REGION"}, "plain": "x"},
        "secrets": {"aws": {"id": {"type": "env", "key": "AWS_ACCESS_KEY_ID"}, "again": "y"}},
        "method": [{"type": "env", "key": "NOT_READ"}],
    }
    assert code_of(document).variables == ("AWS_REGION", "AWS_ACCESS_KEY_ID")


def test_an_experiment_that_runs_nothing_has_nothing() -> None:
    assert code_of({"title": "nothing", "method": []}) == Code()
