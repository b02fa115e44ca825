"""IPv4 addresses within IPv6 addresses: where a packet ends up that is sent to one.

A translator or a tunnel takes an IPv4 address out of an IPv6 address and sends the packet there. So an address that
looks public leads wherever the one within it leads. A translator whose prefix is a network's own (RFC 6052) is known to
that network alone.
"""

from ipaddress import IPv4Address, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address

# Nothing but a packet's way: what counts is the address within, so many bits from the right.
_TRANSLATED = (
    (IPv6Network("::/96"), 0),  # IPv4-compatible (RFC 4291)
    (IPv6Network("::ffff:0:0/96"), 0),  # IPv4-mapped (RFC 4291)
    (IPv6Network("::ffff:0:0:0/96"), 0),  # IPv4-translated (RFC 2765)
    (IPv6Network("64:ff9b::/96"), 0),  # NAT64 (RFC 6052)
    (IPv6Network("2002::/16"), 80),  # 6to4 (RFC 3056)
)
_TEREDO = IPv6Network("2001::/32")  # RFC 4380: the server's address, and the client's with each bit turned round
_ISATAP = (0x00005EFE, 0x02005EFE)  # RFC 5214: before the last 32 bits, under any prefix
_MASK = 0xFFFFFFFF


def reached(address: Address) -> list[Address]:
    """Return every address that a connection to this one may end at, itself included.

    One may have several forms at once, such as ISATAP below the prefix of a 6to4 tunnel: each tunnel on its way may be
    the one that takes it.
    """
    if isinstance(address, IPv4Address) or address.is_loopback or address.is_unspecified:
        return [address]
    found = [_within(address, shift) for network, shift in _TRANSLATED if address in network]
    if address in _TEREDO:
        found += [_within(address, 64), IPv4Address(int(address) & _MASK ^ _MASK)]
    if int(address) >> 32 & _MASK in _ISATAP:
        found.append(_within(address, 0))
    return [address, *found]


def _within(address: IPv6Address, shift: int) -> IPv4Address:
    return IPv4Address(int(address) >> shift & _MASK)
