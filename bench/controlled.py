"""What publishing costs a run of `chaos run`: 2020's control took 4.4 times as long."""

import json
import tempfile
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from bench import command, truth
from bench.consoles import console as serving
from bench.experiments import timed
from bench.row import Figures, Row, spread
from bench.sitting import Sitting
from bench.slowed import known, told_of

MOST_RATIO = 1.1
CONTROL = {"console": {"provider": {"type": "python", "module": "chaoscloud.controls"}}}


def run(sitting: Sitting) -> Row:
    """The row."""
    seconds = sitting.either(6, 0.5)
    sitting.asks(
        f"`chaos run` of an experiment of {seconds:g} s, publishing to a console on the same machine ÷ not publishing",
        f"≤ {MOST_RATIO:g}",
    )
    with truth.serving() as server, serving(shared=sitting.quick) as console, tempfile.TemporaryDirectory() as name:
        control = Path(name) / "controls.json"
        control.write_text(json.dumps(CONTROL))
        play = partial(_run, server, seconds)
        found = sitting.interleaved(
            {
                "alone": partial(play, {}),
                "publishing": partial(play, told_of(console), "--control-file", str(control)),
            }
        )
    alone, publishing = spread(found["alone"], "wall s"), spread(found["publishing"], "wall s")
    ratio = publishing.median / alone.median
    return sitting.row(f"{ratio:.3f}: {publishing.tell(' s')} ÷ {alone.tell(' s')}", ratio <= MOST_RATIO)


def _run(server: truth.Truth, seconds: float, environ: Mapping[str, str], *options: str) -> Figures:
    with known(environ):
        began = time.monotonic()
        command.run(timed(server.url("/wait/20"), 1, 1, method_s=seconds), *options)
        return {"wall s": time.monotonic() - began}
