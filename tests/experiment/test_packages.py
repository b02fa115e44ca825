from pathlib import Path
from typing import Any

import pytest

from rtk.experiment.packages import (
    DISTRIBUTIONS,
    absence,
    all_modules,
    control_modules,
    distributions,
    failure,
    import_error,
    install_hint,
    mappings,
    modules,
    not_installed,
    unknown,
)
from rtk.experiment.read import document
from tests.experiment.samples import VERIFICATION, small


def python(module: str, **more: Any) -> dict[str, Any]:
    return {"name": module, "provider": {"type": "python", "module": module, "func": "f", **more}}


def calling(*named: str) -> dict[str, Any]:
    """An experiment whose actions call these modules."""
    return small(method=[{"type": "action", **python(each)} for each in named])


def test_modules_of_probes_and_tolerances_are_found_with_their_place() -> None:
    published = document(VERIFICATION.read_bytes(), "f", "json")[0]
    probe = "steady-state-hypothesis.probes[0]"
    assert modules(published) == {
        "chaoscloud.probes.http": f"{probe}.provider.module",
        "chaoscloud.tolerances.http": f"{probe}.tolerance.provider.module",
    }


def test_modules_of_configuration_and_claims_are_called_too() -> None:
    claim = {"name": "rtk", "effect": {"probes": [{**python("acme.seen"), "tolerance": True}]}}
    method = [{"type": "action", **python("acme.act"), "extensions": [claim]}]
    found = modules(small(configuration={"host": {"type": "probe", **python("acme.host")}}, method=method))
    assert found == {
        "acme.host": "configuration.host.provider.module",
        "acme.act": "method[0].provider.module",
        "acme.seen": "method[0].extensions[0].effect.probes[0].provider.module",
    }


def test_modules_of_controls_are_found_wherever_they_stand() -> None:
    safeguards = python("chaosaddons.controls.safeguards", arguments={"probes": [python("acme.guard")]})
    method = [{"type": "action", **python("chaosaws.ec2"), "controls": [python("acme.watch")]}]
    experiment = small(controls=[safeguards], method=method)
    experiment["steady-state-hypothesis"]["controls"] = [python("chaosslack.control")]
    assert control_modules(experiment) == {
        "chaosaddons.controls.safeguards": "controls[0].provider.module",
        "acme.guard": "controls[0].provider.arguments.probes[0].provider.module",
        "chaosslack.control": "steady-state-hypothesis.controls[0].provider.module",
        "acme.watch": "method[0].controls[0].provider.module",
    }
    assert modules(experiment) == {"chaosaws.ec2": "method[0].provider.module"}
    wanted = {"chaostoolkit-addons", "chaostoolkit-slack", "chaostoolkit-aws", "reliability-toolkit"}
    assert set(distributions(experiment)) == wanted
    assert unknown(experiment) == ("acme",)


def test_a_module_is_known_by_its_package() -> None:
    assert not not_installed("json.anything")
    assert all(not_installed(name) for name in ("no_such_thing", "", ".x"))


@pytest.mark.parametrize(
    ("module", "distribution"),
    [
        ("chaosk8s.pod.actions", "chaostoolkit-kubernetes"),
        ("chaosaddons.controls.repeat", "chaostoolkit-addons"),
        ("chaosgcp.sql.actions", "chaostoolkit-google-cloud-platform"),
        ("chaosgce.nodepool", "chaostoolkit-google-cloud"),
        ("chaoscf.actions", "chaostoolkit-cloud-foundry"),
        ("chaostracing.control", "chaostoolkit-opentracing"),
        ("chaoswm.driver", "chaostoolkit-wiremock"),
        ("chaosk6.actions", "chaostoolkit-k6"),
    ],
)
def test_extensions_of_the_chaos_toolkit_are_known(module: str, distribution: str) -> None:
    assert install_hint(module) == f"pip install {distribution}"
    assert distributions(calling(module)) == ("reliability-toolkit", distribution)


def test_each_package_of_the_list_has_a_distribution_of_its_own() -> None:
    assert all(package.isidentifier() for package in DISTRIBUTIONS)
    assert len(set(DISTRIBUTIONS.values())) == len(DISTRIBUTIONS)


def test_what_to_install_is_told_our_own_first() -> None:
    assert distributions(calling("json")) == ("reliability-toolkit",)
    found = distributions(calling("chaosk8s.pod", "chaosk8s.node", "chaosaws.ec2"))
    assert found == ("reliability-toolkit", "chaostoolkit-kubernetes", "chaostoolkit-aws")
    assert distributions(calling("chaoscloud.actions.ssm")) == ("reliability-toolkit[aws]",)
    assert unknown(calling("acme.chaos", "acme.more", "chaosaws.ec2", "chaoslib.x")) == ("acme",)


def test_a_module_of_ones_own_is_answered_by_pythonpath(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    own = tmp_path / "my files"
    own.mkdir()
    assert absence("acme.chaos", [own]).startswith("is not installed, install the package that provides")
    assert absence("acme.chaos", [own]).endswith('"acme", or name its folder in PYTHONPATH')
    (own / "acme.py").write_text("raise ValueError")
    assert absence("acme", [own]) == f"lies in {own}, where Python does not look: export PYTHONPATH='{own}'"
    monkeypatch.setenv("PYTHONPATH", "/opt/ours")
    assert absence("acme", [own]).endswith(f"export PYTHONPATH='{own}:/opt/ours'")


def test_whatever_is_nested_without_end_is_looked_at_to_a_depth() -> None:
    deep: dict[str, Any] = python("acme.deep")
    for _ in range(5000):
        deep = {"in": deep}
    assert all_modules({"method": [deep]}) == {}
    assert len(list(mappings(deep))) < 200


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("\nraise ValueError('boom')\n", "it raises ValueError in {file}, line 2: boom"),
        ("import sys\n\nsys.exit(3)\n", "it raises SystemExit in {file}, line 3: 3"),
        (
            "import rtk_is_nowhere\n",
            "it raises ModuleNotFoundError in {file}, line 1: No module named 'rtk_is_nowhere'",
        ),
        ("x = 1\ndef (:\n", "{file}, line 2 is not Python: invalid syntax"),
    ],
)
def test_a_module_that_cannot_be_imported_is_told_with_file_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, said: str
) -> None:
    name = f"broken{abs(hash(code))}"
    file = tmp_path / f"{name}.py"
    file.write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    error = import_error(name)
    assert error
    assert failure(error) == said.format(file=file)


def test_a_module_that_is_fine_or_not_there_has_no_failure() -> None:
    assert import_error("json") is None
    assert import_error("json.nowhere") is None


def test_a_module_beside_that_is_no_python_is_told_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    (tmp_path / "acme.py").write_text("\ndef (:\n")
    hint = absence("acme.chaos", [tmp_path])
    assert hint.startswith(f"lies in {tmp_path}, where Python does not look: export PYTHONPATH={tmp_path}; ")
    assert hint.endswith(f"{tmp_path}/acme.py, line 2 is not Python: invalid syntax")
