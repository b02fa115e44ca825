"""`rtk worker`: the engine's workers in a process of their own, beside consoles that share one PostgreSQL."""

import os
import signal
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from rtk.console import options
from rtk.console.place import DataDirectory
from rtk.console.up import check_settings, database
from rtk.errors import BadInput

if TYPE_CHECKING:
    from rtk.console.jobs.engine import Engine

SIGNALS = (signal.SIGINT, signal.SIGTERM)

Say = Callable[[str], None]


def work(place: DataDirectory, say: Say = print) -> None:
    """Do what consoles do by themselves until SIGINT or SIGTERM.

    Raises a ToolkitError, one sentence, for whatever keeps it from starting.
    """
    # A worker is of use to consoles alone whose database and whose key it shares.
    if not options.text("DATABASE_URL"):
        raise BadInput(
            "a worker shares a PostgreSQL with consoles; expected its address in DATABASE_URL "
            "(a console with the database that comes along does all work itself)"
        )
    if not options.text("RTK_SECRET_KEY") and not place.has_key():
        raise BadInput(
            f"there is no secret key in {str(place.path)!r}; expected that of the consoles in RTK_SECRET_KEY, "
            "without which a worker cannot read the addresses that they sealed"
        )

    def engine_of_django() -> "Engine":
        from rtk.console import inside  # noqa: F401 - it sets Django up
        from rtk.console.jobs.engine import Engine

        return Engine()

    told = threading.Event()
    before = {each: signal.signal(each, lambda *_: told.set()) for each in SIGNALS}
    try:
        os.environ["RTK_SECRET_KEY"] = options.text("RTK_SECRET_KEY") or place.key()
        check_settings()
        with database(place, engine_of_django) as engine:
            engine.begin()
            say("The worker is at work. Ctrl-C ends it.")
            told.wait()
            engine.stop()
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
