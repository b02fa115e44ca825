"""Publishing a journal: that of `chaos run` as an execution, that of `chaos verify` as the record it was made from."""

import json
import os
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from rtk.errors import BadInput
from rtk.experiment.block import NAME, block_in
from rtk.publish import legacy_api
from rtk.publish.console import Console
from rtk.publish.pending_sender import PendingSender
from rtk.publish.spool import Kept, deliver, settle
from rtk.verify.places import SUFFIX, record_path
from rtk.verify.record import Entry, Recorded, line_of
from rtk.verify.redact import redactor_of


def publish(path: Path, sender: PendingSender, settings: Mapping[str, Any], as_new: bool = False) -> str:
    """Publish a journal or a run record, again if it was before: then it is updated. The page it is on.

    A run is published `as_new` under a verification that the console does not know yet.

    Raises `BadInput` for anything else, `ConsoleRefused` or `NoAnswer`.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}; expected a journal or a run record") from None
    if data.lstrip()[:1] != b"{":
        Recorded(path)  # says so when it is none
        return sender.record(path, again=True, as_new=as_new)
    journal = _whole(data, path)
    blocks = journal.get("extensions")
    ours = [b for b in blocks if isinstance(b, dict) and b.get("name") == "rtk"] if isinstance(blocks, list) else []
    block = next(iter(ours), None)
    if block is None and as_new:
        raise BadInput(f"{path} is a journal of chaos run: --as-new is for runs of chaos verify")
    if block is None:
        return _execution(journal, sender, settings, path)
    kept = record_path(_run_of(block, path))
    if kept.exists():
        return sender.record(kept, again=True, as_new=as_new)
    return _as_record(journal, block, sender, path, as_new)


def _whole(data: bytes, path: Path) -> dict[str, Any]:
    with suppress(ValueError, RecursionError):
        journal = json.loads(data)
        if isinstance(journal, dict) and isinstance(journal.get("experiment"), dict) and "status" in journal:
            return journal
    raise BadInput(f"{path} is not a whole journal: expected what chaos run or chaos verify wrote, or a run record")


def _execution(journal: dict[str, Any], sender: PendingSender, settings: Mapping[str, Any], path: Path) -> str:
    redact = redactor_of(journal["experiment"], settings)
    block = block_in(journal) or block_in(journal["experiment"])
    kept = Kept(
        sender.where.url,
        redact.within(journal),
        experiment_id=str(block.get("experiment_id") or ""),
        execution_id=str(block.get("execution_id") or ""),
    )
    page = sender.patiently_with(lambda console: _told(kept, console))
    if (kept.experiment_id, kept.execution_id) != (block.get("experiment_id"), block.get("execution_id")):
        # What the console knows it by is written into the journal, so that publishing it again updates that.
        others = [each for each in journal.get("extensions") or [] if each.get("name") != NAME]
        ids = {"name": NAME, "execution_id": kept.execution_id, "experiment_id": kept.experiment_id}
        part = path.with_name(f".{path.name}.{os.getpid()}")
        with suppress(OSError):  # a journal that cannot be written to is published all the same
            part.write_text(json.dumps({**journal, "extensions": [*others, ids]}, indent=2), encoding="utf-8")
            part.replace(path)
    return page


def _told(kept: Kept, console: Console) -> str:
    """Where an execution is; one that the console does not know, of another team for instance, becomes a new one."""
    if kept.execution_id and kept.experiment_id and not kept.team:
        settled = Kept(kept.url, kept.journal, experiment_id=kept.experiment_id)
        settle(settled, console)
        kept.organization, kept.team = settled.organization, settled.team
        if not legacy_api.is_known(console, kept.experiment_id, kept.execution_id):
            kept.experiment_id = kept.execution_id = ""
    return deliver(kept, console)


def _as_record(journal: dict[str, Any], block: dict[str, Any], sender: PendingSender, path: Path, as_new: bool) -> str:
    """Publish from a record made anew of the journal, where the run's own is gone."""
    with tempfile.TemporaryDirectory() as directory:
        record = Path(directory) / f"{_run_of(block, path)}{SUFFIX}"
        try:
            record.write_bytes(b"".join(line_of(entry) for entry in entries_of(journal, block)))
        except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError):
            raise _damaged(path) from None
        return sender.record(record, remade=True, as_new=as_new)


def _run_of(block: dict[str, Any], path: Path) -> str:
    """The id of a journal's run: the name of its record, so nothing but an id will do. Raises `BadInput`."""
    try:
        return str(uuid.UUID(str(block.get("run"))))
    except ValueError:
        raise _damaged(path) from None


def _damaged(path: Path) -> BadInput:
    return BadInput(f"{path}: its block named rtk is damaged, expected what chaos verify wrote")


def entries_of(journal: dict[str, Any], block: dict[str, Any]) -> Iterator[Entry]:
    """The entries of a record, made of a journal: its story and measurements in the order of time."""
    head = {"t": 0.0, "kind": "run", **{k: v for k, v in block.items() if k not in ("name", "story", "insight")}}
    entries = list(_story(journal, block))
    for which in ("before", "after"):
        if state := journal["steady_states"].get(which):
            at = 0.0 if which == "before" else float(journal["duration"])
            told = {"which": which, "met": state["steady_state_met"], "probes": _probes(state)}
            entries.append({"t": at, "kind": "hypothesis", **told})
    for state in journal["steady_states"]["during"]:
        slot = state["rtk"]
        times = [each for each in (slot["ended"], slot["started"], slot["due"]) if each is not None]
        entries.append({"t": times[0], "kind": "measurement", **slot, "probes": _probes(state)})
    last = max((entry["t"] for entry in entries), default=0.0)
    ends = [entry for entry in entries if entry["kind"] == "end"]
    others = sorted((entry for entry in entries if entry["kind"] != "end"), key=lambda entry: entry["t"])
    if ends:
        end = {**ends[0], "t": max(last, ends[0]["t"])}
    else:  # the run broke off
        status, deviated = journal["status"], bool(journal["deviated"])
        end = {"t": last, "kind": "end", "status": status, "deviated": deviated, "stopped": None}
    for number, entry in enumerate([{**head, "experiment": journal["experiment"], "configuration": {}}, *others, end]):
        yield {"n": number, **entry}


def _story(journal: dict[str, Any], block: dict[str, Any]) -> Iterator[Entry]:
    played = {"run": list(journal["run"]), "rollbacks": list(journal["rollbacks"])}
    for entry in block["story"]:
        if entry["kind"] == "activity":
            runs = played["rollbacks" if entry["role"] == "rollback" else "run"]
            run = runs.pop(0) if runs else {}
            entry = {**entry, "run": {key: value for key, value in run.items() if key != "activity"}}  # noqa: PLW2901
        yield entry


def _probes(state: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for run in state["probes"]:
        kept = {key: value for key, value in run.items() if key != "activity"}
        if isinstance(kept.get("exception"), list):
            kept["exception"] = "".join(kept["exception"]).strip()
        found.append(kept | {key: datetime.fromisoformat(run[key]).timestamp() for key in ("start", "end")})
    return found
