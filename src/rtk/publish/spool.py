"""Executions of `chaos run` that the console does not have yet, kept beside the run records until it does."""

import json
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rtk.experiment.block import block_in
from rtk.publish import legacy_api
from rtk.publish.console import Console, ConsoleRefused, settled
from rtk.verify.record import keep_name

SUFFIX = ".execution"
ASIDE = ".refused"


@dataclass
class Kept:
    """An execution on its way: redacted already. Ids are empty as long as the console has given none.

    `key` is what it is called until then, by which the console knows it again when its answer was lost.
    """

    url: str
    journal: dict[str, Any]
    organization: str = ""
    team: str = ""
    experiment_id: str = ""
    execution_id: str = ""
    page: str = ""
    key: str = field(default_factory=lambda: str(uuid.uuid4()))


def keep(path: Path, kept: Kept, sync: Callable[[int], None] = os.fsync) -> None:
    """Write it durably for its owner's eyes only, all of it or none. Raises `OSError`."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(kept), file)
        file.flush()
        # Before it gets its name: else a power failure could leave an empty file under it.
        sync(file.fileno())
    part.replace(path)
    keep_name(path.parent, sync)


def read(path: Path) -> Kept | None:
    """What was kept, None where that is damaged."""
    try:
        return Kept(**json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def waiting(directory: Path, url: str) -> Iterator[Path]:
    """What is kept for the console at `url`, oldest first."""
    for path in sorted(directory.glob(f"*{SUFFIX}")):
        kept = read(path)
        if kept and kept.url == url:
            yield path


def send(path: Path, console: Console) -> bool:
    """Send what is kept there and drop it; true. May be called again after any failure: nothing is told twice."""
    kept = read(path)
    if kept is None and not path.exists():  # another process has sent it meanwhile
        return True
    if kept is None:
        raise ConsoleRefused(f"{path} is damaged", 0)
    deliver(kept, console, lambda: keep(path, kept))
    with suppress(FileNotFoundError):
        path.unlink()
    return True


def set_aside(path: Path) -> Path:
    """Keep what no console will take where nobody sends it again; where that is."""
    aside = path.with_suffix(ASIDE)
    with suppress(OSError):
        path.replace(aside)
    return aside


def settle(kept: Kept, console: Console, note: Callable[[], None] = lambda: None) -> None:
    """Find out to which team and experiment an execution belongs. Raises `ConsoleRefused` and `NoAnswer`."""
    if kept.team:
        console.where = console.where.in_team({"id": kept.organization}, {"id": kept.team})
    else:
        console.where = settled(console, block_in(kept.journal["experiment"]).get("team_id"))
        kept.organization, kept.team = console.where.organization, console.where.team
    if not kept.experiment_id:
        legacy_api.named(kept.journal["experiment"], kept.team)
        kept.experiment_id = legacy_api.tell_experiment(console, kept.journal["experiment"])
        note()


def deliver(kept: Kept, console: Console, note: Callable[[], None] = lambda: None) -> str:
    """Bring an execution to where it belongs; its page. `note` is called when more is known of it than before."""
    settle(kept, console, note)
    if not kept.execution_id:
        kept.execution_id, kept.page = legacy_api.create(console, kept.experiment_id, kept.journal, kept.key)
        note()
    return legacy_api.update(console, kept.experiment_id, kept.execution_id, kept.journal) or kept.page
