"""What an experiment acts on, computed from its actions and rollbacks: the systems that no second run may touch."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from rtk.verify.calls import secrets_of
from rtk.verify.clouds import aws, kubernetes
from rtk.verify.commands import Called, commands, is_script, targets_of
from rtk.verify.systems import MOST, Kind, System, declared, machine, node, system
from rtk.verify.toolkit import Toolkit
from rtk.verify.traits import Traits, file_of, is_manner

# Which sort of system an extension or a program acts on, where that is known.
_KUBERNETES = frozenset(("chaosk8s", "chaosistio", "kubectl", "helm", "oc"))
_AWS = frozenset(("chaosaws", "aws"))
_AWS_MODULES = ("chaoscloud.actions.ssm",)
_ELSEWHERE = frozenset(("gcloud", "az", "heroku", "flyctl", "terraform", "ansible", "nomad", "consul", "fly"))
_LOCAL = frozenset(("os", "shutil", "signal", "subprocess", "pathlib", "tempfile", "psutil", "builtins"))
# What configuration an extension reads by itself, by the beginning of its name.
_READS = {
    "chaostoxi": ("toxiproxy",),
    "chaosazure": ("azure",),
    "chaosgcp": ("gcp",),
    "chaosspring": ("spring",),
}


def acts_on(toolkit: Toolkit, named: str | None = None) -> tuple[System, ...]:
    """Return what a run of an experiment acts on: what the file or an option names, else what its actions tell.

    Nothing where the method has no action.
    """
    method, rollbacks = (
        [toolkit.resolved(each) for each in toolkit.experiment.get(part) or []] for part in ("method", "rollbacks")
    )
    conditions = [each for each in method if each.get("type") == "action"]
    if not conditions:
        return ()
    if named:
        text = str(toolkit.substituted(named))
        return (declared(text, toolkit.redact(text)),)
    found = [each for activity in (*conditions, *rollbacks) for each in _of_activity(activity, toolkit)]
    names = frozenset[str]().union(*(each.marks.get("environment", frozenset()) for each in found))
    unlike: list[System] = []
    for each in found:
        # What any action of the run names holds for all of them: staging is not production.
        one = replace(each, marks={**each.marks, "environment": names}) if names else each
        if len(unlike) < MOST and one not in unlike:
            unlike.append(one)
    return tuple(unlike)


def _of_activity(activity: Mapping[str, Any], toolkit: Toolkit) -> list[System]:
    provider = activity.get("provider")
    if not isinstance(provider, Mapping):
        return []
    arguments = toolkit.substituted(provider.get("arguments") or {})
    if provider.get("type") == "http":
        traits = Traits(toolkit.redact)
        traits.addresses(str(toolkit.substituted(provider.get("url", ""))))
        return _hosts(traits)
    if provider.get("type") == "process":
        path = str(toolkit.substituted(provider.get("path", "")))
        if isinstance(arguments, Mapping):
            arguments = [word for pair in arguments.items() for word in pair]
        given = arguments if isinstance(arguments, str) else [str(w) for w in arguments or [] if w not in (None, "")]
        found = [each for called in commands(path, given) for each in _of_command(called, toolkit)]
        # A command that tells nothing acts on something all the same: two runs of one program meet.
        return found or [_on_this_machine({"target": {Path(path).name}}, Path(path).name)]
    return _of_python(provider, arguments if isinstance(arguments, Mapping) else {}, toolkit)


def _of_command(called: Called, toolkit: Toolkit) -> list[System]:
    program, traits = Path(called.program).name, Traits(toolkit.redact)
    if program in _KUBERNETES:
        return [kubernetes(called.options, {}, toolkit.redact)]
    traits.mapping({name: value for name, value in called.options.items() if len(name) > 1})
    if program in _AWS:
        for word in called.words[2:]:  # after the service and what it does
            traits.word(word)
        return _hosts(traits) if traits.hosts and not traits.targets else [aws(traits, called.options, {})]
    scripts = [word for word in called.words if is_script(word)]
    _targets(called, scripts, traits)
    return _hosts(traits) or _local(program, scripts, traits)


def _targets(called: Called, scripts: list[str], traits: Traits) -> None:
    """Add what the words and files of a command name; a script is what acts, not what is acted on."""
    switched = [value for name, value in called.options.items() if is_manner(name)]  # a switch before a word
    for word in targets_of(called, switched):
        if word in scripts:
            continue
        if not traits.addresses(word) and (name := file_of(word)):
            traits.targets.add(name)
        else:
            traits.word(word)
    for word in called.files:
        if name := file_of(word, redirected=True):
            traits.targets.add(name)


def _local(program: str, scripts: list[str], traits: Traits) -> list[System]:
    """What a command acts on that names no host: things on this machine, or those of a service that it is for."""
    host, context = os.environ.get("DOCKER_HOST"), os.environ.get("DOCKER_CONTEXT")
    if program in ("docker", "podman") and (host or context):
        remote = Traits(traits.redact)
        remote.mapping({"host": host, "context": context})
        return _hosts(remote) or [_of_package(program, {**traits.marks, **remote.marks}, traits)]
    if program in _ELSEWHERE:
        return [_of_package(program, traits.marks, traits)]
    if not traits.targets:
        traits.targets.update(Path(each).name for each in scripts)
    return [_on_this_machine(traits.marks, _names(traits))] if traits.targets else []


def _of_python(provider: Mapping[str, Any], arguments: Mapping[str, Any], toolkit: Toolkit) -> list[System]:
    module = str(provider.get("module", ""))
    package = module.partition(".")[0]
    traits = Traits(toolkit.redact)
    traits.mapping(arguments)
    configuration = toolkit.configuration
    if package in _KUBERNETES:
        return [kubernetes(arguments, secrets_of(provider, toolkit.secrets), toolkit.redact)]
    if package in _AWS or module in _AWS_MODULES:
        return [aws(traits, arguments, configuration)]
    # Arguments that name no host: the extension then finds it in the configuration, by names of its own.
    if not (traits.hosts or traits.targets):
        beginnings = _READS.get(package, ("",))
        traits.mapping({key: value for key, value in configuration.items() if key.lower().startswith(beginnings)})
    if hosts := _hosts(traits):
        return hosts
    files = {name for each in traits.targets if each.startswith("/") and (name := file_of(each))}
    if package in _LOCAL or files:
        return [_on_this_machine({**traits.marks, "target": files or traits.targets or {package}}, _names(traits))]
    return [_of_package(package, traits.marks, traits)]


def _hosts(traits: Traits) -> list[System]:
    found, environment = list[System](), {"environment": traits.scopes.get("environment", set())}
    for host, port in sorted(traits.hosts):
        if host:
            told = "a host that a secret names" if host in traits.secret else f"the host {traits.redact(host)}"
            found.append(system(Kind.HOST, {**environment, "host": [host]}, told))
        else:
            told = f"port {port} of this machine ({node()})" if port else f"this machine ({node()})"
            ports = [port] if port else []
            # No host can have this name: the localhosts of two machines are two systems.
            found.append(system(Kind.HOST, {**environment, "host": [f"\0{machine()}"], "port": ports}, told))
    return found


def _on_this_machine(marks: Mapping[str, set[str]], names: str) -> System:
    return system(Kind.MACHINE, {**marks, "machine": [machine()]}, f"{names} on this machine ({node()})")


def _of_package(package: str, marks: Mapping[str, set[str]], traits: Traits) -> System:
    scopes = [each for _, values in sorted(traits.scopes.items()) for each in sorted(values)]
    told = ", ".join(map(traits.redact, [*scopes, *sorted(traits.targets)]))
    return system(Kind.PACKAGE, {**marks, "package": [package]}, f"what {package} acts on{told and ': '}{told}")


def _names(traits: Traits) -> str:
    return ", ".join(map(traits.redact, sorted(traits.targets))) or "what it acts on"
