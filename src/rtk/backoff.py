"""Growing pauses between tries."""

from dataclasses import dataclass

_MOST = 30  # tries after which a pause is the longest, whatever the factor


@dataclass(frozen=True, slots=True)
class Backoff:
    """Pauses in seconds: `first_s`, then `factor` times as long each time, never longer than `longest_s`."""

    first_s: float
    factor: float
    longest_s: float

    def pause(self, tries: int) -> float:
        """Return the pause in seconds after `tries` earlier pauses: `first_s` after none."""
        return min(self.first_s * self.factor ** min(tries, _MOST), self.longest_s)
