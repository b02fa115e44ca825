"""Reports as files: the format follows from the name, and a file is there whole or not at all.

A new format is a module beside this one and its row in `FORMATS`: commands and pages offer what stands there.
Its function is given the insight and the facts of a run. Like every other it must tell the verdict, and how the promise
stands where `facts.standing` says so; `rtk.report.story` has both in words. No text of an experiment may pass for ours
in it.
"""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from secrets import token_hex
from typing import NamedTuple

from rtk.errors import BadInput, CannotRecord
from rtk.insight.facts import Facts
from rtk.insight.shape import Insight


def as_json(insight: Insight, facts: Facts) -> str:
    """The insight as JSON, with how its promise stands; a figure without meaning is null."""
    told = {**insight.as_dict(), "standing": facts.standing or None}
    return json.dumps(told, allow_nan=False, indent=2) + "\n"


class ReportFormat(NamedTuple):
    """A kind of report: what writes it, its media type, and what people call it."""

    writer: str  # "module:function", imported for a report alone: help and pages read this table, too
    media_type: str
    label: str

    def load(self) -> Callable[[Insight, Facts], str]:
        """The function that writes the whole report."""
        module, _, function = self.writer.partition(":")
        found: Callable[[Insight, Facts], str] = getattr(import_module(module), function)
        return found

    def text(self, insight: Insight, facts: Facts) -> str:
        """The whole report."""
        return self.load()(insight, facts)


FORMATS = {
    ".html": ReportFormat("rtk.report.html:html", "text/html", "HTML"),
    ".md": ReportFormat("rtk.report.markdown:markdown", "text/markdown", "Markdown"),
    ".xml": ReportFormat("rtk.report.junit:junit", "application/xml", "JUnit"),
    ".json": ReportFormat(f"{__name__}:as_json", "application/json", "JSON"),
}
_OTHER_NAMES = {".htm": ".html"}


def offered() -> str:
    """The formats within a sentence: `.html, .md (Markdown), .xml (JUnit) or .json`."""
    *others, last = [
        suffix if suffix == f".{form.label.lower()}" else f"{suffix} ({form.label})" for suffix, form in FORMATS.items()
    ]
    return f"{', '.join(others)} or {last}"


def _suffix(place: Path) -> str:
    ending = place.suffix.lower()
    return _OTHER_NAMES.get(ending, ending)


def check_path(path: str | Path) -> Path:
    """The path of a report that can be written there; raises BadInput before anything has begun."""
    place = Path(path)
    if _suffix(place) not in FORMATS:
        known = ", ".join(FORMATS)
        raise BadInput(f"The report {place} has no known format: a name ending in one of {known} was expected.")
    if _is_dir(place):
        raise BadInput(f"The report {place} is a directory: the name of a file was expected.")
    if not _is_dir(place.parent):
        raise BadInput(f"The report {place} cannot be written: there is no directory {place.parent}.")
    if not os.access(place.parent, os.W_OK | os.X_OK):
        raise BadInput(f"The report {place} cannot be written: the directory {place.parent} is not writable.")
    FORMATS[_suffix(place)].load()  # so that a toolkit that is upgraded meanwhile does not fail at the end of a run
    return place


def _is_dir(place: Path) -> bool:
    try:
        return place.is_dir()
    except OSError as error:
        raise BadInput(f"The report {place} cannot be written: {error.strerror}.") from error


def write(path: str | Path, insight: Insight, facts: Facts) -> Path:
    """Write a report in the format its name asks for; raises BadInput or CannotRecord."""
    place = check_path(path)
    text = FORMATS[_suffix(place)].text(insight, facts)
    beside = place.with_name(f".{place.name[:100]}.{token_hex(4)}")  # a reader sees the old file or the new one
    try:
        # 0o666 less the umask, as for any file a command writes.
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
            file.write(text.encode("utf-8", "replace"))
        beside.replace(place)
    except OSError as error:
        raise CannotRecord(f"The report {place} could not be written: {error.strerror or error}.") from error
    finally:
        with suppress(OSError):  # it is gone where it has taken the file's place
            beside.unlink()
    return place
