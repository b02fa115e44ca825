"""When rollbacks are played, and where that is said: the experiment's `runtime` block, the settings, an option."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from rtk.errors import BadInput
from rtk.experiment.wording import at, closest, listed, nearest, shown


class Strategy(StrEnum):
    """When rollbacks are played, in the Chaos Toolkit's words."""

    ALWAYS = "always"
    DEFAULT = "default"  # unless the run failed or was interrupted
    DEVIATED = "deviated"
    NEVER = "never"


_HYPOTHESIS = (
    "default",
    "before-method-only",
    "after-method-only",
    "during-method-only",
    "continuously",
    "skip",
)
DRY = ("probes", "actions", "activities", "pause")


def strategy(value: object, place: str) -> None:
    """Raise `BadInput` for what is no strategy."""
    if value not in list(Strategy):
        known = listed((f'"{each}"' for each in Strategy), "or")
        raise BadInput.at(place, f"expected {known}, not {shown(value)}")


def hypothesis_strategy(value: object, place: str) -> None:
    """Raise `BadInput` for what is no strategy of the hypothesis, in the Chaos Toolkit's words."""
    if value not in _HYPOTHESIS:
        raise BadInput.at(place, f"expected {listed((shown(each) for each in _HYPOTHESIS), 'or')}, not {shown(value)}")


def dry(value: object, place: str) -> None:
    """Raise `BadInput` for what names nothing that `dry` could hold back, in the Chaos Toolkit's words."""
    if value and value not in DRY:
        raise BadInput.at(place, f"expected {listed((shown(each) for each in DRY), 'or')}, not {shown(value)}")


def strategy_in(holder: Mapping[str, Any], where: str = "") -> Strategy | None:
    """Return the strategy that a document or the settings name; None where they name none. Raises `BadInput`."""
    block: Any = holder
    for key, known in (("runtime", ("hypothesis", "rollbacks")), ("rollbacks", ("strategy",))):
        block, where = (block.get(key) if isinstance(block, Mapping) else None), at(where, key)
        if block is None:
            return None
        if not isinstance(block, Mapping):
            raise BadInput.at(where, f"expected a mapping, not {shown(block)}")
        for each in block:  # one that is nearly ours would be passed over in silence, and rollbacks be played unwanted
            if each not in known and closest(str(each), known):
                raise BadInput.at(at(where, str(each)), f"unknown, {nearest(str(each), known)}")
    if block.get("strategy") is None:
        return None
    strategy(block["strategy"], at(where, "strategy"))
    return Strategy(block["strategy"])
