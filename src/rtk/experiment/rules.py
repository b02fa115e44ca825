"""The Chaos Toolkit's own rules for an experiment, as far as they hold wherever it is run.

Its validation imports the modules that a file names, and looks for its programs. Here each of them stands for one that
is there, so that a file is judged alike on a console that has none of them, and no code of anybody is imported.
"""

import io
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, redirect_stderr
from typing import Any

from chaoslib.activity import ensure_activity_is_valid
from chaoslib.control import validate_controls
from chaoslib.exceptions import ChaosException
from chaoslib.hypothesis import ensure_hypothesis_tolerance_is_valid

from rtk.errors import BadInput
from rtk.experiment.activities import activities
from rtk.experiment.wording import at, one_line

_STANDS_IN = {"module": "rtk.experiment.rules", "func": "anything"}
# So the parser of JSON paths begins its complaints; what others write at that moment is passed on.
_OF_PARSER = re.compile(r"line \d+:\d+ ")
_ALONE = threading.Lock()  # the console checks in several threads, and there is one standard error


def anything(**_: Any) -> None:
    """Stand for any function of a module that is not looked at."""


def check(document: Mapping[str, Any]) -> None:
    """Raise `BadInput`, naming the place, where the Chaos Toolkit would refuse a file of the right shape anywhere."""
    whole = _stood_in(document)
    for place, activity in activities(whole):
        _refused(place, ensure_activity_is_valid, activity)
        if "tolerance" in activity:
            check_tolerance(activity["tolerance"], at(place, "tolerance"))
    _refused("controls", validate_controls, whole)


def check_probe(probe: Mapping[str, Any], place: str) -> None:
    """The same for one probe with its tolerance."""
    _refused(place, ensure_activity_is_valid, _stood_in(probe))
    check_tolerance(probe["tolerance"], at(place, "tolerance"))


def check_tolerance(tolerance: Any, place: str) -> None:
    """The same for a tolerance, or for what an activity declares to be its success."""
    parses = isinstance(tolerance, Mapping) and tolerance.get("type") == "jsonpath"
    with _quiet() if parses else nullcontext():
        _refused(place, ensure_hypothesis_tolerance_is_valid, _stood_in(tolerance))


@contextmanager
def _quiet() -> Iterator[None]:
    """Drop what the parser of JSON paths prints of a mistake, in its own words, before it raises."""
    said = io.StringIO()
    with _ALONE:
        try:
            with redirect_stderr(said):
                yield
        finally:
            lines = said.getvalue().splitlines(keepends=True)
            sys.stderr.write("".join(line for line in lines if not _OF_PARSER.match(line)))


def _refused(place: str, rule: Any, of: Any) -> None:
    try:
        rule(of)
    except ChaosException as error:
        raise BadInput.at(place, f"{one_line(error)}") from None
    except Exception as error:  # noqa: BLE001 - it takes kinds for granted where no shape was asked for
        raise BadInput.at(place, f"it cannot be validated: {type(error).__name__}, {one_line(error)}") from None


def _stood_in(value: Any) -> Any:
    """A copy in which what depends on a machine is there: every module, every program."""
    if isinstance(value, list):
        return [_stood_in(each) for each in value]
    if not isinstance(value, Mapping):
        return value
    copied = {key: _stood_in(each) for key, each in value.items()}
    provider = copied.get("provider")
    if isinstance(provider, dict):
        if provider.get("type") == "python" and provider.get("module"):
            provider.update(_STANDS_IN if "func" in provider else {"module": _STANDS_IN["module"]})
        elif provider.get("type") == "process" and provider.get("path"):
            provider["path"] = sys.executable
    return copied
