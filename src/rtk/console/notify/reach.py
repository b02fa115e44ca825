"""Which addresses webhooks may call. Whoever administers a team must not reach the console's own network with them.

Names are not trusted: what a name stands for is looked at when the connection is made, address by address.
"""

import ipaddress
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

MOST_LENGTH = 2000
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def may_connect(address: str, own_network: bool) -> bool:
    """Whether a connection to an IP address may be made.

    By default to what is public only. With `own_network` also to this machine and private networks, but never to
    link-local addresses, where clouds hand out a machine's credentials.
    """
    found = _meant(ipaddress.ip_address(address.partition("%")[0]))
    reserved = found.version == 4 and found.is_reserved  # of IPv6 that counts this machine as well
    if found.is_multicast or found.is_unspecified or found.is_link_local or reserved:
        return False
    return own_network or found.is_global


def _meant(address: _Address) -> _Address:
    """The IPv4 address that an IPv6 address leads to, where it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def checked(url: str, own_network: bool) -> str:
    """A webhook's address. Raises ValidationError with one sentence for what cannot be one."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValidationError("This is not an address; expected one like https://hooks.example.org/rtk.") from None
    schemes = ("https", "http") if own_network else ("https",)
    if parts.scheme not in schemes or not host or not url.isascii() or not url.isprintable() or " " in url:
        raise ValidationError(f"Expected an address that begins with {' or '.join(f'{s}://' for s in schemes)}.")
    if len(url) > MOST_LENGTH:
        raise ValidationError(f"The address has {len(url)} characters; at most {MOST_LENGTH} are possible.")
    if parts.username is not None:
        raise ValidationError("Leave user and password out of the address: what is sent is signed instead.")
    if not own_network and _is_inside(host):
        raise ValidationError(
            "This address is of the console's own network; RTK_NOTIFY_OWN_NETWORK=yes lets webhooks call it."
        )
    return url


def _is_inside(host: str) -> bool:
    """Whether a host that is written as an address, or localhost, is out of bounds; other names are seen later."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return not may_connect(host, own_network=False)
    except ValueError:
        return False


def place(url: str) -> str:
    """What may be shown of a webhook's address: its scheme and host; a path often is a secret."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}{f':{parts.port}' if parts.port else ''}"
