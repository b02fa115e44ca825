import json
from typing import Any

from rtk.experiment.needs import (
    Variable,
    distributions,
    environment,
    install_hint,
    missing,
    modules,
    not_installed,
    other_programs,
    programs,
    unknown_packages,
    warnings,
)
from rtk.experiment.read import document
from tests.experiment.samples import PLAIN, VERIFICATION, small


def test_the_variables_an_experiment_reads_are_listed_in_order() -> None:
    secrets = {"a": {"t": {"type": "env", "key": "T"}, "plain": "x"}, "b": {"type": "env", "key": "B"}}
    configuration = {"u": {"type": "env", "key": "U"}, "d": {"type": "env", "key": "D", "default": 1}, "x": 5}
    found = environment(small(configuration=configuration, secrets=secrets))
    assert found == (
        Variable("U", "configuration.u", required=True, option="u"),
        Variable("D", "configuration.d", required=False, option="d"),
        Variable("T", "secrets.a.t", required=True),
        Variable("B", "secrets.b", required=True),
    )


def test_only_required_variables_that_are_not_set_are_missing() -> None:
    published = document(VERIFICATION.read_bytes(), "f", "json")[0]
    assert [v.name for v in missing(published, {"INSTANCE_ID": "i"})] == ["ENDPOINT_URL"]


def test_modules_of_probes_and_tolerances_are_found_with_their_place() -> None:
    published = document(VERIFICATION.read_bytes(), "f", "json")[0]
    probe = "steady-state-hypothesis.probes[0]"
    assert modules(published) == {
        "chaoscloud.probes.http": f"{probe}.provider.module",
        "chaoscloud.tolerances.http": f"{probe}.tolerance.provider.module",
    }


def test_a_module_is_known_by_its_package() -> None:
    assert not not_installed("json.anything")
    assert all(not_installed(name) for name in ("no_such_thing", "", ".x"))
    assert install_hint("chaosk8s.pod.actions") == "pip install chaostoolkit-kubernetes"


def calling(*modules: str) -> dict[str, Any]:
    """An experiment whose actions call these modules."""
    provider = {"type": "python", "func": "f"}
    return small(method=[{"type": "action", "name": m, "provider": {**provider, "module": m}} for m in modules])


def test_what_to_install_is_told_our_own_first() -> None:
    assert distributions(calling("json")) == ("reliability-toolkit",)
    found = distributions(calling("chaosk8s.pod", "chaosk8s.node", "chaosaws.ec2"))
    assert found == ("reliability-toolkit", "chaostoolkit-kubernetes", "chaostoolkit-aws")
    assert distributions(calling("chaoscloud.actions.ssm")) == ("reliability-toolkit[aws]",)
    assert unknown_packages(calling("acme.chaos", "acme.more", "chaosaws.ec2", "chaoslib.x")) == ("acme",)


def test_the_programs_that_it_starts_are_told() -> None:
    published = document(VERIFICATION.read_bytes(), "f", "json")[0]
    assert programs(published) == ("aws",)
    assert distributions(published) == ("reliability-toolkit", "awscli")
    assert other_programs(published) == ()
    assert other_programs(json.loads(PLAIN.read_bytes())) == ("echo",)


def test_a_rollback_that_leans_on_a_local_file_is_warned_of() -> None:
    published = document(VERIFICATION.read_bytes(), "f", "json")[0]
    (warning,) = warnings(published)
    assert warning.startswith('rollbacks[0]: the rollback "Stop SSM run command" reads the file CommandId.info')


def test_an_action_that_nothing_undoes_is_warned_of() -> None:
    (warning,) = warnings(json.loads(PLAIN.read_bytes()))
    assert warning == '"dummy step": the experiment has no rollbacks, so that nothing undoes this'


def test_an_experiment_without_actions_needs_no_rollbacks() -> None:
    probe: dict[str, Any] = small()["steady-state-hypothesis"]["probes"][0]
    assert warnings(small(method=[probe])) == ()
