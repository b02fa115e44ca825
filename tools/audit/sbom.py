"""The bill of materials of a wheel, in CycloneDX: what it requires and holds of others, with versions and licences."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.contrib.this.builders import this_component
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from tools.audit.pins import Failed
from tools.audit.shipped import OURS, Shipped

SUFFIX = ".cdx.json"


def write(wheel: Path, python: Iterable[Shipped], direct: Iterable[str], bundled: Iterable[Shipped]) -> Path:
    """Write the bill of a wheel beside it, and return where. Raise Failed where it is not as its schema wants it."""
    name, version = wheel.name.split("-")[:2]
    text = bill(wheel, version, python, direct, bundled)
    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise Failed(f"the bill of materials of {wheel.name} is not as CycloneDX wants it: {str(error.data)[:200]}")
    path = wheel.with_name(f"{name}-{version}{SUFFIX}")
    path.write_text(text + "\n")
    return path


def bill(
    wheel: Path, version: str, python: Iterable[Shipped], direct: Iterable[str], bundled: Iterable[Shipped]
) -> str:
    """Return the bill as JSON: the wheel with its digest, every package, and which requires which."""
    bom = Bom()
    bom.metadata.tools.components.add(this_component())
    root = _component("pypi", OURS, version, "Apache-2.0")
    root.type = ComponentType.APPLICATION
    root.hashes.add(HashType(alg=HashAlgorithm.SHA_256, content=hashlib.sha256(wheel.read_bytes()).hexdigest()))
    bom.metadata.component = root
    shipped = {each.pin.name: each for each in python}
    components = {name: _component("pypi", *each.pin[1:], each.licence) for name, each in shipped.items()}
    inside = [_component("npm", *each.pin[1:], each.licence) for each in bundled]
    for component in (*components.values(), *inside):
        bom.components.add(component)
    bom.register_dependency(root, [*(components[name] for name in direct), *inside])
    for name, each in shipped.items():
        bom.register_dependency(components[name], [components[other] for other in each.requires if other in components])
    text: str = JsonV1Dot6(bom).output_as_string(indent=2)
    return text


def _component(kind: str, name: str, version: str, licence: str) -> Component:
    scope, _, last = name.rpartition("/")
    url = PackageURL(kind, scope or None, last, version)
    licences = [LicenseFactory().make_from_string(licence)] if licence else []
    return Component(
        name=last, group=scope or None, version=version, bom_ref=url.to_string(), purl=url, licenses=licences
    )
