"""The settings of the OpenID Connect issuer that people sign in with."""

import re
from typing import Any

from rtk.console import options
from rtk.errors import BadInput

_NAMED = ("RTK_OIDC_CLIENT_ID", "RTK_OIDC_CLIENT_SECRET")
_DOMAIN = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")


def apps() -> list[dict[str, Any]]:
    """The issuer as allauth's settings have it, none where no setting names one. Raises BadInput."""
    url = options.text("RTK_OIDC_ISSUER")
    given = {name: options.text(name) for name in _NAMED}
    authoritative = domains()
    if not url and not any(given.values()):
        if authoritative:
            raise BadInput("RTK_OIDC_DOMAINS is set and RTK_OIDC_ISSUER is not; expected the issuer to believe")
        return []
    options.address("RTK_OIDC_ISSUER", url, "https://id.example.org")
    for name, value in given.items():
        if not value:
            raise BadInput(f"RTK_OIDC_ISSUER is set and {name} is not; expected what the issuer gave for this console")
    client, secret = given.values()
    # An issuer's own name may end with a slash, after which its metadata is not looked for.
    settings = {"server_url": url.rstrip("/"), "domains": authoritative}
    name = options.text("RTK_OIDC_NAME")
    return [{"provider_id": "sso", "name": name, "client_id": client, "secret": secret, "settings": settings}]


def domains() -> list[str]:
    """Return the domains for whose addresses the issuer's word counts, none by default. Raises BadInput."""
    typed = options.text("RTK_OIDC_DOMAINS").lower().split(",")
    named = [domain.strip() for domain in typed if domain.strip()]
    for domain in named:
        if not _DOMAIN.fullmatch(domain):
            raise BadInput(f"RTK_OIDC_DOMAINS has {domain!r}; expected whole domains like example.org,example.com")
    return named
