"""A declared secret of any type, written in any way, is in no file, log, table, payload or line of a run."""

import base64
import json
import logging
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from rich.console import Console as Terminal

from rtk.cli.finalization import finish
from rtk.cli.logs import Logs
from rtk.cli.masks import Masks
from rtk.cli.run_output import tell
from rtk.clock import SystemClock
from rtk.experiment.plan import Plan
from rtk.insight.stops import StopCause, Stopping
from rtk.publish import spool
from rtk.publish.console import Console
from rtk.publish.destination import Destination
from rtk.publish.execution import ExecutionPublisher
from rtk.publish.pending_sender import PendingSender
from rtk.report.live import Picture
from rtk.report.screen import screen
from rtk.report.write import FORMATS
from rtk.verify.facts import facts_of
from rtk.verify.places import new_run_id
from rtk.verify.progress import Progress
from rtk.verify.record import Record, Recorded
from rtk.verify.recovery import recover, remains
from rtk.verify.run import RunSpec, VerificationRun
from rtk.verify.toolkit import Toolkit
from tests.cli import leaky
from tests.publish.server import TOKEN, ToyConsole
from tests.verify import world as worlds
from tests.verify.test_spelling import SIGNS, WAYS
from tests.verify.world import experiment

CORE = "abcdefghijkmnpqrstuvwxyz"
WINDOW = 8  # letters of a secret in a row that nothing else holds by chance
CUTS = (0, 110, 190, 290, 4080)  # just before a text is cut somewhere
PLAN = Plan(0.5, 1.0, warm_up_s=0.5)


@dataclass
class Case:
    """A secret, how it is declared, how it was written, and what nothing may hold."""

    secret: Any
    declared: Any
    text: str
    never: tuple[str, ...]
    late: bool = False  # whether a control sets it when the run has begun
    gate: bool = False  # whether the system is broken from the start


def windows(*cores: str) -> Iterator[str]:
    return (core[at : at + WINDOW] for core in cores for at in range(len(core) - WINDOW + 1))


# Sign by sign, since Hypothesis draws whole texts from words of the code as well, which stand in any report.
cores = st.lists(st.sampled_from(CORE), min_size=12, max_size=14).map("".join)
nested: list[Callable[[Any], Any]] = [
    lambda secret: {"group": {"name": secret}},
    lambda secret: {"group": {"many": [{"a": secret}, 5]}},
]


def placed(draw: st.DrawFn, value: Any, text: str, never: tuple[str, ...]) -> Case:
    """The secret declared in one way or another, and written somewhere in a text that may be cut there."""
    before = "-" * max(0, draw(st.sampled_from(CUTS)) - draw(st.integers(0, 20)))
    declared = draw(st.sampled_from(nested))(value)
    late, gate = draw(st.booleans()), draw(st.integers(0, 9)) == 0
    return Case(
        value, declared, f"{before}{text}{draw(st.sampled_from(['', ' and more', '-' * 400]))}", never, late, gate
    )


@st.composite
def texts(draw: st.DrawFn) -> Case:
    """A secret of letters around signs, perhaps of several lines, perhaps as bytes, perhaps with blank ends."""
    lines = draw(st.integers(1, 3))
    rows = [(draw(cores), draw(st.text(SIGNS, max_size=6)), draw(cores)) for _ in range(lines)]
    secret = "\n".join("".join(row) for row in rows)
    told = draw(st.sampled_from([secret, secret.splitlines()[0], f"{secret}\n"]))
    written = draw(st.sampled_from(sorted(WAYS)))
    encoded = "base64" in written or "hexadecimal" in written
    text = WAYS[written](told)
    never = tuple(windows(*(text.split() if encoded else [core for first, _, last in rows for core in (first, last)])))
    value: Any = draw(st.sampled_from([secret, f"{secret}\n", f"  {secret} ", secret.encode(), f"{secret}\n".encode()]))
    return placed(draw, value, text, never)


@st.composite
def numbers(draw: st.DrawFn) -> Case:
    """A number long enough to be known in a text, as JSON, str and repr write it, or within a text."""
    whole = draw(st.integers(10**4, 10**9).map(lambda number: int(f"73918264{number}")))
    value: Any = draw(st.sampled_from([whole, whole + 0.0, whole / 1000, str(whole)]))
    ways: list[Callable[[Any], str]] = [
        str,
        json.dumps,
        lambda value: f"id={value!r};",
        lambda value: base64.b64encode(str(value).encode()).decode(),
    ]
    text = draw(st.sampled_from(ways))(value)
    return placed(draw, value, text, (str(whole), str(value), text))


@contextmanager
def logged(file: Path) -> Iterator[StringIO]:
    """The Chaos Toolkit's log to a file, from debug on, and to a terminal."""
    logger, terminal = logging.getLogger("chaostoolkit"), StringIO()
    before, level, streams = logger.handlers[:], logger.level, (sys.stdout, sys.stderr)
    kept = logging.FileHandler(file, encoding="utf-8")
    logger.handlers[:] = [kept, logging.StreamHandler(terminal)]
    logger.setLevel(logging.DEBUG)
    sys.stdout = sys.stderr = terminal
    try:
        yield terminal
    finally:
        kept.close()
        logger.handlers[:], (sys.stdout, sys.stderr) = before, streams
        logger.setLevel(level)


def leaking(func: str, **more: Any) -> dict[str, Any]:
    return {"type": "python", "module": "tests.cli.leaky", "func": func, **more}


