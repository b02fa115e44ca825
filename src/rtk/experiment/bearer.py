"""What a console says of a token that it does not accept, in its header WWW-Authenticate (RFC 6750)."""

from urllib.request import parse_http_list, parse_keqv_list

# A stranger's words end up in our sentence: a long text must not bury it.
_LONGEST = 120
UNKNOWN = "it is wrong, expired or revoked"


def why_refused(challenge: str | None) -> str:
    """Return why a token is not accepted, such as “it expired on 2026-01-31”, as the end of a sentence."""
    scheme, _, parameters = (challenge or "").strip().partition(" ")
    if scheme.lower() != "bearer":
        return UNKNOWN
    found = parse_keqv_list([each for each in parse_http_list(parameters) if "=" in each])
    said = " ".join(found.get("error_description", "").split())[:_LONGEST]
    return said if said.isprintable() and said else UNKNOWN
