"""How many measurements this process can have under way at once: each needs file descriptors, and they are limited."""

import logging
import resource
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from rtk.errors import BadInput
from rtk.experiment.block import block_of
from rtk.experiment.wording import at
from rtk.figures import count

NEEDS = {"http": 4, "process": 8, "python": 8}  # descriptors of a probe at work, at most: sockets, pipes, certificates
MARGIN = 128  # for all else: the record, the guardian, the console, actions and rollbacks

_OPEN = Path("/proc/self/fd")

logger = logging.getLogger(__name__)


def held_at_once(wanted: int, given: bool, probes: Iterable[Mapping[str, Any]], document: Mapping[str, Any]) -> int:
    """Return how many measurements can be under way at once, with the soft limit of descriptors raised to that.

    `given` is whether the file says how many are `wanted`: then it raises `BadInput` where so many cannot be held.
    Otherwise as many as can be are, and a warning says so.
    """
    each = 0
    for probe in probes:
        provider = probe.get("provider") or {}
        # Our own HTTP probes are functions of Python, and need no more than any request.
        kind = "http" if provider.get("module") == "chaoscloud.probes.http" else str(provider.get("type"))
        each += NEEDS.get(kind, NEEDS["python"])
    try:
        in_use = sum(1 for _ in _OPEN.iterdir()) + MARGIN
    except OSError:  # where there is no such list, a process that has just begun has fewer than this
        in_use = 32 + MARGIN
    needed = in_use + wanted * each
    allowed, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed == resource.RLIM_INFINITY:
        allowed = needed
    elif allowed < needed:
        most = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        with suppress(OSError, ValueError):  # some systems have a lower limit of their own
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
            allowed = most
    possible = max(1, (allowed - in_use) // max(1, each))
    if wanted <= possible:
        return wanted
    told = (
        f"{count(wanted, 'measurement')} under way at once may need {needed:,} file descriptors, but "
        f"this process may open only {allowed:,}"
    )
    if given:
        block = block_of(document)
        place = at(at(block.place if block else "", "verification"), "max-in-flight")
        raise BadInput(f"{place}: {told}; expected at most {possible:,}, or a higher limit (ulimit -Hn)")
    logger.warning(f"At most {count(possible, 'measurement')} will be under way at once: {told} (ulimit -Hn)")
    return possible
