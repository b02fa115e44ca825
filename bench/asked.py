"""`python -m bench.asked DATA PATH ...`: what each page asks the database, as JSON; the console runs meanwhile."""

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

from bench.places import ROOT
from rtk.console.place import DataDirectory
from rtk.console.postgres import Postgres


def queries(data: Path, paths: list[str]) -> dict[str, int]:
    """How many queries each page takes, with those of the session."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "bench.asked", str(data), *paths]
    found: dict[str, int] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environ).stdout)
    return found


def main() -> None:
    """Count and print."""
    data, paths = Path(sys.argv[1]), sys.argv[2:]
    session = import_module("bench.session").key(data)
    os.environ["RTK_SECRET_KEY"] = DataDirectory(data).key()
    # Django is set up by this import, once the environment is as it must be; what needs it comes after.
    inside = import_module("rtk.console.inside")
    inside.point_at(Postgres(data))
    capture = import_module("django.test.utils").CaptureQueriesContext
    connection = import_module("django.db").connection
    browser = import_module("django.test").Client(headers={"host": "localhost"})
    browser.cookies["rtk_session"] = session
    found = {}
    for path in paths:
        browser.get(path)
        with capture(connection) as context:
            answer = browser.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        found[path] = len(context)
    print(json.dumps(found))
    inside.close_connections()


if __name__ == "__main__":
    main()
