"""Which activity of the file was played: by a number that stays, whatever a control adds in between.

A control may add activities to the method or to the rollbacks while they are played, to repeat one for instance.
What stands in the file keeps its position as its number; what was added is numbered after that, as it begins.
"""

import threading
from collections.abc import Mapping, Sequence
from typing import Any

Activity = dict[str, Any]


class Numbers:
    """Numbers the activities of one part of an experiment, each once."""

    def __init__(self, activities: Sequence[Activity]) -> None:
        """Take the activities as the file has them, before any control was called."""
        self._left = dict(enumerate(activities))
        self._known = dict(self._left)
        self._next = len(activities)
        self._lock = threading.Lock()

    @classmethod
    def restored(cls, activities: Sequence[Activity], numbers: Sequence[int | None]) -> "Numbers":
        """Return the numbers of a run that died, for activities in the order it had them; None for one not begun."""
        made = cls(())
        made._left = {number: each for number, each in zip(numbers, activities, strict=False) if number is not None}
        made._known = dict(made._left)
        made._next = max(made._known, default=-1) + 1
        return made

    def of(self, activities: Sequence[Activity]) -> list[int | None]:
        """Return the number of each activity, None where it has none yet."""
        with self._lock:
            known = sorted(self._known.items())
        found: list[int | None] = []
        for activity in activities:
            mine = (number for number, each in known if each is activity and number not in found)
            found.append(next(mine, None))
        return found

    def take(self, activity: Activity) -> int:
        """Return the number of an activity that is about to be played."""
        with self._lock:
            # Itself before one that is alike: a file may have the same activity twice.
            same = (number for number, each in self._left.items() if each is activity)
            alike = (number for number, each in self._left.items() if each == activity)
            number = next(same, next(alike, None))
            if number is None:
                number, self._next = self._next, self._next + 1
            self._left.pop(number, None)
            self._known[number] = activity
            return number

    def activity(self, number: int) -> Activity | None:
        """Return the activity of a number; None where it was added in a run that is over."""
        return self._known.get(number)


def added(document: Mapping[str, Any], part: str, number: int, activity: Activity) -> dict[str, Any]:
    """Return what an entry has to say of an activity: itself, unless the file has just that at its number."""
    listed = document.get(part) or []
    return {} if number < len(listed) and listed[number] == activity else {"activity": activity}


def played_of(document: Mapping[str, Any], part: str, entry: Mapping[str, Any]) -> Activity:
    """Return the activity that an entry is about: what it says itself, else the file's at its number."""
    listed, number = document.get(part) or [], int(entry["index"])
    if "activity" in entry:
        return dict(entry["activity"])
    return dict(listed[number]) if number < len(listed) else {"name": entry.get("name")}
