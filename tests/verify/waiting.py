"""A time that passes only while somebody sleeps, for those that wait for another process."""

LONGEST_S = 60.0  # more than anybody here waits


class Waiting:
    """Stands for `time`: however briefly somebody sleeps, so many seconds pass."""

    def __init__(self, step: float) -> None:
        self.waited = 0.0
        self.slept: list[float] = []
        self._step = step

    def monotonic(self) -> float:
        return 1000.0 + self.waited

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.waited += self._step
        assert self.waited < LONGEST_S, "it waits for ever"
