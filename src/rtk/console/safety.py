"""Settings that are fine on one's own machine and unsafe beyond it: refused there, each with what to do about it."""

import ipaddress
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from rtk.console import options
from rtk.errors import BadInput

LEAST_KEY = 32  # characters
_DEBUG = "RTK_DEBUG shows code and settings to anybody; unset it"
_KEY = (
    f"without a secret key of {LEAST_KEY} characters or more sessions can be forged; set RTK_SECRET_KEY_FILE to a file "
    "with one, or start the console with 'rtk up', which makes one"
)
_ANY_HOST = "RTK_ALLOWED_HOSTS has '*', under which anybody's name leads here; list the names"
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_PLAIN = (
    "over plain http others can read passwords and cookies; set RTK_PUBLIC_URL to the https:// address of a proxy in "
    "front of it, or RTK_INSECURE_COOKIES=yes on a network that you trust"
)
_ISSUER = (
    "over plain http anybody on the way can answer for the issuer; give RTK_OIDC_ISSUER an https:// address, or set "
    "RTK_INSECURE_COOKIES=yes on a network that you trust"
)


class Chosen(NamedTuple):
    """What decides about safety, as it was set."""

    host: str
    public_url: str
    key: str
    debug: bool
    insecure_cookies: bool
    further_hosts: str
    issuer: str = ""


def chosen(environ: Mapping[str, str] | None = None) -> Chosen:
    """The same from the environment. Raises BadInput for values that cannot be read."""
    return Chosen(
        options.text("RTK_HOST", environ),
        options.text("RTK_PUBLIC_URL", environ),
        options.text("RTK_SECRET_KEY", environ),
        options.flag("RTK_DEBUG", environ),
        options.flag("RTK_INSECURE_COOKIES", environ),
        options.text("RTK_ALLOWED_HOSTS", environ),
        options.text("RTK_OIDC_ISSUER", environ),
    )


def refuse_unsafe(settings: Chosen) -> None:
    """Raise BadInput, one line for each thing that is unsafe, when the console can be reached from other machines."""
    given = settings.public_url or "http://localhost"
    parts = options.address("RTK_PUBLIC_URL", given, "https://rtk.example.org")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise BadInput(
            f"RTK_PUBLIC_URL is {settings.public_url!r}; expected nothing after the host, which it has to itself"
        )
    if not beyond_this_machine(settings):
        return
    plain = parts.scheme != "https" and not settings.insecure_cookies
    any_host = "*" in (host.strip() for host in settings.further_hosts.split(","))
    key = len(settings.key) < LEAST_KEY
    issuer = urlsplit(settings.issuer)
    told = issuer.scheme == "http" and not _is_loopback(issuer.hostname or "") and not settings.insecure_cookies
    rules = [(settings.debug, _DEBUG), (key, _KEY), (plain, _PLAIN), (any_host, _ANY_HOST), (told, _ISSUER)]
    found = [fix for unsafe, fix in rules if unsafe]
    if found:
        raise BadInput("\n".join(f"unsafe beyond this machine: {fix}" for fix in found))


def beyond_this_machine(settings: Chosen) -> bool:
    """Whether others can reach it: it listens to them, or is known to them under a name."""
    hosts = [settings.host, urlsplit(settings.public_url).hostname or "localhost", *settings.further_hosts.split(",")]
    return not all(_is_loopback(host.strip()) for host in hosts if host.strip())


def allowed_hosts(settings: Chosen) -> list[str]:
    """Return the names under which pages answer: those that were set, and this machine's own until others reach it.

    A link that somebody opens on another machine never leads to theirs, whatever their browser was made to ask for.
    """
    public = urlsplit(settings.public_url).hostname or "localhost"
    further = [host.strip() for host in settings.further_hosts.split(",") if host.strip()]
    here = _LOOPBACK if _is_loopback(public) else ()
    return list(dict.fromkeys([*here, f"[{public}]" if ":" in public else public, *further]))


def _is_loopback(host: str) -> bool:
    name = host.strip("[]").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
