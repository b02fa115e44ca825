"""The cookies of a request, read at little cost, whatever somebody writes into them."""

from django.http import parse_cookie

from rtk.console.bodies import Scope

NAME = b"cookie"
ESCAPE = b"\\"


def harmless(scope: Scope) -> Scope:
    """Return a request without the cookies that hold an escape, of which none is ours.

    Python before 3.11.10 takes time by the square of a quoted cookie's length to undo its escapes: one head of 60 KiB
    held the whole console for 24 seconds.
    """
    headers = scope.get("headers", ())
    for name, value in headers:
        if name == NAME and ESCAPE in value:
            kept = [
                (name, b";".join(each for each in value.split(b";") if ESCAPE not in each) if name == NAME else value)
                for name, value in headers
            ]
            return {**scope, "headers": kept}
    return scope


def session_of(scope: Scope, name: str) -> str:
    """Return the value of the cookie of this name as Django reads it; empty where there is none."""
    sent = b"; ".join(value for key, value in scope.get("headers", ()) if key == NAME)
    return str(parse_cookie(sent.decode("latin-1")).get(name, "")) if name.encode() in sent else ""
