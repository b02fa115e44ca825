"""`python -m rtk.console`: a console from the environment alone, as `rtk up --detach` starts it."""

import gc
import os
import sys

gc.disable()  # `up` looks for garbage once all is imported: looking for it meanwhile took a fifth of the time

from rtk.console.place import place_of
from rtk.console.up import up
from rtk.errors import ToolkitError


def main() -> int:
    """The exit code: 0 for a console that was told to end, 1 for one that could not start."""
    try:
        up(place_of(None), lambda line: print(line, flush=True))  # noqa: T201 - it speaks to whoever started it
    except ToolkitError as error:
        sys.stderr.write(f"rtk: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def leave(code: int) -> None:
    """End this process at once: Python would wait for the threads of requests that are under way still."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    leave(main())
