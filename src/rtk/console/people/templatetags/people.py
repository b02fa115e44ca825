"""How pages of people tell of browsers and of what the audit log holds."""

import re
from typing import Any

from django import template

from rtk.console import mail
from rtk.console.people import memberships
from rtk.console.people.models import User

register = template.Library()
_CAPITAL = re.compile(r"(?<=[ -])[A-Z](?=[a-z])")

# Looked for in this order: most browsers also name those that they descend from.
_BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
    "curl": "curl",
}
_SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


@register.filter
def browser(agent: str) -> str:
    """What a User-Agent header says in a few words: “Firefox on Linux”."""
    names = [next((name for mark, name in known.items() if mark in agent), "") for known in (_BROWSERS, _SYSTEMS)]
    return " on ".join(filter(None, names)) or agent[:40] or "an unknown browser"


@register.filter
def told(value: Any) -> str:
    """A detail of an audit entry as text, lists without brackets."""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


@register.filter
def sentence(text: str) -> str:
    """Titles of allauth's, Written Like This, as our own: written like this. Abbreviations stay."""
    return _CAPITAL.sub(lambda found: found[0].lower(), " ".join(text.split()))


@register.filter
def may_make_organizations(user: Any) -> bool:
    """Whether somebody, who may be nobody, may make organizations."""
    return isinstance(user, User) and memberships.may_make_organizations(user)


@register.simple_tag
def mail_is_sent() -> bool:
    """Whether mail leaves the console, or is only written into its log."""
    return mail.is_sent()
