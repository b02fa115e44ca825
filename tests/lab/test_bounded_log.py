"""The lab's log: in its form, bounded in lines and in their length, begun anew where it is large."""

import json
import subprocess
import sys
from pathlib import Path

from rtk.console.lines import LONGEST
from rtk.lab.bounded_log import MOST_LINES

SCRIPT = """
import logging, pathlib, sys
from rtk.lab.bounded_log import bounded_log
from rtk.log import LogFormat
with bounded_log(LogFormat.JSON, pathlib.Path(sys.argv[1])):
    for _ in range(3 * {lines}):
        logging.getLogger("stranger").warning("x" * 60_000)
    logging.getLogger("lab").error("what matters")
    logging.getLogger("lab").info("what does not")
"""


def test_one_kind_of_line_is_bounded_and_leaves_room_for_another(tmp_path: Path) -> None:
    log = tmp_path / "lab.log"
    with log.open("a") as told:
        command = [sys.executable, "-c", SCRIPT.format(lines=MOST_LINES), str(log)]
        subprocess.run(command, stderr=told, check=True)
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [line["logger"] for line in lines] == ["stranger"] * MOST_LINES + ["lab"]
    assert {len(line["message"]) for line in lines[:-1]} == {LONGEST + 1}
    assert lines[-1]["message"] == "what matters"
