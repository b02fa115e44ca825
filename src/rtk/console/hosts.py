"""Under which names the API answers, where a call is answered before Django sees it: by Django's own check of them."""

from functools import lru_cache

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest

from rtk.console.bodies import Application, Receive, Scope, Send, problem, turned_away

MOST_REMEMBERED, LONGEST_REMEMBERED = 1_024, 300  # names that were looked at, and bytes of one
UNKNOWN = "this console does not answer under the host name of the request; expected that of its address"


class NamedHost:
    """An application around another that answers only under the console's names. `only` is the paths it looks at."""

    def __init__(self, inner: Application, only: str = "/") -> None:
        self._inner = inner
        self._only = only
        self._remembered = lru_cache(MOST_REMEMBERED)(is_ours)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["path"].startswith(self._only):
            named = [value for key, value in scope["headers"] if key == b"host"]
            if named:
                host = named[0] if len(named) == 1 else b",".join(named)  # two are none that is known
            else:  # HTTP/1.0 names no host: the address that received the request counts
                address, port = scope.get("server") or ("", None)
                host = f"[{address}]:{port}".encode() if ":" in address else f"{address}:{port}".encode()
            # A long name is looked at, but not remembered: somebody could fill the memory with such names.
            if not (self._remembered if len(host) <= LONGEST_REMEMBERED else is_ours)(host):
                await turned_away(receive, send, *problem(400, UNKNOWN))
                return
        await self._inner(scope, receive, send)


def is_ours(host: bytes) -> bool:
    """Return whether this is a name of the console, with or without a port."""
    request = HttpRequest()
    request.META["HTTP_HOST"] = host.decode("latin-1")
    try:
        request.get_host()
    except DisallowedHost:
        return False
    return True
