"""Measurements as columns, asked as a whole: a million of them in a fraction of a second, none made an object.

Masks are bytes, one for each measurement: 1 where something holds, else 0.
"""

from array import array
from collections.abc import Callable, Iterator
from itertools import compress, islice
from operator import eq, lt
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from rtk.insight.facts import MissedReason

MET, DEVIATED, MISSED = range(3)  # as `kinds` has them
_FLIPPED = bytes.maketrans(b"\0\1", b"\1\0")


class Columns(Struct, frozen=True):
    """Some measurements in their order: how each came out, when it was due, its value, and why it was missed.

    A value is not a number where there was none. `why` holds 0 where there is no reason, else its place in `reasons`
    and 1. `places` are where the measurements stand among all of the run.
    """

    kinds: bytes
    due: "array[float]"
    values: "array[float]"
    why: bytes
    reasons: "tuple[MissedReason, ...]"
    # A function, since few who ask for columns ask for places, and each would be an object.
    places: Callable[[], Iterator[int]]

    def __len__(self) -> int:
        return len(self.kinds)

    def are(self, kind: int) -> bytes:
        """Return which came out so."""
        return self.kinds.translate(only(kind))

    def missed_for(self, reasons: "frozenset[MissedReason]") -> bytes:
        """Return which were missed for one of these reasons."""
        return self.why.translate(only(*(place + 1 for place, each in enumerate(self.reasons) if each in reasons)))

    def since(self, moment: float) -> "Columns":
        """Return those due from a moment on."""
        return self.of(bytes(map(moment.__le__, self.due)))

    def of(self, mask: bytes) -> "Columns":
        """Return those that a mask names."""
        if 0 not in mask:
            return self
        places = self.places
        begin, end = mask.find(1), mask.rfind(1) + 1
        if mask.count(1) == end - begin > 0:  # those of a phase stand together
            return Columns(
                self.kinds[begin:end],
                self.due[begin:end],
                self.values[begin:end],
                self.why[begin:end],
                self.reasons,
                lambda: islice(places(), begin, end),
            )
        return Columns(
            bytes(compress(self.kinds, mask)),
            array("d", compress(self.due, mask)),
            array("d", compress(self.values, mask)),
            bytes(compress(self.why, mask)),
            self.reasons,
            lambda: compress(places(), mask),
        )

    def place(self, index: int) -> int:
        """Return where among all of the run one of these stands."""
        return next(islice(self.places(), index, None))


def only(*codes: int) -> bytes:
    """Return the table that translates these codes to 1 and all others to 0."""
    return bytes(code in codes for code in range(256))


def both(one: bytes, other: bytes) -> bytes:
    """Return where both masks hold."""
    # As whole numbers: one operation for a million slots.
    return (int.from_bytes(one, "little") & int.from_bytes(other, "little")).to_bytes(len(one), "little")


def but(mask: bytes) -> bytes:
    """Return where a mask does not hold."""
    return mask.translate(_FLIPPED)


def order_of(due: "array[float]", slots: "array[int]") -> "array[int] | None":
    """Return in which order measurements were due, those of one moment by their slots; None where they are in it."""
    if all(map(lt, due, islice(due, 1, None))):  # no two at one moment, each after the one before it
        return None
    order = array("q", sorted(range(len(due)), key=due.__getitem__))
    # By slots only within ties: pairs as keys would be an object for each measurement.
    for begin, end in _tied(array("d", map(due.__getitem__, order))):
        order[begin:end] = array("q", sorted(order[begin:end], key=slots.__getitem__))
    return order


def _tied(ascending: "array[float]") -> Iterator[tuple[int, int]]:
    """From where to where each row of equal ones is."""
    begin = end = 0
    for place in compress(range(1, len(ascending)), map(eq, ascending, islice(ascending, 1, None))):
        if place != end:
            if end:
                yield begin, end
            begin = place - 1
        end = place + 1
    if end:
        yield begin, end
