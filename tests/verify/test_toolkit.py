"""Controls, configuration and secrets: as under `chaos run`, and where a control may stop what."""

from pathlib import Path
from typing import Any

import pytest
from chaoslib.control import cleanup_global_controls, load_global_controls
from chaoslib.exceptions import InterruptExecution
from chaoslib.run import Runner
from chaoslib.settings import get_loaded_settings
from chaoslib.types import Strategy

from rtk.errors import BadInput
from rtk.experiment.plan import Plan
from rtk.verify.toolkit import Toolkit
from tests.verify.world import World, action, experiment, play, probe

HERE = "tests.verify.test_toolkit"
CONTROL = {"name": "calls", "provider": {"type": "python", "module": HERE}}
SHORT = Plan(10.0, 20.0)
calls: list[tuple[str, str]] = []
stop_at: list[tuple[str, str]] = []


def call(level: str, name: str) -> None:
    calls.append((level, name))
    if (level, name) in stop_at:
        raise InterruptExecution(f"told to at {level}")


def configure_control(**_: Any) -> None:
    calls.append(("configure", ""))


def cleanup_control() -> None:
    calls.append(("cleanup", ""))


def before_experiment_control(context: dict[str, Any], **_: Any) -> None:
    call("before experiment", "")


def after_experiment_control(context: dict[str, Any], state: dict[str, Any], **_: Any) -> None:
    call("after experiment", str(state["status"]))


def before_hypothesis_control(context: dict[str, Any], **_: Any) -> None:
    call("before hypothesis", "")


def after_hypothesis_control(context: dict[str, Any], state: dict[str, Any], **_: Any) -> None:
    call("after hypothesis", str(state["steady_state_met"]))


def before_method_control(context: dict[str, Any], **_: Any) -> None:
    call("before method", "")


def after_method_control(context: dict[str, Any], state: list[Any], **_: Any) -> None:
    call("after method", str(len(state)) if state is not None else "")


def before_rollback_control(context: dict[str, Any], **_: Any) -> None:
    call("before rollback", "")


def after_rollback_control(context: dict[str, Any], state: list[Any], **_: Any) -> None:
    call("after rollback", str(len(state)))


def before_activity_control(context: dict[str, Any], **_: Any) -> None:
    call("before activity", context["name"])


def after_activity_control(context: dict[str, Any], state: dict[str, Any] | None, **_: Any) -> None:
    call("after activity", context["name"])


@pytest.fixture(autouse=True)
def fresh() -> None:
    calls.clear()
    stop_at.clear()


def outside_measuring() -> list[tuple[str, str]]:
    """The calls but those of the hypothesis, of which a verification has one a slot."""
    return [c for c in calls if "hypothesis" not in c[0] and c[1] != "response_ms"]


def document(**more: Any) -> dict[str, Any]:
    return experiment(method=[action("burn"), action("blow")], controls=[CONTROL], **more)


def test_controls_are_called_at_each_level_in_the_chaos_toolkits_order(world: World, tmp_path: Path) -> None:
    world.took = lambda _: 0.0
    play(tmp_path, document(), SHORT)
    ours, hypothesis = outside_measuring(), [c for c in calls if "hypothesis" in c[0]]
    calls.clear()
    with Runner(Strategy.DEFAULT) as runner:
        runner.run(document(), settings={"runtime": {"rollbacks": {"strategy": "always"}}})
    assert ours == outside_measuring()
    assert ours[1:3] == [("before experiment", ""), ("before method", "")]
    assert hypothesis.count(("before hypothesis", "")) == hypothesis.count(("after hypothesis", "True")) == 5


def test_what_surrounds_a_measurement_is_what_surrounds_a_hypothesis(world: World, tmp_path: Path) -> None:
    play(tmp_path, experiment(controls=[CONTROL], method=[], rollbacks=[]), Plan(10.0, 10.0))
    one = [
        ("before hypothesis", ""),
        ("before activity", "response_ms"),
        ("after activity", "response_ms"),
        ("after hypothesis", "True"),
    ]
    assert [c for c in calls if "hypothesis" in c[0] or c[1] == "response_ms"] == one * 3


@pytest.mark.parametrize(
    ("where", "done"),
    [
        (("before experiment", ""), []),
        (("before hypothesis", ""), []),
        (("after hypothesis", "True"), []),
        (("before activity", "response_ms"), []),
        (("before method", ""), []),
        (("after activity", "burn"), ["burn", "unburn"]),
        (("before activity", "blow"), ["burn", "unburn"]),
        (("after activity", "blow"), ["burn", "blow", "unburn"]),
        (("after method", "2"), ["burn", "blow", "unburn"]),
        (("before rollback", ""), ["burn", "blow", "unburn"]),
        (("before activity", "unburn"), ["burn", "blow", "unburn"]),
        (("after activity", "unburn"), ["burn", "blow", "unburn"]),
        (("after rollback", "1"), ["burn", "blow", "unburn"]),
        (("after experiment", "completed"), ["burn", "blow", "unburn"]),
    ],
)
def test_a_control_that_interrupts_ends_the_run_in_order_and_everything_is_undone(
    world: World, tmp_path: Path, where: tuple[str, str], done: list[str]
) -> None:
    stop_at.append(where)
    out = play(tmp_path, document(), SHORT)
    assert [name for _, name in world.done] == done
    assert out.entries("end")
    undoing = "rollback" in where[0] or where[1] == "unburn"
    assert out.run.journal.status == ("completed" if undoing else "interrupted")
    if not undoing:
        assert f"told to at {where[0]}" in str(out.facts.stopped)


