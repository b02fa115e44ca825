"""The tutorial's own rollback, whose command id is in quotes: AWS refuses it, and here somebody is told."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.conftest import Home
from tests.journey.death import CHAOS
from tests.targets import Target

TUTORIAL = Path(__file__).parents[1] / "tutorial" / "verification-ec2-responds-processor-load.json"

# What `aws ssm` does as far as this file goes: `--query` prints JSON unless told otherwise, so the id is in quotes.
AWS = """#!/bin/sh
case "$2" in
send-command) echo '"0831e1a8-a1ac-4257-a1fd-c831b48c4107"' ;;
cancel-command)
    case "$4" in
    \\"*) echo 'An error occurred (InvalidCommandId) when calling the CancelCommand operation' >&2; exit 255 ;;
    esac ;;
esac
"""


def test_a_rollback_that_is_refused_is_told_with_the_command_to_run_by_hand(
    target: Callable[[Callable[[int], float]], Target], home: Home
) -> None:
    stand_in = home.path / "bin" / "aws"
    stand_in.parent.mkdir()
    stand_in.write_text(AWS)
    stand_in.chmod(0o755)
    home.environ |= {
        "PATH": f"{stand_in.parent}{os.pathsep}{os.environ['PATH']}",
        "ENDPOINT_URL": target(lambda _: 0.01).url,
        "INSTANCE_ID": "i-0123456789abcdef0",
    }
    plan = ["--every", "0.1", "--for", "7", "--target", "95%", "--window", "1d"]
    (home.path / "home").mkdir()
    ended = subprocess.run(
        [CHAOS, "--no-version-check", "--no-log-file", "verify", *plan, str(TUTORIAL)],
        cwd=home.path,
        env=home.env(),
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert ended.returncode == 5, ended.stderr
    assert "NOT RESTORED: Stop SSM run command" in ended.stderr
    assert "InvalidCommandId" in ended.stderr
    assert "aws ssm cancel-command --command-id $(cat CommandId.info)" in ended.stderr
    insight = json.loads((home.path / "journal.json").read_text())["extensions"][0]["insight"]
    assert insight["restored"] is False
    assert "aws ssm cancel-command" in insight["not_restored"][0]
