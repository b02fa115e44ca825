"""Secrets, the forms they may be written in, and experiments that give them away wherever they can."""

import base64
import json
from typing import Any
from urllib.parse import quote, quote_plus

from tests.publish.home import Home, shell

DECLARED = 's3cret/with+"odd" signs'
CONFIGURED = "another-one-of-the-configuration"
PASSWORD, HEADER = "pa55word", "let-me-in"


def forms(secret: str) -> dict[str, str]:
    raw = secret.encode()
    return {
        "plain": secret,
        "in JSON": json.dumps(secret)[1:-1],
        "in an address": quote(secret, safe=""),
        "in a path": quote(secret),
        "in a form": quote_plus(secret),
        "in an address, its own signs left": quote(secret, safe="!#$%&'()*+,/:;=?@[]~"),
        "in an address, in small letters": quote(secret, safe="").replace("%2F", "%2f"),
        "in base64": base64.b64encode(raw).decode(),
        "in base64 for addresses": base64.urlsafe_b64encode(raw).decode(),
        "behind a name in base64": base64.b64encode(b"user:" + raw).decode(),
        "behind another name": base64.b64encode(b"us:" + raw + b"!").decode(),
    }


NEVER_TOLD = (*(form for each in (DECLARED, CONFIGURED) for form in forms(each).values()), PASSWORD, HEADER)


def given_away(home: Home, address: str = "localhost:1") -> str:
    """A verification whose secrets turn up in its configuration, a header, an address, arguments and outputs.

    At `address` is a server that answers with what it was asked, or nobody.
    """
    home.environ["DECLARED"] = DECLARED
    method = [_argument(), _asked(address), shell("failing", f"echo {CONFIGURED} >&2; exit 7")]
    return home.verification(
        method=method,
        secrets={"s": {"token": {"type": "env", "key": "DECLARED"}}},
        configuration={"db_password": CONFIGURED, "address": f"http://alice:{PASSWORD}@{address}/", "copy": DECLARED},
    )


def _argument() -> dict[str, Any]:
    printing = 'printf "%s\\n" "$DECLARED" "$1"; printf %s "$DECLARED" | base64; printf %s "user:$DECLARED" | base64'
    action = shell("argument", printing)
    action["provider"]["arguments"] += ["sh", "${token}"]
    action["provider"]["secrets"] = ["s"]
    return action


def _asked(address: str) -> dict[str, Any]:
    encoded = base64.b64encode(f"user:{DECLARED}".encode()).decode()
    provider = {
        "type": "http",
        "url": f"http://alice:{PASSWORD}@{address}/?one=${{token}}&two={quote(DECLARED, safe='')}",
        "headers": {"Authorization": f"Bearer {HEADER}", "X-Other": encoded, "X-Token": "${token}"},
        "secrets": ["s"],
        "timeout": 5,
    }
    return {"type": "probe", "name": "header", "provider": provider}
