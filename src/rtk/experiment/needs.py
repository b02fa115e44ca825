"""What an experiment needs from its surroundings, and what its author may want to know before it runs."""

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from rtk.experiment import packages, undone
from rtk.experiment.refs import written_out
from rtk.experiment.sentence import never_met
from rtk.experiment.strategy import DRY
from rtk.experiment.wording import at, listed, shown

_PROGRAMS = {"aws": "awscli"}  # programs that pip installs
_LOCAL_FILE = re.compile(r"\$\((?:\s*cat\s|\s*<)\s*([^)\s]{1,200})\s*\)|`cat ([^`\s]{1,200})`")


class Variable(Struct, frozen=True):
    """An environment variable that an experiment reads: its name, the place that names it, and whether it must be.

    `option` is the configuration key that `--var` sets instead; None for a secret.
    """

    name: str
    place: str
    required: bool
    option: str | None = None


def environment(document: Mapping[str, Any]) -> tuple[Variable, ...]:
    """The environment variables that configuration and secrets read, in file order."""
    found = [
        Variable(value["key"], f"configuration.{key}", "default" not in value, key)
        for key, value in _items(document.get("configuration"))
        if _is_env(value)
    ]
    for target, keys in _items(document.get("secrets")):
        place = f"secrets.{target}"
        secrets = [(place, keys)] if _is_env(keys) else [(f"{place}.{key}", value) for key, value in _items(keys)]
        found += [Variable(value["key"], where, required=True) for where, value in secrets if _is_env(value)]
    return tuple(found)


def missing(document: Mapping[str, Any], environ: Mapping[str, str] = os.environ) -> tuple[Variable, ...]:
    """Those that must be set and are not."""
    return tuple(each for each in environment(document) if each.required and each.name not in environ)


def distributions(document: Mapping[str, Any]) -> tuple[str, ...]:
    """What `pip install` must be given so that its modules and programs are there, our own first."""
    known = (_PROGRAMS.get(program) for program in programs(document))
    return tuple(dict.fromkeys((*packages.distributions(document), *filter(None, known))))


def other_programs(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Those of its programs that pip does not install."""
    return tuple(program for program in programs(document) if program not in _PROGRAMS)


def programs(document: Mapping[str, Any]) -> tuple[str, ...]:
    """The programs that its processes start, such as `aws`; not those whose name is filled in at a run."""
    providers = (each.get("provider") for _, each in packages.mappings(document))
    paths = (each.get("path") for each in providers if isinstance(each, Mapping) and each.get("type") == "process")
    return tuple(dict.fromkeys(path for path in paths if isinstance(path, str) and "${" not in path))


def warnings(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Sentences about what may go wrong: nothing to undo with, a rollback that leans on a file, what cannot be met."""
    hypothesis = document.get("steady-state-hypothesis")
    listed = list(_part(hypothesis if isinstance(hypothesis, Mapping) else {}, "probes"))
    places = [f"steady-state-hypothesis.{place}" for place, _ in listed]
    probes = list(zip(places, written_out((probe for _, probe in listed), document), strict=True))
    found = [undone.warning(document)]
    for place, probe in probes:
        if "tolerance" in probe and (why := never_met(probe)):
            found.append(f"{place}: {shown(probe.get('name'))} can never be met: {why}")
        found += _as_it_stands(probe.get("tolerance"), at(place, "tolerance"))
    for place, activity in _part(document, "rollbacks"):
        provider = activity.get("provider")
        arguments = provider.get("arguments") if isinstance(provider, Mapping) else None
        file = _LOCAL_FILE.search(str(arguments)) if isinstance(arguments, str | list | dict) else None
        if file:
            found.append(
                f"{place}: the rollback {shown(activity.get('name'))} reads the file {file[1] or file[2]}, so that it "
                "undoes only from the folder in which the run was started"
            )
    found += _unheeded(document)
    for place, probe in probes:
        if probe.get("type") == "action":
            name = shown(probe.get("name"))
            found.append(f"{place}: {name} is an action in the hypothesis, so it runs at every measurement")
    return tuple(sentence for sentence in found if sentence)


def _as_it_stands(tolerance: object, place: str) -> Iterator[str]:
    """Variables in a list of what is good: the Chaos Toolkit fills in none there."""
    for index, each in enumerate(tolerance if isinstance(tolerance, list) else []):
        if isinstance(each, str) and "${" in each:
            yield f"{at(place, index)}: {shown(each)} is not filled in, for in a list each text stands for itself"


def _unheeded(document: Mapping[str, Any]) -> Iterator[str]:
    """What a file says in vain: secrets that an activity gets nothing of, and that it is to be played dry."""
    # The activity is played without such secrets, as under `chaos run`.
    secrets = document.get("secrets")
    declared = secrets if isinstance(secrets, Mapping) else {}
    for place, activity in packages.mappings(document):
        provider = activity.get("provider")
        if not isinstance(provider, Mapping):
            continue
        if activity.get("secrets"):
            yield f"{at(place, 'secrets')}: only those of the provider are read, so that these are not"
        names = provider.get("secrets")
        absent = [name for name in names if name not in declared] if isinstance(names, list) else []
        if absent:
            where = at(at(place, "provider"), "secrets")
            yield f"{where}: {listed(map(shown, absent))} {'is' if len(absent) == 1 else 'are'} not declared in secrets"
    # By the file alone neither `chaos run` nor `chaos verify` holds anything back.
    for place, holder in packages.mappings(document):
        if holder.get("dry") in DRY and (not place or "provider" in holder):
            yield f"{at(place, 'dry')}: in a file it holds nothing back, everything is played; give --dry"


def _part(holder: Mapping[str, Any], key: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    part = holder.get(key)
    for index, activity in enumerate(part if isinstance(part, list) else []):
        if isinstance(activity, Mapping):
            yield at(key, index), activity


def _items(value: object) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, Mapping) else []


def _is_env(value: object) -> bool:
    return isinstance(value, Mapping) and value.get("type") == "env" and isinstance(value.get("key"), str)
