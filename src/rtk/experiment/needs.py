"""What an experiment needs from its surroundings, and what its author may want to know before it runs."""

import importlib.util
import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rtk.experiment.wording import at, shown

# The import packages of extensions whose distribution is called differently.
_DISTRIBUTIONS = {
    "chaosaws": "chaostoolkit-aws",
    "chaosazure": "chaostoolkit-azure",
    "chaosgcp": "chaostoolkit-google-cloud-platform",
    "chaosistio": "chaostoolkit-istio",
    "chaosk8s": "chaostoolkit-kubernetes",
    "chaosprometheus": "chaostoolkit-prometheus",
    "chaosspring": "chaostoolkit-spring",
    "chaostoxi": "chaostoolkit-toxiproxy",
}
_PROGRAMS = {"aws": "awscli"}  # programs that pip installs
_OF_AWS = ("chaoscloud.actions.ssm", "chaoscloud.probes.ssm")  # these need boto3
_LOCAL_FILE = re.compile(r"\$\((?:\s*cat\s|\s*<)\s*([^)\s]{1,200})\s*\)|`cat ([^`\s]{1,200})`")


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable that an experiment reads: its name, the place that names it, and whether it must be.

    `option` is the configuration key that `--var` sets instead; None for a secret.
    """

    name: str
    place: str
    required: bool
    option: str | None = None


def environment(document: Mapping[str, Any]) -> tuple[Variable, ...]:
    """The environment variables that configuration and secrets read, in file order."""
    return (*_of_configuration(document), *_of_secrets(document))


def missing(document: Mapping[str, Any], environ: Mapping[str, str] = os.environ) -> tuple[Variable, ...]:
    """Those that must be set and are not."""
    return tuple(each for each in environment(document) if each.required and each.name not in environ)


def modules(document: Mapping[str, Any]) -> dict[str, str]:
    """The Python modules of activities and tolerances, with the first place that names each."""
    found: dict[str, str] = {}
    for place, activity in activities(document):
        for where, part in ((place, activity), (at(place, "tolerance"), activity.get("tolerance"))):
            provider = part.get("provider") if isinstance(part, Mapping) else None
            if isinstance(provider, Mapping) and isinstance(provider.get("module"), str):
                found.setdefault(provider["module"], at(at(where, "provider"), "module"))
    return found


def not_installed(module: str) -> bool:
    """Whether a module's top package cannot be found."""
    try:
        return importlib.util.find_spec(module.partition(".")[0]) is None
    except (ImportError, ValueError, AttributeError):
        return True


def install_hint(module: str) -> str:
    """How to install the package that a module is probably of."""
    package = module.partition(".")[0]
    distribution = _DISTRIBUTIONS.get(package)
    return f"pip install {distribution}" if distribution else f"install the package that has {shown(package)}"


def distributions(document: Mapping[str, Any]) -> tuple[str, ...]:
    """What `pip install` must be given so that its modules and programs are there, our own first."""
    known = [*map(_distribution, modules(document)), *(_PROGRAMS.get(program) for program in programs(document))]
    ours = "reliability-toolkit[aws]" if "reliability-toolkit[aws]" in known else "reliability-toolkit"
    return tuple(dict.fromkeys((ours, *filter(None, known))))


def unknown_packages(document: Mapping[str, Any]) -> tuple[str, ...]:
    """The Python packages that it needs of which no distribution is known here."""
    packages = (module.partition(".")[0] for module in modules(document) if _distribution(module) is None)
    return tuple(dict.fromkeys(packages))


def other_programs(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Those of its programs that pip does not install."""
    return tuple(program for program in programs(document) if program not in _PROGRAMS)


def programs(document: Mapping[str, Any]) -> tuple[str, ...]:
    """The programs that its processes start, such as `aws`."""
    providers = (activity.get("provider") for _, activity in activities(document))
    paths = (each.get("path") for each in providers if isinstance(each, Mapping) and each.get("type") == "process")
    return tuple(dict.fromkeys(path for path in paths if isinstance(path, str)))


def warnings(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Sentences about what may go wrong: nothing to undo with, a rollback that leans on a local file."""
    actions = [a for _, a in _part(document, "method") if a.get("type") == "action"]
    found = [_leaning(activity, place) for place, activity in _part(document, "rollbacks")]
    if actions and not document.get("rollbacks"):
        names = ", ".join(shown(a.get("name")) for a in actions[:5])
        found.insert(0, f"{names}: the experiment has no rollbacks, so that nothing undoes this")
    return tuple(sentence for sentence in found if sentence)


def activities(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every activity with its place: the hypothesis' probes, the method, the rollbacks."""
    hypothesis = document.get("steady-state-hypothesis")
    if isinstance(hypothesis, Mapping):
        for place, probe in _part(hypothesis, "probes"):
            yield at("steady-state-hypothesis", place), probe
    yield from _part(document, "method")
    yield from _part(document, "rollbacks")


def _distribution(module: str) -> str | None:
    """What installs a module; empty for what comes with every installation."""
    package = module.partition(".")[0]
    if package == "chaoscloud":
        return "reliability-toolkit[aws]" if module in _OF_AWS else ""
    if package == "chaoslib" or package in sys.stdlib_module_names:
        return ""
    return _DISTRIBUTIONS.get(package)


def _part(holder: Mapping[str, Any], key: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    part = holder.get(key)
    for index, activity in enumerate(part if isinstance(part, list) else []):
        if isinstance(activity, Mapping):
            yield at(key, index), activity


def _of_configuration(document: Mapping[str, Any]) -> Iterator[Variable]:
    for key, value in _items(document.get("configuration")):
        if _is_env(value):
            yield Variable(value["key"], f"configuration.{key}", "default" not in value, key)


def _of_secrets(document: Mapping[str, Any]) -> Iterator[Variable]:
    for target, keys in _items(document.get("secrets")):
        if _is_env(keys):
            yield Variable(keys["key"], f"secrets.{target}", required=True)
            continue
        for key, value in _items(keys):
            if _is_env(value):
                yield Variable(value["key"], f"secrets.{target}.{key}", required=True)


def _items(value: object) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, Mapping) else []


def _is_env(value: object) -> bool:
    return isinstance(value, Mapping) and value.get("type") == "env" and isinstance(value.get("key"), str)


def _leaning(activity: Mapping[str, Any], place: str) -> str | None:
    provider = activity.get("provider")
    arguments = provider.get("arguments") if isinstance(provider, Mapping) else None
    found = _LOCAL_FILE.search(str(arguments)) if isinstance(arguments, str | list | dict) else None
    if found is None:
        return None
    file = found[1] or found[2]
    return (
        f"{place}: the rollback {shown(activity.get('name'))} reads the file {file}, so that it undoes only "
        "from the folder in which the run was started"
    )
