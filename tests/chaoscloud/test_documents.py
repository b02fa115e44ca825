"""The examples in the docstrings are activities that the Chaos Toolkit accepts and plays."""

import inspect
import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from chaoslib.experiment import ensure_experiment_is_valid
from chaoslib.hypothesis import run_steady_state_hypothesis
from chaoslib.run import EventHandlerRegistry

import chaoscloud
from chaoscloud.probes import http as http_probes
from tests.chaoscloud.server import Server
from tests.docs.test_reference import public_modules

PUBLIC = [(module, name) for module in public_modules(chaoscloud) for name in module.__all__]


def example(function: Callable[..., Any]) -> dict[str, Any]:
    text = inspect.getdoc(function) or ""
    assert "{" in text, f"{function.__module__}.{function.__name__}: its docstring ends with no example of an activity"
    found: dict[str, Any] = json.loads(text[text.index("{") :])
    return found


def experiment(activity: dict[str, Any]) -> dict[str, Any]:
    probe = example(http_probes.time_http_call)
    if activity["type"] == "probe":
        probe = activity if "tolerance" in activity else {**probe, "tolerance": activity}
    return {
        "version": "1.0.0",
        "title": "An example",
        "description": "From a docstring.",
        "configuration": {"endpoint_url": "http://127.0.0.1/"},
        "steady-state-hypothesis": {"title": "It answers", "probes": [probe]},
        "method": [activity] if activity["type"] == "action" else [],
        "rollbacks": [],
    }


def is_met(document: dict[str, Any], configuration: dict[str, str]) -> Any:
    state = run_steady_state_hypothesis(document, configuration, {}, None, EventHandlerRegistry())
    return state["steady_state_met"]


@pytest.mark.parametrize(("module", "name"), PUBLIC)
def test_the_example_of_each_function_is_a_valid_experiment(module: ModuleType, name: str) -> None:
    activity = example(getattr(module, name))
    assert (activity["provider"]["module"], activity["provider"]["func"]) == (module.__name__, name)
    ensure_experiment_is_valid(experiment(activity))


@pytest.mark.parametrize("name", http_probes.__all__)
def test_the_example_of_each_probe_is_met_by_a_service_that_answers(server: Server, name: str) -> None:
    document = experiment(example(getattr(http_probes, name)))
    assert is_met(document, {"endpoint_url": server.url("/wait/1")}) is True


@pytest.mark.parametrize("name", http_probes.__all__)
def test_the_example_of_each_probe_deviates_when_the_service_is_broken(server: Server, name: str) -> None:
    document = experiment(example(getattr(http_probes, name)))
    assert not is_met(document, {"endpoint_url": server.url("/status/503")})


def test_arguments_may_come_from_the_configuration_as_text(server: Server) -> None:
    document = experiment(example(http_probes.time_http_call))
    probe = document["steady-state-hypothesis"]["probes"][0]
    probe["provider"]["arguments"] |= {"timeout": "${limit}", "verify_tls": "${verify}"}
    probe["tolerance"]["provider"]["arguments"] = {"duration": "${threshold}"}
    configuration = {
        "endpoint_url": server.url("/wait/1"),
        "limit": "5",
        "verify": "false",
        "threshold": "4000",
    }
    assert is_met(document, configuration) is True
