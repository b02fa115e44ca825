"""Which part of a cloud or a cluster an action acts on, also by what surrounds the run: profiles, regions, contexts."""

import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from rtk.verify.systems import Kind, System, system
from rtk.verify.traits import Traits, environment_of

# What AWS itself named: no two of its customers have one of these in common.
_OF_ITSELF = re.compile(r"(i|vol|vpc|subnet|sg|eni|acl|rtb|nat|igw|snap|lt)-[0-9a-f]{8,17}|arn:aws[a-z-]*:.+")


def kubernetes(given: Mapping[str, Any], secrets: Mapping[str, Any], redact: Callable[[str], str]) -> System:
    """Return the part of a cluster that an action acts on: a namespace, or the whole of it where it names none.

    `given` are its arguments or options, `secrets` those it is given. Objects in one namespace are one system: a label
    in one file and a name in another may mean the same pods.
    """
    cluster = _cluster(given, secrets)
    found = (given.get(each) for each in ("ns", "namespace", "n", "name_space"))
    namespace = next((str(each) for each in found if each), "")
    marks = {"cluster": [cluster], "namespace": [namespace] if namespace else []}
    environment = [each for each in (environment_of(namespace), environment_of(cluster)) if each]
    part = f"the namespace {redact(namespace)} of " if namespace else ""
    return system(Kind.KUBERNETES, {**marks, "environment": environment}, f"{part}the cluster {redact(cluster)}")


def _cluster(given: Mapping[str, Any], secrets: Mapping[str, Any]) -> str:
    """The address of a cluster, as its configuration tells; the name of the context where that cannot be read."""
    server = secrets.get("KUBERNETES_HOST") or os.environ.get("KUBERNETES_HOST")
    if server:
        return str(server)
    context = given.get("context") or secrets.get("KUBERNETES_CONTEXT") or os.environ.get("KUBERNETES_CONTEXT")
    path = given.get("kubeconfig") or os.environ.get("KUBECONFIG", "").split(os.pathsep)[0] or "~/.kube/config"
    # Two contexts of one name may be two clusters, and two names one cluster: the address tells, where it can be read.
    with suppress(OSError, ValueError, KeyError, TypeError, StopIteration, yaml.YAMLError):
        whole = yaml.safe_load(Path(str(path)).expanduser().read_text(encoding="utf-8"))
        wanted = str(context or whole["current-context"])
        name = next(each["context"]["cluster"] for each in whole["contexts"] if each["name"] == wanted)
        return str(next(each["cluster"]["server"] for each in whole["clusters"] if each["name"] == name))
    return str(context or os.environ.get("KUBERNETES_SERVICE_HOST") or path)


def aws(traits: Traits, given: Mapping[str, Any], configuration: Mapping[str, Any]) -> System:
    """Return what of AWS an action acts on: resources by the ids that AWS gave them, else by account and region."""
    named = ("endpoint_url", "endpoint-url", "aws_endpoint_url")
    endpoint = _first(named, given, configuration) or os.environ.get("AWS_ENDPOINT_URL")
    ids = {each for each in traits.targets if _OF_ITSELF.fullmatch(each)}
    marks: dict[str, set[str]] = {"endpoint": {endpoint or "aws"}}
    environment = traits.scopes.get("environment", set())
    if ids:
        told = ", ".join(sorted(ids))
        return system(Kind.AWS, {**marks, "target": ids, "environment": environment}, traits.redact(f"{told} of AWS"))
    # An action that is told no region or account takes it from the environment.
    told_region = _first(("region", "aws_region"), given, configuration)
    region = told_region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    told_account = _first(("profile", "aws_profile_name", "aws_assume_role_arn"), given, configuration)
    account = told_account or _account()
    if found := environment_of(account):
        environment = environment | {found}
    marks |= {"region": {region or "default"}, "account": {account or "default"}, "environment": environment}
    names = {each for each in traits.targets if each not in (region, account)}
    told = ", ".join(map(traits.redact, [*sorted(names), *([region] if region else [])]))
    return system(Kind.AWS, {**marks, "target": names}, f"AWS{told and ': '}{told}")


def _account() -> str:
    """What the environment says about the account."""
    profile = os.environ.get("AWS_PROFILE") or os.environ.get("AWS_ROLE_ARN")
    return profile or os.environ.get("AWS_ACCESS_KEY_ID", "")


def _first(names: tuple[str, ...], *holders: Mapping[str, Any]) -> str:
    return next((str(each[key]) for each in holders for key in names if each.get(key)), "")
