"""That a group's CPU time is that of everything in it, and that one can do without."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench import group

FIRST = "9:name=systemd:/\n4:memory:/a\n2:cpu,cpuacct:/b/c\n0::/\n"
SECOND = "0::/user.slice/session\n"
ORPHAN = """
import os, time
if os.fork():
    os._exit(0)
os.setsid()
while time.process_time() < 0.3:
    pass
"""


@pytest.mark.parametrize(("told", "places"), [(FIRST, ["cpuacct/b/c", "."]), (SECOND, ["user.slice/session"])])
def test_the_groups_that_count_are_found_in_what_the_kernel_tells(told: str, places: list[str]) -> None:
    assert group.places(Path("/g"), told) == [Path("/g") / place for place in places]


def test_both_versions_tell_seconds(tmp_path: Path) -> None:
    (tmp_path / "cpu.stat").write_text("usage_usec 2500000\nuser_usec 1\n")
    assert group.seconds_in(tmp_path) == 2.5
    (tmp_path / "cpuacct.usage").write_text("1500000000\n")
    assert group.seconds_in(tmp_path) == 1.5


def test_where_there_are_no_groups_none_is_made(tmp_path: Path) -> None:
    with group.joined(tmp_path) as made:
        assert made is None
        assert group.used_s(tmp_path) is None


def test_what_has_left_its_parents_is_counted_and_the_group_is_gone_afterwards() -> None:
    with group.joined() as made:
        if made is None:
            pytest.skip("control groups can be made by root only, where there are any")
        before = group.used_s()
        assert before is not None
        subprocess.run([sys.executable, "-c", ORPHAN], check=True)
        patience = time.monotonic() + 60
        while (group.used_s() or 0.0) - before < 0.3:
            assert time.monotonic() < patience
            time.sleep(0.05)
        # The orphan ends once it has burnt what it was to burn; a group that still holds it could not be removed.
        while len((made / "cgroup.procs").read_text().split()) > 1:
            assert time.monotonic() < patience
            time.sleep(0.05)
    assert group.used_s() is None
    assert not made.exists()
