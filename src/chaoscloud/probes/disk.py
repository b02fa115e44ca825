"""How much space a file system of this machine has left."""

import shutil

from chaoslib.exceptions import ActivityFailed

__all__ = ["read_free_space"]


def read_free_space(path: str) -> float:
    """The space that is free for ordinary users on the file system of `path`, in per cent (0 to 100) of the whole.

    Raises `ActivityFailed` with one sentence where the path cannot be read.

        {
            "type": "probe",
            "name": "free-space",
            "provider": {
                "type": "python",
                "module": "chaoscloud.probes.disk",
                "func": "read_free_space",
                "arguments": {"path": "/"}
            },
            "tolerance": [10, 100]
        }
    """
    try:
        found = shutil.disk_usage(path)
    except (OSError, TypeError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise ActivityFailed(f"The free space of {path} cannot be read: {why}.") from error
    if not found.total:
        raise ActivityFailed(f"The free space of {path} cannot be read: its file system has no size.")
    return found.free / found.total * 100
