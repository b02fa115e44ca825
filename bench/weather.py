"""What other processes and the hypervisor took from this machine while something was timed.

Others' CPU time is the busy time of `/proc/stat` less our own, so deliberate burners are ours. Our own is what the
kernel counts in the bench's control group; without one, that of this process and all its descendants (those that are
over count through the one that waited for them). The kernel samples
`/proc/stat` at its ticks, so a trial of a second or less is told only roughly.
"""

import os
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from bench import group

MOST_OTHERS = 0.10
MOST_STEAL = 0.06
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Weather:
    """What others took, in cores: 0.5 is half of one core all the time."""

    seconds: float
    others: float
    steal: float

    @property
    def is_quiet(self) -> bool:
        """Whether a trial under this weather counts."""
        return self.others <= MOST_OTHERS and self.steal <= MOST_STEAL

    def __str__(self) -> str:
        return f"others {self.others:.2f}, steal {self.steal:.2f} core"


class Watch:
    """Watches from when it is made until it is read."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._busy, self._steal = _machine()
        self._ours = _ours()

    def read(self) -> Weather:
        """The weather since the beginning."""
        busy, steal = _machine()
        others = (busy - self._busy) - (_ours() - self._ours)
        seconds = time.monotonic() - self._began
        return Weather(seconds, max(0.0, others) / seconds, (steal - self._steal) / seconds)


def _machine() -> tuple[float, float]:
    """Seconds of all cores' time spent in processes, and stolen, since the machine started."""
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    user, nice, system, _idle, _iowait, _irq, _softirq, steal = (int(field) for field in fields[:8])
    return (user + nice + system) / _TICKS, steal / _TICKS


def _ours() -> float:
    """Seconds of CPU time of this process and of what it started."""
    counted = group.used_s()
    return _descendants() if counted is None else counted


def _descendants() -> float:
    """Seconds of CPU time of this process and its descendants, those waited for included."""
    times, children = dict[int, int](), defaultdict[int, list[int]](list)
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it ended between the two looks
            continue
        children[int(fields[1])].append(int(entry.name))
        times[int(entry.name)] = sum(int(field) for field in fields[11:15])
    total, left = 0, [os.getpid()]
    while left:
        pid = left.pop()
        total += times.get(pid, 0)
        left += children[pid]
    return total / _TICKS
