"""IANA's registries of special-purpose addresses, IPv4 and IPv6, as of November 2026.

Held here because Python's versions differ in what of them they know.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

# Not to be reached by everybody. Where a registry says "not applicable", as of tunnels, it is not public either.
_LOCAL = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "240.0.0.0/4",
    "::/128",
    "::1/128",
    "::ffff:0:0/96",
    "64:ff9b:1::/48",
    "100::/64",
    "100:0:0:1::/64",
    "2001::/23",
    "2001::/32",
    "2001:2::/48",
    "2001:10::/28",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
)
# Reached by everybody, and within one of those above or outside of what is given to hosts.
_GLOBAL = (
    "192.0.0.9/32",
    "192.0.0.10/32",
    "64:ff9b::/96",
    "2001:1::1/128",
    "2001:1::2/128",
    "2001:1::3/128",
    "2001:3::/32",
    "2001:4:112::/48",
    "2001:20::/28",
    "2001:30::/28",
)
_HOSTS = IPv6Network("2000::/3")  # all that is given to hosts so far
_MULTICAST = IPv4Network("224.0.0.0/4")
SPECIAL: dict[IPv4Network | IPv6Network, bool] = {
    **{ip_network(each): False for each in _LOCAL},
    **{ip_network(each): True for each in _GLOBAL},
}


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Return whether everybody's hosts can have this address: by the registries and by Python alike."""
    return is_registered_public(address) and address.is_global


def is_registered_public(address: IPv4Address | IPv6Address) -> bool:
    """Return whether it is public by the registries: their narrowest entry counts."""
    found = [network for network in SPECIAL if address in network]
    if found:
        return SPECIAL[max(found, key=lambda network: network.prefixlen)]
    return address in _HOSTS if isinstance(address, IPv6Address) else address not in _MULTICAST
