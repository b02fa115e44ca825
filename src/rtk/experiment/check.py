"""Checking an experiment before anything begins: its shape, its surroundings, the Chaos Toolkit's own rules."""

import copy
import logging
import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chaoslib.activity import ensure_activity_is_valid
from chaoslib.exceptions import ChaosException
from chaoslib.experiment import ensure_experiment_is_valid
from chaoslib.hypothesis import ensure_hypothesis_tolerance_is_valid

from rtk.errors import BadInput
from rtk.experiment import claim, needs, packages, rules, shape
from rtk.experiment.activities import activities
from rtk.experiment.refs import named
from rtk.experiment.wording import at, listed, nearest, one_line, shown

_LOST_CONTROL = "Could not find Python module"

logger = logging.getLogger(__name__)


def check(document: object) -> None:
    """Raise `BadInput`, naming the place, for what could be run nowhere; the command and the console both ask this.

    That is the shape, the references, the Chaos Toolkit's rules and our extensions. What depends on the machine, its
    environment, its modules and its programs, is asked by `validate`.
    """
    shape.experiment(document)
    assert isinstance(document, Mapping)
    known = named(document)  # the Chaos Toolkit finds those of method and hypothesis, and no others
    for place, activity in activities(document):
        if "ref" in activity and activity["ref"] not in known:
            told = f"{place}.ref: there is no activity {shown(activity['ref'])} in method or hypothesis"
            raise BadInput(f"{told}; {nearest(str(activity['ref']), known)}")
    rules.check(document)
    claim.check(document)
    for place, probe in claim.claimed(document):
        shape.probe(probe, place)
        rules.check_probe(probe, place)
    for place, success in claim.successes(document):
        shape.tolerance(success, place)
        rules.check_tolerance(success, place)


def validate(
    document: Mapping[str, Any],
    *,
    config_vars: Mapping[str, Any] | None = None,
    secret_vars: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] = os.environ,
    beside: Iterable[Path] = (),
) -> None:
    """Check the shape, the environment variables, the modules, and the Chaos Toolkit's rules.

    `config_vars` and `secret_vars` are what `--var` and `--var-file` gave: what they replace need not be in the
    environment. `beside` are folders in which modules of one's own may lie. The document is not changed. Raises
    `BadInput`, one sentence.
    """
    check(document)
    given = with_variables(document, config_vars or {}, secret_vars or {})
    _check_environment(given, environ)
    for module, place in packages.modules(given).items():
        if packages.not_installed(module):
            raise BadInput(f"{place}: the module {module} {packages.absence(module, beside)}")
        if error := packages.import_error(module):
            raise BadInput(f"{place}: the module {module} cannot be imported, {packages.failure(error)}")
    _check_controls(given, beside)
    try:
        with warnings.catch_warnings(), _unsaid(_LOST_CONTROL):  # the Chaos Toolkit logs what it deprecates as well
            warnings.simplefilter("ignore", DeprecationWarning)
            ensure_experiment_is_valid(given)
            for _, probe in claim.claimed(given):
                ensure_activity_is_valid(probe)
                ensure_hypothesis_tolerance_is_valid(probe["tolerance"])
            for _, success in claim.successes(given):
                ensure_hypothesis_tolerance_is_valid(success)
    except ChaosException as error:
        raise _refusal(given, one_line(error)) from None
    except (Exception, SystemExit) as error:  # it imports and calls code of others
        logger.debug("validation failed", exc_info=True)
        raise _refusal(given, f"it cannot be validated: {type(error).__name__}, {one_line(error)}") from None


def _check_controls(document: Mapping[str, Any], beside: Iterable[Path]) -> None:
    """Say which controls are not applied, and why: as the Chaos Toolkit does, a run goes on without them."""
    for module, place in packages.control_modules(document).items():
        if packages.not_installed(module):
            told = packages.absence(module, beside)
        elif error := packages.import_error(module):
            told = f"cannot be imported, {packages.failure(error)}"
            if not isinstance(error, ImportError):  # which is the one that the Chaos Toolkit passes over
                raise BadInput(f"{place}: the module {module} {told}")
        else:
            continue
        logger.warning(f"{place}: the module {module} {told}. The control is not applied")


@contextmanager
def _unsaid(beginning: str) -> Iterator[None]:
    """Keep back what the Chaos Toolkit logs that begins so, because it was said better."""

    def is_said(record: logging.LogRecord) -> bool:
        return not record.getMessage().startswith(beginning)

    theirs = logging.getLogger("chaostoolkit")
    theirs.addFilter(is_said)
    try:
        yield
    finally:
        theirs.removeFilter(is_said)


def _refusal(document: Mapping[str, Any], told: str) -> BadInput:
    """Return the refusal with the place of the first activity that is refused by itself, if one is."""
    for place, rule, value in _rules(document):
        try:
            rule(value)
        except (Exception, SystemExit):  # noqa: BLE001 - as above, whatever that code raises
            return BadInput.at(place, told)
    return BadInput.at("the experiment", told)


def _rules(document: Mapping[str, Any]) -> Iterator[tuple[str, Callable[[Any], None], Any]]:
    """The Chaos Toolkit's rules for the parts of a document, each with its place and what it is for."""
    for place, activity in (*activities(document), *claim.claimed(document)):
        yield place, ensure_activity_is_valid, activity
        if "tolerance" in activity:
            yield at(place, "tolerance"), ensure_hypothesis_tolerance_is_valid, activity["tolerance"]
    for place, success in claim.successes(document):
        yield place, ensure_hypothesis_tolerance_is_valid, success
    for key, value in (document.get("configuration") or {}).items():
        if isinstance(value, Mapping) and value.get("type") == "probe":
            yield at("configuration", key), ensure_activity_is_valid, {"name": key, **value}


def with_variables(
    document: Mapping[str, Any], config_vars: Mapping[str, Any], secret_vars: Mapping[str, Any]
) -> dict[str, Any]:
    """A deep copy in which configuration and secrets have the given values, as the Chaos Toolkit resolves them."""
    given = copy.deepcopy(dict(document))
    configuration = given.get("configuration", {})
    configuration.update({key: copy.deepcopy(v) for key, v in config_vars.items() if key in configuration})
    secrets = given.get("secrets", {})
    # What replaces a secret's target is used as it is: nothing of it is looked up in the environment.
    secrets.update({target: {} for target in secret_vars if target in secrets})
    return given


def _check_environment(document: Mapping[str, Any], environ: Mapping[str, str]) -> None:
    absent = needs.missing(document, environ)
    if not absent:
        return
    names = list(dict.fromkeys(each.name for each in absent))
    options = [f"--var {each.option}=…" for each in absent if each.option]
    exports = " ".join(f"{name}=…" for name in names)
    word = "variable" if len(names) == 1 else "variables"
    verb = "is" if len(names) == 1 else "are"
    otherwise = f", or give {' '.join(options)}" if len(options) == len(absent) else ""
    raise BadInput(
        f"the environment {word} {listed(names)} {verb} not set "
        f"({listed([each.place for each in absent])}): export {exports}{otherwise}"
    )