def document(case: Case, script: Path) -> dict[str, Any]:
    """An experiment that gives it away, in its title and arguments as well."""
    failing = {"type": "process", "path": "sh", "arguments": ["-c", f"cat {script} >&2; exit 3"]}
    arguments = {"given": "${name}", **({} if case.late else {"spelled": case.text})}
    method = [
        {"type": "action", "name": "tells", "provider": leaking("tells", arguments=arguments)},
        {"type": "probe", "name": "answers", "provider": leaking("answers")},
        {"type": "probe", "name": "refuses", "provider": leaking("refuses")},
        {"type": "probe", "name": "exits", "provider": failing},
    ]
    well = {"type": "probe", "name": "well", "provider": leaking("is_well")}
    probes = [
        {"type": "probe", "name": name, "provider": leaking(name), "tolerance": well}
        for name in ("gives", "answers", "breaks")
    ]
    rollback = {"type": "action", "name": "undo", "provider": leaking("refuses", arguments=arguments)}
    control = {"name": "c", "provider": {"type": "python", "module": "tests.cli.leaky"}}
    return experiment(probes, method, [rollback], title="It is ${name}", controls=[control])


def verified(case: Case, place: Path, toy: ToyConsole) -> str:
    """Run a verification of it in virtual time, tell and publish it; what came to the terminal."""
    worlds.world.__init__()  # type: ignore[misc]
    script = place.parent / "script"
    script.write_bytes(case.text.encode("utf-8", "replace"))
    declared, late = (case.declared, {}) if not case.late else ({}, case.declared)
    leaky.leak.__init__(case.text, case.secret, case.gate, late)  # type: ignore[misc]
    toolkit = Toolkit(document(case, script), {}, resolved=({}, declared))
    clock, run_id = worlds.world.clock, new_run_id(SystemClock().now())
    record = Record(place / f"{run_id}.record", clock.monotonic, toolkit.redact)
    reports = [str(place / f"report{kind}") for kind in FORMATS]
    kept = {"journal": str(place / "journal.json"), "reports": reports, "var_files": []}
    progress = Progress(clock.monotonic, 0.0, toolkit.title)
    verification = RunSpec(run_id, "x.json", PLAN, toolkit, [30.0] * 3, 8, kept=kept)
    with logged(place / "chaostoolkit.log") as terminal, Masks(toolkit.redact):
        with Logs(toolkit.redact, progress, verbose=True):
            VerificationRun(verification, clock, record, worlds.world.stop, progress).play()
            record.close()
            _, insight, facts, failures = finish(record.path)
            tell(insight, facts)
        logging.getLogger("chaostoolkit").info(f"late: {case.text}")
        console = Terminal(width=100)
        console.print(Picture(progress), screen(insight, facts))
    assert failures == []
    PendingSender(Destination(toy.url, f"Bearer {TOKEN}"), SystemClock(), 10).record(record.path)
    executed(case, toolkit, toy, place)
    recovered(record.path, toolkit)
    return terminal.getvalue()


def recovered(record: Path, toolkit: Toolkit) -> None:
    """Undo it as after a death, which gives it away again."""
    lines = record.read_bytes().splitlines(keepends=True)
    begun = [number for number, line in enumerate(lines) if b'"kind":"intent","role":"condition"' in line]
    if begun:
        died = record.with_name("died.record")
        died.write_bytes(b"".join(lines[: begun[0] + 1]))
        why = Stopping(StopCause.DIED, "it died")
        recover(remains(died), lambda _: toolkit, worlds.world.clock, why)
        assert facts_of(Recorded(died)).rolled_back
        finish(died)


def executed(case: Case, toolkit: Toolkit, toy: ToyConsole, place: Path) -> None:
    """Publish it as an execution of `chaos run`, and keep that where the console is away."""
    run = {"activity": toolkit.document["method"][0], "output": case.text, "status": "succeeded"}
    journal = {
        "experiment": toolkit.document,
        "status": "completed",
        "run": [run],
        "rollbacks": [{"output": case.secret}],
    }
    where = Destination(toy.url, f"Bearer {TOKEN}")
    execution = ExecutionPublisher(Console(where), SystemClock(), toolkit.redact, {**journal, "run": []})
    execution.start()
    execution.tell("activity-finished", {"name": case.text}, {"output": {case.text: case.secret}})
    execution.end(journal)
    execution.finish(20)
    assert execution.done
    spool.keep(place / "kept.execution", execution.kept)


@pytest.mark.timeout(900)
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow], phases=[Phase.reuse, Phase.generate])
@given(case=st.one_of(texts(), numbers()))
def test_a_declared_secret_is_nowhere(case: Case) -> None:
    place = Path(tempfile.mkdtemp(prefix="rtk-")) / "state"
    place.mkdir()
    toy = ToyConsole().start()
    try:
        told = {"the terminal": verified(case, place, toy)}
        told |= {path.name: path.read_text(errors="replace") for path in place.iterdir()}
        sent = [(each.path, each.body) for each in toy.memory.seen]
        told |= {"what was sent": json.dumps(sent), "what was sent, as it is": json.dumps(sent, ensure_ascii=False)}
    finally:
        toy.down()
        shutil.rmtree(place.parent)
    assert len(told) >= 10
    assert all("*****" in told[name] for name in ("the terminal", "what was sent", "chaostoolkit.log", "journal.json"))
    for where, text in told.items():
        for each in case.never:
            assert each not in text, f"{each!r} in {where}: {text[max(0, text.index(each) - 200) :][:400]!r}"
