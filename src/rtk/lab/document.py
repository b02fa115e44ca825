"""A Run Command document: read, checked, held. Schema versions 2.0 to 2.2, JSON or YAML."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import yaml

from rtk.lab.parameters import TYPES, Parameter, references
from rtk.lab.refusals import Refusal

SCHEMAS = ("2.0", "2.1", "2.2")
LARGEST = 64 * 1024  # bytes, AWS's limit
DEEPEST = 200  # levels of a document in YAML
SHELL = "aws:runShellScript"
PLATFORMS = {SHELL: ["Linux", "MacOS"], "aws:runPowerShellScript": ["Windows", "Linux", "MacOS"]}
OnFailure = Literal["continue", "exit", "success-and-exit"]
_ON_FAILURE: dict[str, OnFailure] = {
    "exit": "exit",
    "abort": "exit",
    "successandexit": "success-and-exit",
    "continue": "continue",
}
_OTHER_SCHEMAS = {
    "0.3": "that is an Automation runbook; Run Command takes 2.0, 2.1 or 2.2",
    "1.0": "that is a Session document; Run Command takes 2.0, 2.1 or 2.2",
    "1.2": "the lab takes 2.0, 2.1 or 2.2: put each plugin of runtimeConfig into mainSteps as a step",
}

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class DocumentStep:
    """One step of mainSteps. `inputs` still has its `{{ name }}`s."""

    name: str
    action: str
    inputs: Mapping[str, Any]
    precondition: Mapping[str, Any]
    max_attempts: int
    on_failure: OnFailure
    on_success_exit: bool
    is_end: bool
    is_critical: bool
    is_finally: bool


@dataclass(frozen=True, slots=True)
class SsmDocument:
    """What a document's content says."""

    schema: str
    description: str
    parameters: Mapping[str, Parameter]
    steps: tuple[DocumentStep, ...]

    @property
    def platforms(self) -> list[str]:
        """The platforms it can run on, as AWS derives them from the actions."""
        each = [PLATFORMS.get(step.action, ["Linux"]) for step in self.steps]
        return [name for name in ("Windows", "Linux", "MacOS") if any(name in names for names in each)]


def parse(content: str, form: str) -> SsmDocument:
    """Read a document. Raises InvalidDocumentContent, …SchemaVersion, MaxDocumentSizeExceeded."""
    if len(content.encode()) > LARGEST:
        raise Refusal("MaxDocumentSizeExceeded", f"The document is larger than {LARGEST // 1024} KB.")
    raw = _load(content, form)
    schema = str(raw.get("schemaVersion", ""))
    if schema not in SCHEMAS:
        why = _OTHER_SCHEMAS.get(schema, "Run Command takes 2.0, 2.1 or 2.2")
        raise Refusal("InvalidDocumentSchemaVersion", f"schemaVersion '{schema}' cannot be run: {why}.")
    parameters = {
        name: _parameter(name, _mapping(stated, f"parameters.{name}"))
        for name, stated in _mapping(raw.get("parameters") or {}, "parameters").items()
    }
    steps = _steps(raw.get("mainSteps"))
    for step in steps:
        for name in references([dict(step.inputs), dict(step.precondition)]):
            if name not in parameters:
                raise _refuse(f"step {step.name} uses {{{{ {name} }}}}, which is not among the parameters.")
    return SsmDocument(schema, str(raw.get("description") or ""), parameters, steps)


def _refuse(sentence: str) -> Refusal:
    return Refusal("InvalidDocumentContent", sentence)


def _load(content: str, form: str) -> Mapping[str, Any]:
    try:
        if form == "JSON":
            raw = json.loads(content)
        else:
            depth = 0  # looked at before the loader, which is C and calls itself, would end this process
            for event in yaml.parse(content, Loader=_Loader):
                depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
                if depth > DEEPEST:
                    raise RecursionError
            raw = yaml.load(content, Loader=_Loader)  # noqa: S506  a safe loader
    except json.JSONDecodeError as problem:
        raise _refuse(
            f"The content is not JSON: line {problem.lineno}, column {problem.colno}: {problem.msg}."
            " For YAML give --document-format YAML."
        ) from None
    except yaml.YAMLError as problem:
        raise _refuse(f"The content is not YAML: {' '.join(str(problem).split())}.") from None
    except RecursionError:
        raise _refuse(f"The content is nested too deeply: more than {DEEPEST} levels.") from None
    return _mapping(raw, "the document")


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _refuse(f"{where} must be a mapping, not {type(value).__name__}.")
    return {str(key): inner for key, inner in value.items()}


def _parameter(name: str, stated: Mapping[str, Any]) -> Parameter:
    kind = str(stated.get("type", ""))
    if kind not in TYPES:
        raise _refuse(f"Parameter {name} has type '{kind}', which is none of {', '.join(TYPES)}.")
    pattern = stated.get("allowedPattern")
    try:
        re.compile(pattern or "")
    except (re.error, TypeError) as problem:
        raise _refuse(f"Parameter {name} has an allowedPattern that is no regular expression: {problem}.") from None
    return Parameter(
        name=name,
        type=kind,
        description=str(stated.get("description") or ""),
        default=stated.get("default"),
        allowed_values=tuple(str(value) for value in stated.get("allowedValues") or ()),
        allowed_pattern=pattern,
        bounds={key: _number(stated[key], f"{name}.{key}") for key in Parameter.BOUNDS if key in stated},
        by_environment=stated.get("interpolationType") == "ENV_VAR",
    )


def _steps(raw: Any) -> tuple[DocumentStep, ...]:
    if not isinstance(raw, list) or not raw:
        raise _refuse("mainSteps must be a list of at least one step.")
    steps = tuple(_step(place, _mapping(stated, f"mainSteps[{place}]")) for place, stated in enumerate(raw))
    names = [step.name for step in steps]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise _refuse(f"Two steps are named {twice[0]}; each needs a name of its own.")
    if any(step.is_finally for step in steps[:-1]):
        raise _refuse("Only the last step can be the finallyStep.")
    return steps


def _step(place: int, stated: Mapping[str, Any]) -> DocumentStep:
    name, action = stated.get("name"), stated.get("action")
    if not isinstance(action, str) or not isinstance(name, str) or not re.fullmatch(r"[\w:.-]{1,128}", name):
        raise _refuse(f"mainSteps[{place}] needs an action and a name of letters, digits and underscores.")
    inputs = _mapping(stated.get("inputs") or {}, f"step {name}: inputs")

    def option(key: str, default: Any = None) -> Any:
        return stated.get(key, inputs.get(key, default))

    precondition = _mapping(stated.get("precondition") or {}, f"step {name}: precondition")
    max_attempts = max(1, _number(option("maxAttempts", 1), f"step {name}: maxAttempts"))
    on_failure = str(option("onFailure", "continue"))
    if on_failure.lower() not in _ON_FAILURE:
        raise _refuse(f"step {name}: onFailure '{on_failure}' is none of exit, successAndExit, Abort, Continue.")
    return DocumentStep(
        name=name,
        action=action,
        inputs=inputs,
        precondition=precondition,
        max_attempts=max_attempts,
        on_failure=_ON_FAILURE[on_failure.lower()],
        on_success_exit=str(option("onSuccess", "")).lower() == "exit",
        is_end=_truth(option("isEnd", False)),
        is_critical=_truth(option("isCritical", True)),
        is_finally=_truth(option("finallyStep", False)),
    )


def _truth(value: Any) -> bool:
    return value is True or str(value).lower() == "true"


def _number(value: Any, where: str) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise _refuse(f"{where} must be a whole number, not '{value}'.") from None
