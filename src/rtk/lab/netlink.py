"""The few words of rtnetlink that make an instance's network: a pair of cables, and whether traffic can be shaped."""

import errno
import os
import socket
import struct

_NEW_LINK, _NEW_DISCIPLINE, _DELETE_DISCIPLINE = 16, 36, 37
_REQUEST, _ACKNOWLEDGE, _EXCLUSIVE, _CREATE = 0x1, 0x4, 0x200, 0x400
_LINK_NAME, _LINK_INFO, _LINK_NAMESPACE_OF = 3, 18, 19
_INFO_KIND, _INFO_DATA, _PEER = 1, 2, 1
_DISCIPLINE_KIND, _DISCIPLINE_OPTIONS = 1, 2
_AT_THE_ROOT = 0xFFFFFFFF
_HEADER, _LINK, _TRAFFIC = struct.Struct("=IHHII"), struct.Struct("=BxHiII"), struct.Struct("=BxxxiIII")
_NETEM = struct.Struct("=IIIIII")  # latency, limit, loss, gap, duplicate, jitter
_NETFILTER, _GET_GENERATION = 12, 10 << 8 | 16
_ERROR = 2  # also an acknowledgement, with the number 0
_LARGEST = 65536
# Linux lets a cable carry at once when its ends have different numbers, and up to a second later when they have not.
_OUR_END = 20


def cable(name: str, peer: str, process: int) -> None:
    """Make a virtual cable: `name` ends here, `peer` in the network of a process. Raises OSError."""
    there = _attribute(_LINK_NAME, _text(peer)) + _attribute(_LINK_NAMESPACE_OF, struct.pack("=I", process))
    data = _attribute(_PEER, _LINK.pack(0, 0, 0, 0, 0) + there)
    info = _attribute(_INFO_KIND, _text("veth")) + _attribute(_INFO_DATA, data)
    here = _attribute(_LINK_NAME, _text(name)) + _attribute(_LINK_INFO, info)
    _ask(_NEW_LINK, _CREATE | _EXCLUSIVE, _LINK.pack(0, 0, _OUR_END, 0, 0) + here)


def has_netem(name: str) -> bool:
    """Return whether this kernel can delay and lose packets, by having it do so nowhere: on an interface not in use."""
    index = socket.if_nametoindex(name)
    kind = _attribute(_DISCIPLINE_KIND, _text("netem"))
    options = _attribute(_DISCIPLINE_OPTIONS, _NETEM.pack(0, 1000, 0, 0, 0, 0))
    try:
        _ask(_NEW_DISCIPLINE, _CREATE, _TRAFFIC.pack(0, index, 0, _AT_THE_ROOT, 0) + kind + options)
    except OSError as problem:
        if problem.errno != errno.ENOENT:
            raise
        return False
    _ask(_DELETE_DISCIPLINE, 0, _TRAFFIC.pack(0, index, 0, _AT_THE_ROOT, 0))
    return True


def has_tables() -> bool:
    """Return whether this kernel has nf_tables, by asking for their generation."""
    try:
        _ask(_GET_GENERATION, 0, struct.pack("=BBH", 0, 0, 0), _NETFILTER)
    except OSError:
        return False
    return True


def _ask(kind: int, flags: int, body: bytes, family: int = socket.NETLINK_ROUTE) -> None:
    """Ask the kernel for something and wait for its acknowledgement. Raises OSError."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, family) as kernel:
        header = _HEADER.pack(_HEADER.size + len(body), kind, _REQUEST | _ACKNOWLEDGE | flags, 1, 0)
        kernel.send(header + body)
        answer = kernel.recv(_LARGEST)
    _, answered, *_ = _HEADER.unpack_from(answer)
    (number,) = struct.unpack_from("=i", answer, _HEADER.size)
    if answered == _ERROR and number:
        raise OSError(-number, os.strerror(-number))


def _attribute(kind: int, value: bytes) -> bytes:
    length = 4 + len(value)
    return struct.pack("=HH", length, kind) + value + bytes(-length % 4)


def _text(text: str) -> bytes:
    return text.encode("ascii") + b"\0"
