"""What the pages of experiments tell: who uses them, what they do, what they need, how to run them."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Count

from rtk.console.pages.experiments.steps import Steps, contributions_of, steps_of, text_of
from rtk.console.store.models import Execution, Experiment, Verification
from rtk.experiment import needs, packages
from rtk.experiment.needs import Variable

USERS = 500  # verifications that are looked at for a page of the list
EXECUTIONS = 10
MOST_SOURCE = 200_000
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class ListedExperiment(NamedTuple):
    """An experiment in the list, the verifications that use it, and how often it was executed."""

    experiment: Experiment
    users: list[Verification]
    executions: int


class Extension(NamedTuple):
    """A Python package that an experiment needs, and how to install it."""

    module: str
    hint: str


class ExperimentDetail(NamedTuple):
    """All of an experiment's page."""

    experiment: Experiment
    command: str
    file: str
    description: str
    contributions: list[tuple[str, str]]
    hypothesis: str
    probes: Steps
    method: Steps
    rollbacks: Steps
    configuration: list[tuple[str, str]]
    variables: list[Variable]
    extensions: list[Extension]
    warnings: list[str]
    users: list[Verification]
    executions: list[Execution]
    source: str
    cut: bool


def rows(experiments: Sequence[Experiment]) -> list[ListedExperiment]:
    """The rows of these experiments. Two queries."""
    if not experiments:
        return []
    used = Verification.objects.filter(experiment__in=experiments, deleted_at=None).order_by("-created_at")
    users: dict[Any, list[Verification]] = {}
    for each in used.only("id", "name", "experiment_id", "archived_at")[:USERS]:
        users.setdefault(each.experiment_id, []).append(each)
    counted = Execution.objects.filter(experiment__in=experiments).values("experiment").annotate(number=Count("id"))
    numbers = {each["experiment"]: each["number"] for each in counted.order_by()}
    return [ListedExperiment(each, users.get(each.id, []), numbers.get(each.id, 0)) for each in experiments]


def detail(experiment: Experiment) -> ExperimentDetail:
    """An experiment with all around it. Two queries."""
    document = experiment.document if isinstance(experiment.document, dict) else {}
    hypothesis = document.get("steady-state-hypothesis")
    hypothesis = hypothesis if isinstance(hypothesis, Mapping) else {}
    configuration = document.get("configuration")
    given = list(configuration.items())[:100] if isinstance(configuration, Mapping) else []
    variables = list(dict.fromkeys(needs.environment(document)))
    file = f"{settings.PUBLIC_URL}/assets/experiments/{experiment.id}.json"
    # Half a character, which JSON can hold, cannot be sent with a page.
    source = json.dumps(document, indent=2, ensure_ascii=False).encode("utf-8", "replace").decode()
    needed = dict.fromkeys(map(packages.top, packages.all_modules(document)))
    executions = Execution.objects.filter(experiment=experiment).defer("journal").select_related("created_by")
    used = Verification.objects.filter(experiment=experiment, deleted_at=None).order_by("-created_at")
    return ExperimentDetail(
        experiment,
        command_of(variables, file),
        file,
        document["description"] if isinstance(document.get("description"), str) else "",
        contributions_of(document),
        text_of(hypothesis.get("title") or ""),
        steps_of(hypothesis.get("probes")),
        steps_of(document.get("method")),
        steps_of(document.get("rollbacks")),
        # A value from the environment has a `key`; the page names its variable.
        [(key, text_of(each)) for key, each in given if not (isinstance(each, Mapping) and "key" in each)],
        variables,
        [Extension(each, packages.install_hint(each)) for each in needed if each not in packages.WITH_US],
        list(needs.warnings(document)),
        list(used[:50]),
        list(executions.order_by("-created_at", "-id")[:EXECUTIONS]),
        source[:MOST_SOURCE],
        len(source) > MOST_SOURCE,
    )


def command_of(variables: Sequence[Variable], file: str) -> str:
    """The command that runs an experiment, with what must be in its environment."""
    names = dict.fromkeys(each.name for each in variables if each.required and _NAME.fullmatch(each.name))
    return " ".join([*(f"{name}=…" for name in names), "chaos", "run", file])
