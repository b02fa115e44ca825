"""A web address taken apart: what is asked, what may be shown, and which host it is."""

import ipaddress
from urllib.parse import SplitResult, unquote, urlsplit

from msgspec import Struct

from rtk.errors import BadInput
from rtk.experiment.wording import shown

EXPECTED = "an address that begins with http:// or https://"
_PORTS = {"http": 80, "https": 443}


class Address(Struct, frozen=True):
    """An http(s) address: `url` without user and password, `shown` without query, which may hold a token."""

    scheme: str
    hostname: str
    port: int
    path: str
    url: str
    user: tuple[str, str] | None = None

    @property
    def host(self) -> str:
        """`host` or `host:port`, as settings name it: the port only where it is not the scheme's own."""
        name = f"[{self.hostname}]" if ":" in self.hostname else self.hostname
        return name if self.port == _PORTS[self.scheme] else f"{name}:{self.port}"

    @property
    def shown(self) -> str:
        """The address as sentences name it."""
        query = "?…" if "?" in self.url else ""
        return f"{self.scheme}://{self.host}{self.path}{query}"

    @property
    def private(self) -> bool:
        """Whether what is sent cannot be read on the way: https, or this machine itself."""
        return self.scheme == "https" or loopback(self.hostname)

    def same_host(self, other: "Address") -> bool:
        """Whether both are one host and port; from http's own port to https's own port counts as one."""
        ours, theirs = (self.hostname, self.port), (other.hostname, other.port)
        # Most sites redirect from http to https, which is the same service behind its other port.
        upgraded = self.hostname == other.hostname and {self.port, other.port} == {80, 443}
        return ours == theirs or upgraded


def is_address(source: str) -> bool:
    """Whether a source is written as an address (`scheme://…`)."""
    # What stands in the query of a file's name would be another address.
    return "://" in source.partition("?")[0]


def parse(url: str) -> Address:
    """Take an address apart. Raises `BadInput` for what is no http(s) address."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
        host = (parts.hostname or "").lower().rstrip(".")  # a name with a dot at its end is the same host
    except ValueError:
        raise _no_address(url) from None
    # A host is the same for whoever reads it: a backslash would end it for some, a per cent sign hide it.
    is_plain = host.isprintable() and not set(" \\") & set(host) and ("%" not in host or ":" in host)
    if parts.scheme not in _PORTS or not host or not is_plain:
        raise _no_address(url)
    # User and password travel in a header alone, and a fragment never.
    bare = SplitResult(parts.scheme, parts.netloc.rpartition("@")[2], parts.path, parts.query, "").geturl()
    user = None
    if parts.username is not None or parts.password is not None:
        user = unquote(parts.username or ""), unquote(parts.password or "")
    return Address(parts.scheme, host, port or _PORTS[parts.scheme], parts.path, bare, user)


def is_web(url: str) -> bool:
    """Return whether an HTTP client can call an address."""
    try:
        parts = urlsplit(url.strip())
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def loopback(hostname: str) -> bool:
    """Whether a host name is this machine itself."""
    if hostname == "localhost" or hostname.endswith(".localhost"):  # all of them, by RFC 6761
        return True
    try:
        return ipaddress.ip_address(hostname).is_loopback
    except ValueError:
        return False


def _no_address(url: str) -> BadInput:
    scheme, _, rest = url.partition("://")
    safe = f"{scheme}://{rest.partition('?')[0].rpartition('@')[2]}"  # no password, no token
    return BadInput(f"{shown(safe)} is no address that can be fetched, expected a file or https://host/path")
