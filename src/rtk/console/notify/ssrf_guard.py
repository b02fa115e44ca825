"""Which addresses webhooks may call. Whoever administers a team must not reach the console's own network with them.

Names are not trusted: what a name stands for is looked at when the connection is made, address by address.
"""

from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from rtk.console.notify.embedded import reached
from rtk.console.notify.special_addresses import is_public

MOST_LENGTH = 2000

# Whatever the setting: nobody's, everybody's, this link's, and where clouds hand out a machine's credentials.
_NEVER = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",  # Linux takes 0.0.0.0 for this machine
            "169.254.0.0/16",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "::/128",
            "fe80::/10",
            "ff00::/8",
            "64:ff9b:1::/48",  # RFC 8215: where in it the IPv4 address stands is for each network to say
            "100.100.100.200/32",  # Alibaba Cloud
            "168.63.129.16/32",  # Azure, in a public range
            "192.0.0.192/32",  # Oracle Cloud
            "fd00:c1::a9fe:a9fe/128",  # Oracle Cloud
            "fd00:42::42/128",  # Scaleway
            "fd00:ec2::/32",  # Amazon: metadata, credentials of pods, and its other services
            "fd20:ce::254/128",  # Google Cloud
        ),
    )
)


def may_connect(address: str, own_network: bool) -> bool:
    """Return whether a webhook may connect to an IP address and to every address that it embeds.

    By default to what is public only. With `own_network` also to this machine and private networks, but never to
    addresses where clouds hand out a machine's credentials.
    """
    for each in reached(ip_address(address.partition("%")[0])):
        if any(each in network for network in _NEVER):
            return False
        if not own_network and not is_public(each):
            return False
    return True


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
    if _is_out_of_bounds(host, own_network=True):
        raise ValidationError("This address is one that webhooks never call.")
    if _is_out_of_bounds(host, own_network):
        raise ValidationError(
            "This address is of the console's own network; RTK_NOTIFY_OWN_NETWORK=yes lets webhooks call it."
        )
    return url


def _is_out_of_bounds(host: str, own_network: bool) -> bool:
    """Whether a host that is written as an address, or localhost, is out of bounds; other names are seen later."""
    if host == "localhost" or host.endswith(".localhost"):
        return not own_network
    try:
        return not may_connect(host, own_network)
    except ValueError:
        return False


def place(url: str) -> str:
    """What may be shown of a webhook's address: its scheme and host; a path often is a secret."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}{f':{parts.port}' if parts.port else ''}"