def test_a_control_that_raises_anything_else_changes_nothing(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(level: str, name: str) -> None:
        raise RuntimeError("a broken control")

    monkeypatch.setitem(globals(), "call", broken)
    out = play(tmp_path, document(), SHORT)
    assert (out.run.journal.status, out.outcomes()) == ("completed", ["met", "met"])
    assert [name for _, name in world.done] == ["burn", "blow", "unburn"]


def test_controls_of_the_settings_and_of_a_file_are_called(world: World, tmp_path: Path) -> None:
    (tmp_path / "controls.json").write_text(f'{{"filed": {{"provider": {{"type": "python", "module": "{HERE}"}}}}}}')
    settings = {"controls": {"set": {"provider": {"type": "python", "module": HERE}}}}
    load_global_controls(settings, [str(tmp_path / "controls.json")])
    try:
        play(tmp_path, experiment(), SHORT, settings=settings)
    finally:
        cleanup_global_controls()
    assert calls.count(("before experiment", "")) == 2
    assert calls.count(("before activity", "burn")) == 2


def sees_settings() -> float:
    """A probe: what the Chaos Toolkit's settings say in this thread."""
    return float((get_loaded_settings() or {}).get("answer", 0))


def test_configuration_and_secrets_are_filled_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_HOST", "example.org")
    monkeypatch.setenv("A_TOKEN", "hush-hush")
    toolkit = Toolkit(
        experiment(
            title="At ${host}",
            configuration={"host": {"type": "env", "key": "A_HOST"}, "port": "80"},
            secrets={"all": {"token": {"type": "env", "key": "A_TOKEN"}}},
        ),
        {},
        config_vars={"port": "8080"},
    )
    assert toolkit.title == "At example.org"
    assert toolkit.substituted({"url": "http://${host}:${port}/"}) == {"url": "http://example.org:8080/"}
    assert toolkit.redact("the hush-hush token") == "the ***** token"


def test_a_secret_outside_of_any_group_is_filled_in_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_TOKEN", "hush-hush")
    toolkit = Toolkit(experiment(title="It is ${other}", secrets={"token": {"type": "env", "key": "A_TOKEN"}}), {})
    assert toolkit.substituted("${token} ${other}") == "hush-hush ${other}"
    assert toolkit.title == "It is ${other}"


def test_a_title_holds_no_secret_since_it_is_shown_as_it_is() -> None:
    assert Toolkit(experiment(title="With ${token}", secrets={"s": {"token": "hush-hush"}}), {}).title == "With *****"


def answer() -> str:
    return "hush-hush and more"


def test_dynamic_configuration_is_resolved_and_the_document_stays_pristine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_TOKEN", "hush-hush")
    document = experiment(
        configuration={
            "found": {
                "type": "probe",
                "name": "find",
                "provider": {"type": "python", "module": HERE, "func": "answer", "secrets": ["all"]},
            }
        },
        secrets={"all": {"token": {"type": "env", "key": "A_TOKEN"}}},
    )
    toolkit = Toolkit(document, {})
    assert toolkit.configuration["found"] == "hush-hush and more"
    assert toolkit.document == document
    assert "hush-hush" not in str(toolkit.document)
    assert "hush-hush" not in str(toolkit.known())


def test_a_variable_that_is_not_there_is_said_before_anything_begins() -> None:
    with pytest.raises(BadInput, match="--var"):
        Toolkit(experiment(configuration={"host": {"type": "env", "key": "NOT_SET_ANYWHERE"}}), {})


def test_a_dynamic_value_whose_probe_fails_is_said_before_anything_begins() -> None:
    failing = {
        "type": "probe",
        "name": "f",
        "provider": {"type": "python", "module": "tests.verify.world", "func": "fails"},
    }
    with pytest.raises(BadInput, match=r"configuration\.found: its probe failed"):
        Toolkit(experiment(configuration={"found": failing}), {})


def test_the_record_holds_no_resolved_secret(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_TOKEN", "hush-hush")
    secrets = {"all": {"token": {"type": "env", "key": "A_TOKEN"}}}
    out = play(tmp_path, experiment([probe(secrets=["all"])], secrets=secrets), SHORT)
    assert b"hush-hush" not in out.recorded.path.read_bytes()
    assert out.recorded.head["experiment"]["secrets"] == secrets
