"""How pages of people tell of browsers and of what the audit log holds."""

from typing import Any

from django import template

register = template.Library()

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
