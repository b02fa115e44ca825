"""Writing a file whole or not at all."""

import os
import tempfile
from pathlib import Path

from rtk.errors import BadInput


def replace(path: Path, data: bytes) -> None:
    """Write a file so that a reader finds the old bytes or the new ones; its mode stays, a link is followed.

    Raises `BadInput` when it cannot be written; nothing has changed then.
    """
    target = path.resolve()
    try:
        if target.exists():
            mode = target.stat().st_mode & 0o777
        else:
            mask = os.umask(0)  # it cannot be asked for without being set
            os.umask(mask)
            mode = 0o666 & ~mask
        # In the same folder: only within one file system a rename is a single step.
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:100]}.")
        beside = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                # On the disk before it takes the old one's place: after a crash one of the two is there whole.
                os.fsync(file.fileno())
            beside.chmod(mode)
            beside.replace(target)
        # Also after Ctrl-C nothing half written stays beside it.
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {(error.strerror or 'failed').lower()}") from None
