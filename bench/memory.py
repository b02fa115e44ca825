"""Memory of the real command over 100,000 measurements."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bench import command
from bench.experiments import trivial
from bench.row import Figures, Row, spread
from bench.sitting import Sitting

RATE = 1000
FEW, MANY = 10_000, 100_000
MOST_MIB = 100.0
FLAT = 1.05
KIB = 1024


def run(sitting: Sitting) -> Row:
    """The row."""
    many, few = round(sitting.either(MANY, 500)), round(sitting.either(FEW, 100))
    sitting.asks(
        f"memory of the real command over {many:,} measurements of a trivial probe at {RATE} per second; "
        f"flat: at their end at most {FLAT - 1:.0%} more than after {few:,}",
        f"≤ {MOST_MIB:g} MiB, flat",
    )
    with ThreadPoolExecutor(sitting.rounds) as pool:  # no time is measured here, so that all go at once
        take = partial(sitting.untimed, "chaos verify", partial(_run, many, few))
        found = list(pool.map(lambda _: take(), range(sitting.rounds)))
    peak, early, late = spread(found, "peak MiB"), spread(found, "early MiB"), spread(found, "late MiB")
    missed = max(figures["missed"] for figures in found)
    return sitting.row(
        f"peak, journal and insight included, {peak.tell(' MiB', 1)}; after {few:,} {early.tell(' MiB', 1)}; "
        f"after {many:,} {late.tell(' MiB', 1)}; missed at most {missed:.0f}",
        peak.median <= MOST_MIB and late.median <= FLAT * early.median,
    )


@dataclass
class _Memory:
    """The command's resident memory after some measurements, read from outside while it runs."""

    few: int
    many: int
    early: float = 0.0
    late: float = 0.0
    peak: float = 0.0
    lines: int = 0
    read: int = 0
    record: list[Path] = field(default_factory=list)

    def look(self, pid: int, state: Path) -> None:
        """Take one reading."""
        now, highest = _resident_mib(pid)
        self.peak = max(self.peak, highest)
        self._count(state)
        if self.lines <= self.few:
            self.early = max(self.early, now)
        if self.lines <= self.many:
            self.late = now

    def _count(self, state: Path) -> None:
        # Lines of the record: the measurements and a handful of others.
        self.record = self.record or command.records(state)
        if self.record:
            with self.record[0].open("rb") as file:
                file.seek(self.read)
                new = file.read()
            self.read += len(new)
            self.lines += new.count(b"\n")


def _run(many: int, few: int) -> Figures:
    memory = _Memory(few, many)
    kept = command.verify(trivial(1 / RATE, many / RATE), memory.look)
    return {
        "peak MiB": memory.peak,
        "early MiB": memory.early,
        "late MiB": memory.late,
        "measured": len(kept.begun),
        "missed": kept.missed,
    }


def _resident_mib(pid: int) -> tuple[float, float]:
    """Resident memory now and at its highest; 0 of a process that is over."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    now, highest = (int(fields.get(name, "0 kB").split()[0]) / KIB for name in ("VmRSS", "VmHWM"))
    return now, highest
