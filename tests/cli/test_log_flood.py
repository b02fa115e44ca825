"""An experiment that logs more than can be written holds up neither the undo of a run nor its end."""

import json
import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.cli.flooding import LETTERS, SECRETS, spellings
from tests.conftest import Home, experiment, noting, probing

SOON_S = 20.0  # where logging is in the way it is minutes


@pytest.mark.timeout(180)
def test_a_flood_of_lines_holds_up_neither_the_undo_nor_the_end_of_a_run(home: Home) -> None:
    probe = {"type": "python", "module": "tests.cli.flooding", "func": "floods", "secrets": ["s"]}
    rollbacks = [noting(home, "undo"), noting(home, "tidy")]
    source = experiment(home, probing(probe, 1), rollbacks=rollbacks, secrets={"s": SECRETS})
    flags = ("--verbose", "--log-format", "json")
    process = home.start("--every", "100ms", "--for", "60s", "--target", "50%", source, flags=flags)
    try:
        with ThreadPoolExecutor(1) as pool:
            reading = pool.submit(process.communicate, timeout=150)
            home.wait_for("burn")
            time.sleep(2)
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            home.wait_for("tidy")
            undone = time.monotonic() - began
            out, _ = reading.result()
            ended = time.monotonic() - began
    finally:
        process.kill()
    print("FIG", undone, ended)
    assert undone < SOON_S
    assert ended < SOON_S
    assert "… cut, 1" in json.loads(next(each for each in out.splitlines() if "cut, 1" in each))["message"]
    assert re.search(r"Left out here: \S+ lines, since more was logged than could be written", out)
    assert ": the run ended" in out  # what the run says by itself is all there
    for where in (out, *(path.read_text(errors="replace") for path in home.records())):
        found = [each for each in LETTERS if each in where]
        found += [each for value in SECRETS.values() for each in spellings(value) if each in where]
        assert found == []
