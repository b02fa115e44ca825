"""A criterion in words: the one place where a tolerance becomes a sentence."""

from collections.abc import Callable, Mapping
from typing import Any

from rtk.experiment.criterion import Criterion, Never, Rule, Subject, criterion_of
from rtk.experiment.quantity import finite
from rtk.experiment.wording import compact, listed
from rtk.figures import chosen_number

_DOES = {Subject.TIME: "the response takes", Subject.EXIT_CODE: "it exits with"}
_IT = {Subject.TIME: "the response", Subject.STATUS: "the status", Subject.EXIT_CODE: "the exit code"}
_PARTS = {"stdout": "its output", "stderr": "its error output", "body": "the body", "headers": "the headers"}
_COUNTS = {"0": "nothing", "1": "exactly 1 value"}
_WHOLES = {
    Subject.ANSWER: "an HTTP answer",
    Subject.TIMES: "an HTTP answer",
    Subject.PROCESS: "the result of a process",
}
_NEVER: dict[Never, Callable[[Criterion], str]] = {
    Never.WHOLE_IS_NO_VALUE: lambda c: (
        f"{_WHOLES[c.subject]} is never {compact(c.given)}; give a number to judge its "
        f"{'exit code' if c.subject == Subject.PROCESS else 'status'}"
    ),
    Never.WHOLE_IS_NO_NUMBER: lambda c: (
        f'a range judges numbers, and {_WHOLES[c.subject]} is not one; give it a "target" such as "status"'
    ),
    Never.WHOLE_IS_NO_TEXT: lambda c: (
        f'a pattern judges text, and {_WHOLES[c.subject]} is not text; give it a "target" such as '
        f'"{"stdout" if c.subject == Subject.PROCESS else "body"}"'
    ),
    Never.NO_CHOICE: lambda _: "the list of what is good is empty",
    Never.UPSIDE_DOWN: lambda c: f"the range from {compact(c.lower)} to {compact(c.upper)} is empty",
    Never.UNKNOWN: lambda c: f"the Chaos Toolkit knows no tolerance of the type {compact(c.given)}",
}


def met_when(probe: Mapping[str, Any]) -> str:
    """When a probe is met: "met when the status is 200", or "never met: …" where nothing can be.

    Texts of the file stand in it as they are: whoever shows it makes them harmless.
    """
    criterion = criterion_of(probe)
    if criterion.never:
        return f"never met: {_NEVER[criterion.never](criterion)}"
    return f"met when {_RULES[criterion.rule](criterion)}"


def never_met(probe: Mapping[str, Any]) -> str | None:
    """Why a probe can never be met; None where it can."""
    criterion = criterion_of(probe)
    return _NEVER[criterion.never](criterion) if criterion.never else None


def _returns(c: Criterion) -> str:
    """A tolerance of somebody's own: its function with its arguments."""
    provider = c.provider or {}
    given = provider.get("arguments")
    arguments = given.items() if isinstance(given, Mapping) else ()
    told = ", ".join(f"{name} {_plain(value)}" for name, value in arguments if name != "value")
    return f"{provider.get('func') or 'a probe'}{f' ({told})' if told else ''} says so"


_RULES: dict[Rule, Callable[[Criterion], str]] = {
    Rule.EQUALS: lambda c: _does(c, f"exactly {_time(c.given)}" if c.subject == Subject.TIME else _plain(c.given)),
    Rule.BETWEEN: lambda c: _does(c, f"a code {_ends(c)}" if c.subject == Subject.EXIT_CODE else _ends(c)),
    Rule.ONE_OF: lambda c: _does(
        c,
        listed([*map(compact, c.given[:10]), *(["others"] if len(c.given) > 10 else [])], "or")
        + (" ms" if c.subject == Subject.TIME else ""),
    ),
    Rule.MATCHES: lambda c: f"{_it(c)} matches {compact(c.path)}",
    Rule.FINDS: lambda c: f"it finds something at {c.path}{_in(c)}",
    Rule.FINDS_COUNT: lambda c: (
        f"it finds {_COUNTS.get(told := compact(c.given), f'exactly {told} values')} at {c.path}{_in(c)}"
    ),
    Rule.FINDS_VALUES: lambda c: (
        f"it finds exactly {compact(c.given)}, in this order, at {c.path}{_in(c)}"
        if len(c.given) > 1
        else f"it finds {f'{compact(c.given[0])} and nothing else' if c.given else 'nothing'} at {c.path}{_in(c)}"
    ),
    Rule.RETURNS: _returns,
    Rule.SAMPLES: lambda c: f"every sample is {_ends(c)}",
    Rule.RUNS: lambda c: f"{(c.provider or {}).get('path') or 'a process'} runs to its end, whatever its exit code",
    Rule.ANSWERS: lambda c: f"{(c.provider or {}).get('url') or 'a request'} is answered, whatever the status",
}


def _does(c: Criterion, told: str) -> str:
    return f"{_DOES.get(c.subject) or f'{_it(c)} is'} {told}"


def _it(c: Criterion) -> str:
    if c.subject == Subject.PART:
        return _PARTS.get(c.part, f"its {compact(c.part)}")
    return _IT.get(c.subject, "it")


def _in(c: Criterion) -> str:
    return f" in {_it(c)}" if c.subject == Subject.PART else ""


def _ends(c: Criterion) -> str:
    tell = _time if c.subject == Subject.TIME else _plain
    if c.lower is None and c.upper is not None:
        return f"at most {tell(c.upper)}"
    if c.upper is None and c.lower is not None:
        return f"at least {tell(c.lower)}"
    return f"from {_plain(c.lower)} to {tell(c.upper)}"


def _time(value: Any) -> str:
    known = finite(value)
    return f"{_plain(value)} ms" if known is None else chosen_number(known, "ms")


def _plain(value: Any) -> str:
    """A value as it is written; a variable that is filled in without quotes."""
    return value if isinstance(value, str) and value.startswith("${") else compact(value)
