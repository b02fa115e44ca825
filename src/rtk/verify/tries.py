"""How often a rollback is tried, and how long one try takes at most: told from the document alone.

Apart from what plays it: pages say it too, and need nothing else of a run.
"""

from collections.abc import Mapping
from typing import Any

from rtk.experiment.claim import extension_of

TRIES = 3
LIMIT_S = 60.0  # of one try of a rollback that has no timeout of its own
GRACE_S = 5.0  # how long after its own timeout a try may still come back


def tries_of(activity: Mapping[str, Any]) -> int:
    """Return how often a rollback is tried: 3 times, unless its `rtk` extension says `tries`."""
    tries = extension_of(activity).get("tries", TRIES)
    return tries if isinstance(tries, int) and not isinstance(tries, bool) and tries > 0 else TRIES
