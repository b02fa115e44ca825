"""What `kubectl kustomize` makes of a directory, for as much of Kustomize as our directories use; else it refuses."""

import copy
from pathlib import Path
from typing import Any

import yaml

Object = dict[str, Any]
KNOWN = {"apiVersion", "kind", "namespace", "labels", "resources", "images", "patches"}
KEYS = {"containers": "name", "volumes": "name", "env": "name", "volumeMounts": "mountPath"}  # of lists that are merged


def read(path: Path) -> list[Object]:
    """The objects of a file."""
    return [each for each in yaml.safe_load_all(path.read_text()) if each]


def build(directory: Path) -> list[Object]:
    """The objects of a kustomization, in no order. An AssertionError where it needs more than is known here."""
    (said,) = read(directory / "kustomization.yaml")
    assert set(said) <= KNOWN, set(said) - KNOWN
    objects = [each for name in said["resources"] for each in _resource(directory / name)]
    for each in said.get("labels", []):
        assert each.keys() == {"pairs", "includeSelectors"}
        for one in objects:
            _label(one, each["pairs"])
    for each in said.get("patches", []):
        assert each.keys() == {"path"}
        for patch in read(directory / each["path"]):
            (target,) = [one for one in objects if identity(one) == identity(patch)]
            _merge(target, patch)
    for each in said.get("images", []):
        _rename(objects, each)
    for one in objects:
        if "namespace" in said:
            one["metadata"]["namespace"] = said["namespace"]
    return objects


def identity(of: Object) -> tuple[str, str]:
    """Kind and name."""
    return of["kind"], of["metadata"].get("name") or of["metadata"]["generateName"]


def _resource(path: Path) -> list[Object]:
    return build(path) if path.is_dir() else copy.deepcopy(read(path))


def _label(one: Object, pairs: dict[str, str]) -> None:
    spec = one.get("spec", {})
    one["metadata"].setdefault("labels", {}).update(pairs)
    if one["kind"] == "Service":
        spec.setdefault("selector", {}).update(pairs)
    elif one["kind"] == "NetworkPolicy":
        spec["podSelector"]["matchLabels"].update(pairs)
    elif "template" in spec:
        spec.setdefault("selector", {}).setdefault("matchLabels", {}).update(pairs)
        for each in (spec["template"], *spec.get("volumeClaimTemplates", [])):
            each.setdefault("metadata", {}).setdefault("labels", {}).update(pairs)


def _merge(into: Object, patch: Object) -> None:
    """A strategic merge: objects are merged, null removes, lists are replaced but for those whose items have a key."""
    for name, value in patch.items():
        if value is None:
            into.pop(name, None)
        elif isinstance(value, dict) and isinstance(into.get(name), dict):
            _merge(into[name], value)
        elif name in KEYS and name in into:
            there = {item[KEYS[name]]: item for item in into[name]}
            for item in value:
                _merge(there.setdefault(item[KEYS[name]], {}), item)
            into[name] = list(there.values())
        else:
            into[name] = value


def _rename(found: Any, image: dict[str, str]) -> None:
    for value in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
        _rename(value, image)
    if isinstance(found, dict) and found.get("image") == image["name"]:
        found["image"] = f"{image['newName']}:{image['newTag']}"
