"""A run record of the right shape, written by hand so that publishing can be tested without a run."""

from pathlib import Path
from typing import Any

from msgspec import to_builtins

from rtk.experiment.plan import Plan
from rtk.verify.places import new_run_id
from rtk.verify.record import Record
from tests.publish.home import experiment


class Writer:
    """Writes a record as a run would, entry by entry."""

    def __init__(self, directory: Path, version: int = 1, **more: Any) -> None:
        self.run = new_run_id(1_800_000_000.0)
        self.path = directory / f"{self.run}.record"
        self.time = 0.0
        self.record = Record(self.path, lambda: self.time)
        self.record.append(
            "run",
            version=version,
            run=self.run,
            at=1_800_000_000.0,
            monotonic=1.0,
            title="A run by hand",
            source=str(directory / "verification.json"),
            directory=str(directory),
            pid=1,
            plan=to_builtins(Plan(0.1, 1.0)),
            threshold={"lower": None, "upper": 500.0, "unit": "ms"},
            charted=0,
            rollback_strategy="always",
            experiment=experiment(),
            configuration={},
            kept={"journal": "journal.json", "reports": [], "var_files": []},
            boot="",
            command="",
            client={"rtk": "0", "chaoslib": "1", "platform": "p", "node": "n"},
            **more,
        )
        self.record.append("phase", phase="conditions", state="started", planned=10)
        self.slot = 0

    def measure(self, count: int = 1, **more: Any) -> None:
        for _ in range(count):
            self.time = due = self.slot * 0.1
            fields: dict[str, Any] = {
                "due": due,
                "started": due,
                "ended": due + 0.01,
                "value": 10.0,
                "reason": None,
                "probes": [],
            }
            fields |= {"outcome": "met"} | more
            self.record.append("measurement", phase="conditions", slot=self.slot, **fields)
            self.slot += 1

    def end(self) -> Path:
        self.time += 0.1
        self.record.append("phase", phase="conditions", state="ended", planned=self.slot)
        self.record.append("end", status="completed", deviated=False, stopped=None, signal=None, invalid=None)
        self.record.close()
        return self.path


def finished(directory: Path, measurements: int = 10, version: int = 1) -> Path:
    """A whole record."""
    writer = Writer(directory, version)
    writer.measure(measurements)
    return writer.end()


def lines(record: Path) -> list[bytes]:
    return record.read_bytes().splitlines(keepends=True)
