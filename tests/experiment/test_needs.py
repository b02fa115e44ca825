import json

from rtk.experiment.needs import (
    Variable,
    distributions,
    environment,
    missing,
    other_programs,
    programs,
    warnings,
)
from rtk.experiment.read import document
from rtk.experiment.sentence import met_when
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


def test_what_nothing_undoes_and_what_nothing_can_meet_is_warned_of() -> None:
    method = [{"type": "action", "name": "break it", "provider": {"type": "process", "path": "break"}}]
    document = small(method=method)
    document["steady-state-hypothesis"]["probes"][0]["tolerance"] = True
    undone, never = warnings(document)
    assert undone == '"break it": the experiment has no rollbacks, so nothing undoes this'
    assert never.startswith('steady-state-hypothesis.probes[0]: "answers" can never be met: an HTTP answer is never tr')


def test_a_program_whose_name_is_filled_in_is_not_told() -> None:
    method = [{"type": "action", "name": "a", "provider": {"type": "process", "path": path}} for path in ("${x}", "k6")]
    assert programs(small(method=method)) == ("k6",)


def test_an_action_in_the_hypothesis_is_said_to_be_played_at_each_measurement() -> None:
    document = small()
    document["steady-state-hypothesis"]["probes"][0]["type"] = "action"
    (said,) = warnings(document)
    assert said.startswith('steady-state-hypothesis.probes[0]: "answers" is an action in the hypothesis, so it runs')


def test_a_variable_in_a_list_of_what_is_good_is_told_to_stand_for_itself() -> None:
    probe = {
        "type": "probe",
        "name": "p",
        "tolerance": ["${good}", 201],
        "provider": {"type": "http", "url": "http://x"},
    }
    told = warnings(small(**{"steady-state-hypothesis": {"title": "h", "probes": [probe]}}))
    assert (
        'steady-state-hypothesis.probes[0].tolerance[0]: "${good}" is not filled in, '
        "for in a list each text stands for itself"
    ) in told
    assert met_when(probe) == 'met when the status is "${good}" or 201'


def test_secrets_that_an_activity_gets_nothing_of_are_told() -> None:
    provider = {"type": "python", "module": "m", "func": "f", "secrets": ["cloud", "other", "third"]}
    method = [
        {"type": "action", "name": "a", "provider": provider, "pauses": {}},
        {"type": "action", "name": "b", "secrets": ["cloud"], "provider": {"type": "process", "path": "true"}},
    ]
    told = warnings(small(method=method, secrets={"cloud": {}}))
    assert 'method[0].provider.secrets: "other" and "third" are not declared in secrets' in told
    assert any(each.startswith("method[1].secrets: only those of the provider are read") for each in told)


def test_a_file_that_means_to_be_played_dry_is_told_that_it_is_not() -> None:
    told = warnings(small(dry="actions"))
    assert "dry: in a file it holds nothing back, everything is played; give --dry" in told
    assert not any("dry" in each for each in warnings(small(dry=None, configuration={"x": {"dry": "pause"}})))
