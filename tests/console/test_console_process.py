"""A console that runs by itself, told to end."""

import subprocess
import threading
from contextlib import ExitStack
from pathlib import Path

from rtk.console.console_process import stop
from rtk.console.place import DataDirectory


def test_one_that_ends_by_itself_just_when_it_is_told_to_has_ended(tmp_path: Path) -> None:
    place = DataDirectory(tmp_path)
    place.prepare()
    gone = subprocess.Popen(["true"])
    gone.wait()
    with ExitStack() as held:
        held.enter_context(place.alone())
        place.tell(pid=gone.pid)
        release = threading.Timer(0.1, held.close)
        release.start()
        assert stop(place)
        release.join()
