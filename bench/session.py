"""`python -m bench.session DATA`: signs the console's first user in, and prints the key of the session.

Nobody signs in by a form here: what is measured comes after that.
"""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

from bench.places import ROOT
from rtk.console.place import DataDirectory
from rtk.console.postgres import Postgres


def key(data: Path) -> str:
    """The key of a new session of the console that runs with this data directory."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "bench.session", str(data)]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environ).stdout.strip()


def main() -> None:
    """Print it."""
    data = Path(sys.argv[1])
    os.environ["RTK_SECRET_KEY"] = DataDirectory(data).key()
    # Django is set up by this import, once the environment is as it must be; what needs it comes after.
    inside = import_module("rtk.console.inside")
    inside.point_at(Postgres(data))
    auth, models = import_module("django.contrib.auth"), import_module("rtk.console.people.models")
    user = models.User.objects.order_by("created_at").first()
    session = import_module("django.contrib.sessions.backends.db").SessionStore()
    session[auth.SESSION_KEY], session[auth.HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    (session[auth.BACKEND_SESSION_KEY],) = import_module("django.conf").settings.AUTHENTICATION_BACKENDS
    session.create()
    print(session.session_key)
    inside.close_connections()


if __name__ == "__main__":
    main()
