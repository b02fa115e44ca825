"""What is in an experiment, in the words of a verification: what will be measured, what will be done, what it needs."""

import re
import shlex
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from rtk.console import client
from rtk.experiment import needs, packages
from rtk.experiment.refs import written_out
from rtk.report.measured import met_when
from rtk.report.text import capital, plain

_AROUND, _WIDEST = 2, 160
_MOST = 50  # of each kind are listed
_LONG = 160  # characters of a name are shown
# What can be set from a shell, and stands in a command or a file for CI without doing anything else there.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")


class ExperimentActivity(NamedTuple):
    """A probe or an action: its name, what carries it out, and of a probe when it is met."""

    name: str
    carrier: str
    met: str = ""


class SourceLine(NamedTuple):
    """A line of a text that cannot be read: `mark` is what to show below the place, empty for another line."""

    number: int
    text: str
    mark: str = ""


class ExperimentSummary(Struct, frozen=True, dict=True):
    """An experiment, and how its text was mended. A page shows most of it several times: each is found once."""

    document: Mapping[str, Any]
    mended: Sequence[str] = ()

    @cached_property
    def title(self) -> str:
        """The experiment's title, which becomes the verification's name."""
        return str(self.document["title"])

    @cached_property
    def hypothesis(self) -> str:
        """The hypothesis' title, which becomes the objective's name."""
        return str(self.document["steady-state-hypothesis"]["title"])

    @cached_property
    def probes(self) -> list[ExperimentActivity]:
        """What will be measured."""
        probes = self.document["steady-state-hypothesis"]["probes"][:_MOST]
        written = written_out(probes, self.document)
        return [_activity(each)._replace(met=capital(met_when(each))) for each in written]

    @cached_property
    def conditions(self) -> list[ExperimentActivity]:
        """What will be done to the system."""
        return [_activity(each) for each in self.document["method"] if each.get("type") == "action"][:_MOST]

    @cached_property
    def rollbacks(self) -> list[ExperimentActivity]:
        """What undoes it."""
        return [_activity(each) for each in self.document.get("rollbacks") or []][:_MOST]

    @cached_property
    def configuration(self) -> list[str]:
        """The names of its configuration."""
        return [plain(key, _LONG) for key in self.document.get("configuration") or {}][:_MOST]

    @cached_property
    def variables(self) -> list[needs.Variable]:
        """The environment variables that a run reads, each once."""
        found = {each.name: replace(each, name=plain(each.name, _LONG)) for each in needs.environment(self.document)}
        return list(found.values())[:_MOST]

    @cached_property
    def distributions(self) -> tuple[str, ...]:
        """Return the arguments of `pip install`; our own distribution comes from this console or RTK_PACKAGE."""
        return tuple(map(client.requirement, needs.distributions(self.document)))

    @cached_property
    def install(self) -> str:
        """The same as words of a shell."""
        return shlex.join(self.distributions)

    @cached_property
    def unknown_packages(self) -> tuple[str, ...]:
        """Python packages of which it is not known what installs them."""
        return tuple(plain(each, _LONG) for each in packages.unknown(self.document)[:_MOST])

    @cached_property
    def programs(self) -> tuple[str, ...]:
        """Programs that must be there, besides those that pip installs."""
        return tuple(plain(each, _LONG) for each in needs.other_programs(self.document)[:_MOST])

    @cached_property
    def warnings(self) -> list[str]:
        """What its author may want to know before it runs."""
        unset = [each.name for each in self.variables if not _NAME.fullmatch(each.name)]
        hard = [f"No shell can set the environment variable {name!r}: it is left out of the commands" for name in unset]
        mended = [f"{each[:1].upper()}{each[1:]}" for each in self.mended]
        return [plain(each, 3 * _LONG) for each in (*mended, *needs.warnings(self.document), *hard)]

    def needed(self) -> list[needs.Variable]:
        """The variables that must be set and can be."""
        return [each for each in self.variables if each.required and _NAME.fullmatch(each.name)]


def excerpt(text: str, spot: tuple[int, int]) -> list[SourceLine]:
    """The lines of a text around a line, marked below a column of it; of a long one the part around that."""
    line, column = spot
    lines = re.split(r"\r\n|\r|\n", text)
    found = []
    for number in range(max(line - _AROUND, 1), min(line + _AROUND, len(lines)) + 1):
        start = max(column - _WIDEST // 2, 0) if number == line else 0
        shown = lines[number - 1][start : start + _WIDEST].replace("\t", " ")
        mark = " " * max(column - 1 - start, 0) + "^" if number == line and column else ""
        found.append(SourceLine(number, shown, mark))
    return found


def _activity(activity: Mapping[str, Any]) -> ExperimentActivity:
    """An activity with what carries it out. Arguments and addresses stay out, they may hold secrets."""
    provider = activity.get("provider") or {}
    module, func = provider.get("module"), provider.get("func")
    told = f"{module}.{func}" if module else str(provider.get("path") or "")
    carrier = " ".join(part for part in (str(provider.get("type") or ""), told) if part)
    name = activity.get("name") or activity.get("ref") or "without a name"
    return ExperimentActivity(plain(name, _LONG), plain(carrier, _LONG))
