"""Every setting of the console: one table with name, default and help that feeds Django, checks, --help and the docs.

All come from the environment. A secret may also come from a file, named by the same variable with `_FILE` after it.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from rtk.console.limits import LIMITS, Limit
from rtk.errors import BadInput


class Option(NamedTuple):
    """One environment variable. `default` is what holds when it is unset or empty; `kind` says how it is read."""

    name: str
    default: str
    help: str
    kind: str = "text"
    secret: bool = False


OPTIONS = (
    Option("RTK_DATA", "", "Directory of the database and the keys; by default one of the platform's for data."),
    Option("RTK_HOST", "127.0.0.1", "Address to listen on; anything but loopback needs RTK_PUBLIC_URL."),
    Option("RTK_PORT", "8000", "Port to listen on.", "number"),
    Option("RTK_PUBLIC_URL", "", "Where people reach the console; by default http://localhost and the port."),
    Option("RTK_ALLOWED_HOSTS", "", "Further host names under which it answers, separated by commas."),
    Option("RTK_TRUSTED_PROXIES", "0", "How many proxies in front of it set X-Forwarded-For and -Proto.", "number"),
    Option("RTK_INSECURE_COOKIES", "no", "Send cookies over plain http beyond this machine as well.", "flag"),
    Option("RTK_SECRET_KEY", "", "Signs sessions and links; made and kept in the data directory.", secret=True),
    Option("RTK_DEBUG", "no", "Show error pages with code and settings.", "flag"),
    Option("RTK_LOG_LEVEL", "warning", "Least level that is logged: debug, info, warning or error.", "level"),
    Option("RTK_LOG_FORMAT", "text", "How a line of the log is written: text, or json.", "log format"),
    Option("DATABASE_URL", "", "Your own PostgreSQL, 14 or newer: postgresql://user:password@host/name.", secret=True),
    Option("RTK_SIGN_UP", "invitation", "Who may sign up: by invitation only, or open to all.", "sign-up"),
    Option(
        "RTK_NEW_ORGANIZATIONS",
        "administrators",
        "Who may make organizations: administrators of the console only, or everybody.",
        "organizations",
    ),
    Option("RTK_OIDC_ISSUER", "", "OpenID Connect issuer to sign in with, such as https://id.example.org."),
    Option("RTK_OIDC_NAME", "Single sign-on", "What the button to sign in with it says."),
    Option("RTK_OIDC_CLIENT_ID", "", "The console's client id at the issuer."),
    Option("RTK_OIDC_CLIENT_SECRET", "", "The console's client secret at the issuer.", secret=True),
    Option("RTK_OIDC_DOMAINS", "", "Domains for whose addresses the issuer's word counts, separated by commas."),
    Option("RTK_MAIL_URL", "", "Mail server: smtp://user:password@host:587 (STARTTLS) or smtps://….", secret=True),
    Option("RTK_MAIL_FROM", "reliability-toolkit@localhost", "Sender of the console's mail."),
    Option(
        "RTK_WORKER", "yes", "Do what happens by itself in the console's process; else in those of rtk worker.", "flag"
    ),
    Option("RTK_NOTIFY_OWN_NETWORK", "no", "Let webhooks call private networks and this machine, by http too.", "flag"),
    Option("RTK_PACKAGE", "", "Address of the wheel that pages tell pip to install; by default the console's own."),
    Option("RTK_IMAGE", "", "Container image with the toolkit, which pages name in files for Docker and Kubernetes."),
    *(Option(each.name, str(each.default), each.help, "number") for each in LIMITS),
)
_BY_NAME = {option.name: option for option in OPTIONS}
_YES, _NO = {"yes", "true", "on", "1"}, {"no", "false", "off", "0"}
_CHOICES = {
    "level": ("debug", "info", "warning", "error"),
    "log format": ("text", "json"),
    "sign-up": ("invitation", "open"),
    "organizations": ("administrators", "everybody"),
}


def text(name: str, given: Mapping[str, str] | None = None) -> str:
    """A setting's value as text, from its variable, its file or its default.

    Raises BadInput when its file cannot be read.
    """
    variables = os.environ if given is None else given
    option = _BY_NAME[name]
    if value := variables.get(name, "").strip():
        return value
    variable = f"{name}_FILE"
    path = variables.get(variable, "") if option.secret else ""
    if not path:
        return option.default
    try:
        if value := Path(path).read_text().strip():
            return value
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise BadInput(f"{variable}: cannot read {path!r}: {reason}; expected a file that holds the value") from None
    # What is unset has a default, which is another thing than what somebody wanted to keep in a file.
    raise BadInput(f"{variable}: {path!r} is empty; expected a file that holds the value")


def number(name: str, given: Mapping[str, str] | None = None) -> int:
    """A setting that is a whole number, 0 or more. Raises BadInput for anything else."""
    value = text(name, given)
    if not value.isascii() or not value.isdigit():
        raise BadInput(f"{name} is {value!r}; expected a whole number")
    return int(value)


def limit(of: Limit, given: Mapping[str, str] | None = None) -> int:
    """Return the value of a limit that is in force. Raises BadInput for one that cannot be."""
    value = number(of.name, given)
    if not of.least <= value <= of.most and not (of.zero and value == 0):
        zero = ", or 0" if of.zero else ""
        raise BadInput(f"{of.name} is {value}; expected a whole number from {of.least} to {of.most}{zero}")
    return value


def flag(name: str, given: Mapping[str, str] | None = None) -> bool:
    """A setting that is yes or no. Raises BadInput for anything else."""
    value = text(name, given).lower()
    if value not in _YES | _NO:
        raise BadInput(f"{name} is {value!r}; expected yes or no")
    return value in _YES


def choice(name: str, given: Mapping[str, str] | None = None) -> str:
    """A setting that is one of a few words. Raises BadInput for any other."""
    value, choices = text(name, given).lower(), _CHOICES[_BY_NAME[name].kind]
    if value not in choices:
        raise BadInput(f"{name} is {value!r}; expected one of {', '.join(choices)}")
    return value


def address(name: str, value: str, example: str) -> SplitResult:
    """The parts of an http or https address that a setting has. Raises BadInput for anything else."""
    try:
        parts = urlsplit(value)
        known = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        known = False
    if not known:
        raise BadInput(f"{name} is {value!r}; expected an address like {example}")
    return parts
