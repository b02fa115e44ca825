"""The bounds of connections, and what is said to who is beyond them."""

import resource
import sys
from enum import StrEnum
from http import HTTPStatus
from typing import NamedTuple

from rtk.console import limits, options

MOST_HEAD = 64 * 1024  # bytes of a request's head
MOST_FIELDS = 200  # of a head: browsers and proxies send some thirty, and each costs time
OTHER_FILES = 256  # that the process may need beside its connections
HARD_LIMIT = 65_536  # files: as many as anybody needs


class ConnectionBounds(NamedTuple):
    """The most connections, in all and of one address, and what each has to keep to.

    A head has `head_s` seconds, and bodies and answers flow at `rate` bytes a second at least. One address opens at
    most `new_of_address` connections within a second.
    """

    connections: int
    of_address: int
    head_s: int
    rate: int
    new_of_address: int


class Cause(StrEnum):
    """Why a connection is turned away or ended."""

    FULL = "full"
    SHARE = "share"
    NEW = "new"
    LATE = "late"
    HEAD = "head"
    FIELDS = "fields"
    STREAMS = "streams"


_STATUS = {
    Cause.FULL: HTTPStatus.SERVICE_UNAVAILABLE,
    Cause.SHARE: HTTPStatus.SERVICE_UNAVAILABLE,
    Cause.NEW: HTTPStatus.SERVICE_UNAVAILABLE,
    Cause.LATE: HTTPStatus.REQUEST_TIMEOUT,
    Cause.HEAD: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    Cause.FIELDS: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    Cause.STREAMS: HTTPStatus.SERVICE_UNAVAILABLE,
}


def sentence(cause: Cause, bounds: ConnectionBounds) -> str:
    """What a caller reads."""
    return {
        Cause.FULL: f"the console has {bounds.connections} connections, as many as it takes: try again in a moment",
        Cause.SHARE: f"your address has {bounds.of_address} connections, its share: try again in a moment",
        Cause.NEW: f"one address may open {bounds.new_of_address} connections a second: try again in a moment, "
        "and send several requests over one connection",
        Cause.LATE: f"the request's head was not there within {bounds.head_s} seconds",
        Cause.HEAD: f"the request's head is larger than {MOST_HEAD // 1024} KiB",
        Cause.FIELDS: f"the request's head has more than {MOST_FIELDS} fields",
        Cause.STREAMS: f"{most_streams(bounds.of_address)} runs at once are followed from one address, "
        f"{most_streams(bounds.connections)} in all: try again in a moment",
    }[cause]


def bounds() -> ConnectionBounds:
    """The bounds of this process: as set, and so that files are left for everything else."""
    wanted = options.limit(limits.CONNECTIONS)
    most = min(wanted, room_for(_files()))
    # Where files allow fewer connections than were set, an address has as much less of them.
    share = max(min(options.limit(limits.CONNECTIONS_PER_ADDRESS), wanted) * most // wanted, 1)
    new = options.limit(limits.NEW_CONNECTIONS)
    if options.number("RTK_TRUSTED_PROXIES"):
        share = most  # all come from the proxies: theirs is to share among those behind them
        new = sys.maxsize
    return ConnectionBounds(most, share, options.limit(limits.HEAD_SECONDS), options.limit(limits.LEAST_RATE), new)


def room_for(files: int) -> int:
    """How many connections a process may have that may open so many files."""
    return max(files - min(OTHER_FILES, files // 2), 1)


def _files() -> int:
    """How many files this process may open, raised as far as the system lets us without asking anybody."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = HARD_LIMIT if hard == resource.RLIM_INFINITY else min(hard, HARD_LIMIT)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return min(soft, HARD_LIMIT) if soft != resource.RLIM_INFINITY else HARD_LIMIT
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError):
        return soft
    return wanted


def most_streams(connections: int) -> int:
    """How many of so many connections may follow runs: the others are for pages."""
    return max(connections * 3 // 4, 1)


def answer(cause: Cause, bounds: ConnectionBounds) -> bytes:
    """The same as a whole answer, for who is not served."""
    said = f"{sentence(cause, bounds)}\n".encode()
    status = _STATUS[cause]
    retry = "retry-after: 1\r\n" if status is HTTPStatus.SERVICE_UNAVAILABLE else ""
    head = f"content-type: text/plain; charset=utf-8\r\ncontent-length: {len(said)}\r\nconnection: close\r\n{retry}\r\n"
    return f"HTTP/1.1 {status.value} {status.phrase}\r\n{head}".encode() + said
