"""An instance's network: loopback, and an `eth0` that leads to its keeper and no further.

The keeper has the other end of the cable. What is sent on beyond it is answered at once that there is no way: an
instance that waited for answers would make a document wait that tries to install something.
"""

import contextlib
import fcntl
import socket
import struct
from pathlib import Path

from rtk.lab import netlink

INTERFACE = "eth0"
GATEWAY = "10.0.0.1"
MASK = "255.255.255.0"
_CABLE = "instance"  # its end at the keeper
_SET_FLAGS, _SET_ADDRESS, _SET_MASK, _ADD_ROUTE = 0x8914, 0x8916, 0x891C, 0x890B
_UP, _RUNNING = 0x1, 0x40
_ROUTE_UP, _ROUTE_BY_GATEWAY = 0x1, 0x2
_FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")


def answer_for_others() -> None:
    """Called by the keeper in its own network: say at once that nothing lies beyond, where that can be set."""
    with contextlib.suppress(OSError):
        _FORWARDING.write_text("1", encoding="ascii")


def lead_to(process: int) -> None:
    """Called by the keeper: have a cable to the network of the instance's first process. Raises OSError."""
    netlink.cable(_CABLE, INTERFACE, process)
    _address(_CABLE, GATEWAY)


def connect(address: str) -> None:
    """Called by the first process once the cable is there: have this address on it. Raises OSError."""
    _address(INTERFACE, address)
    anywhere = _of("0.0.0.0")  # noqa: S104  a destination
    entry = struct.pack("@L16s16s16sH", 0, anywhere, _of(GATEWAY), anywhere, _ROUTE_UP | _ROUTE_BY_GATEWAY)
    # The kernel reads a whole rtentry; the rest of it says nothing here.
    _control(_ADD_ROUTE, entry.ljust(120, b"\0"))


def up(interface: str) -> None:
    """Let an interface carry traffic."""
    _control(_SET_FLAGS, struct.pack("16sH14x", interface.encode(), _UP | _RUNNING))


def _address(interface: str, address: str) -> None:
    for request, value in ((_SET_ADDRESS, address), (_SET_MASK, MASK)):
        _control(request, struct.pack("16s16s8x", interface.encode(), _of(value)))
    up(interface)


def _of(address: str) -> bytes:
    """A sockaddr_in without a port."""
    return struct.pack("=H2x4s8x", socket.AF_INET, socket.inet_aton(address))


def _control(request: int, data: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:  # it says which network is meant, no more
        fcntl.ioctl(any_socket, request, data)
