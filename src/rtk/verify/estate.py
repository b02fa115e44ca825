"""What a run leaves to whoever undoes it: experiment, configuration, secrets and settings, as they are at the moment.

It travels in parts, each pickled by itself: a part that cannot be handed over is left out and named, and whoever opens
it knows where the run finds its modules before it unpickles anything that needs them.
"""

import logging
import pickle
import sys
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from rtk import helper
from rtk.verify.guardian_process import Heard
from rtk.verify.record import Entry, entry_of
from rtk.verify.toolkit import Toolkit

RETRIES = 3  # how often it is packed anew when somebody changes it meanwhile
PARTS = ("document", "experiment", "settings", "configuration", "secrets")

logger = logging.getLogger(__name__)


class Packing:
    """Packs the estate of a run, as often as it is asked for."""

    def __init__(self, toolkit: Toolkit, publish: dict[str, Any] | None) -> None:
        """`publish` is where the run is published, None where it is not."""
        self._toolkit = toolkit
        self._publish = publish
        self._named: set[str] = set()
        self._last = b""

    def __call__(self) -> bytes:
        """Return it as bytes; what cannot be handed over is left out and said, once."""
        toolkit = self._toolkit
        for _ in range(RETRIES):
            lost: list[str] = []
            try:
                parts = {(key, ""): _pickled(getattr(toolkit, key), key, lost) for key in PARTS[:3]}
                # Value by value: one that cannot be handed over takes no other with it.
                for part in PARTS[3:]:
                    of = dict(getattr(toolkit, part)).items()
                    parts |= {(part, key): _pickled(value, f"{part}.{key}", lost) for key, value in of}
                numbers = {part: each.of(toolkit.experiment.get(part) or []) for part, each in toolkit.numbers.items()}
                for name in filter(lambda name: name not in self._named, lost):
                    self._named.add(name)
                    logger.warning(f"{name} cannot be handed to the guardian: a rollback that it plays goes without it")
                outer = {"path": list(sys.path), "replaced": helper.replaced(), "publish": self._publish}
                self._last = pickle.dumps({**outer, "numbers": numbers, "pickled": parts, "lost": lost})
            except RuntimeError:  # somebody is changing it just now; as it was will do until the next time
                continue
            break
        return self._last


def _pickled(value: Any, name: str, lost: list[str]) -> bytes:
    try:
        return pickle.dumps(value)
    except Exception as error:  # whatever a value raises that does not want to be pickled
        # A RuntimeError says that it changed while it was read, but for one that says that it is too deep.
        if isinstance(error, RuntimeError) and not isinstance(error, RecursionError):
            raise
        return pickle.dumps(_portable(value, name, lost))


def _portable(value: Any, name: str, lost: list[str]) -> Any:
    """What of a value can be handed over; the names of what cannot are added to `lost`."""
    try:
        pickle.dumps(value)
    except Exception as error:  # noqa: BLE001 - as above
        if isinstance(value, dict) and not isinstance(error, RecursionError):
            found = {key: _portable(item, f"{name}.{key}", lost) for key, item in value.items()}
            return {key: item for key, item in found.items() if item is not None or value[key] is None}
        if isinstance(value, list | tuple) and not isinstance(error, RecursionError):
            return [_portable(item, f"{name}[{number}]", lost) for number, item in enumerate(value)]
        lost.append(f"{name} (a value of type {type(value).__name__})")
        return None
    return value


@dataclass
class Estate:
    """An estate as it was received.

    `news` are the entries of the run's record that its guardian was told; `lost` names what did not come over. The run
    has said so too, but a run that is killed may take its last lines with it.
    """

    path: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    publish: dict[str, Any] | None = None
    numbers: dict[str, list[int | None]] = field(default_factory=dict)
    pickled: dict[tuple[str, str], bytes] = field(default_factory=dict)
    news: list[Entry] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    @cached_property
    def _opened(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {part: {} for part in PARTS}
        for (part, key), data in self.pickled.items():
            try:
                value = pickle.loads(data)  # noqa: S301 - from the run's own pipe
            except Exception as error:  # noqa: BLE001 - a value whose class is not to be found here
                self.lost.append(f"{part}.{key} ({type(error).__name__})".replace(". ", " "))
                continue
            found[part] |= {key: value} if key else value or {}
        return found

    def parts(self) -> dict[str, dict[str, Any]]:
        """Return what came over, by the names in PARTS; names of what did not are in `lost` then."""
        return self._opened

    @property
    def is_there(self) -> bool:
        """Whether an experiment came over that can be made ready again."""
        return "title" in self._opened["document"]

    def toolkit(self) -> Toolkit:
        """Return the experiment made ready again, as it was when the run last told."""
        found = self._opened
        toolkit = Toolkit(found["document"], found["settings"], resolved=(found["configuration"], found["secrets"]))
        if found["experiment"]:
            toolkit.go_on_with(found["experiment"], self.numbers)
        return toolkit


def received(data: bytes) -> Estate:
    """Return what a guardian handed on."""
    heard = Heard()
    heard.hear(data)
    news = [entry for entry in map(entry_of, heard.news) if entry]
    if not heard.kept:
        return Estate(news=news)
    return Estate(**pickle.loads(heard.kept), news=news)  # noqa: S301 - from the run's own pipe
