"""The bill of materials: valid, whole, and of the wheel beside which it lies."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tools.audit import sbom, shipped
from tools.audit.pins import Ecosystem, Pin
from tools.audit.shipped import Shipped


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dist") / "reliability_toolkit-0.1.0-py3-none-any.whl"
    path.write_bytes(b"PK of a wheel")
    return path


@pytest.fixture(scope="module")
def bill(wheel: Path) -> dict[str, Any]:
    """The bill of what is shipped; that it is valid is checked as it is written."""
    path = sbom.write(wheel, shipped.python(), shipped.direct(), shipped.bundled())
    assert path.name == "reliability_toolkit-0.1.0.cdx.json"
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def test_it_is_of_the_wheel(bill: dict[str, Any], wheel: Path) -> None:
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    ours = bill["metadata"]["component"]
    assert (ours["name"], ours["version"]) == ("reliability-toolkit", "0.1.0")
    assert ours["hashes"] == [{"alg": "SHA-256", "content": hashlib.sha256(wheel.read_bytes()).hexdigest()}]


def test_it_names_each_package_with_version_and_licence(bill: dict[str, Any]) -> None:
    found = {each["purl"]: each for each in bill["components"]}
    for each in (*shipped.python(), *shipped.bundled()):
        name = each.pin.name.replace("@", "%40")
        kind = "pypi" if each.pin.ecosystem == Ecosystem.PYPI else "npm"
        assert found[f"pkg:{kind}/{name}@{each.pin.version}"]["licenses"], each
    names = {each["name"] for each in bill["components"]}
    assert {"django", "psycopg-binary", "boto3", "moto", "echarts", "htmx.org"} <= names
    assert not {"pytest", "mypy", "ruff", "vite", "typescript"} & names  # what only builds and tests is not shipped


def test_it_says_which_requires_which(bill: dict[str, Any]) -> None:
    requires = {each["ref"].rpartition("@")[0]: each.get("dependsOn", []) for each in bill["dependencies"]}
    assert any(each.startswith("pkg:pypi/django@") for each in requires["pkg:pypi/reliability-toolkit"])
    assert any(each.startswith("pkg:npm/echarts@") for each in requires["pkg:pypi/reliability-toolkit"])
    assert any(each.startswith("pkg:pypi/sqlparse@") for each in requires["pkg:pypi/django"])
    assert set(requires) == {each["bom-ref"].rpartition("@")[0] for each in bill["components"]} | {
        "pkg:pypi/reliability-toolkit"
    }


def test_a_licence_that_nobody_knows_is_left_out_and_not_invented(wheel: Path) -> None:
    unknown = Shipped(Pin(Ecosystem.PYPI, "x", "1.0"), "")
    (found,) = json.loads(sbom.bill(wheel, "0.1.0", [unknown], ["x"], []))["components"]
    assert "licenses" not in found
