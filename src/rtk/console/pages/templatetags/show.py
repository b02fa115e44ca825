"""How every page shows what it knows: times, durations, shares, figures, states, icons, and the built front end."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.template import Context
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString

from rtk.console.pages import built, frame
from rtk.console.store.run_state import RunState
from rtk.console.store.safeguards import SafeguardState
from rtk.figures import chosen_duration, chosen_share, duration, number, share
from rtk.report.text import with_units

register = template.Library()
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_MONTH, _YEAR = 30.44 * _DAY, 365.25 * _DAY  # seconds, on average
# The largest unit that fits at least once names the distance.
_UNITS = ((_YEAR, "year"), (_MONTH, "month"), (_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute"), (1, "second"))
_JUST_NOW = 10  # seconds


class StateDisplay(NamedTuple):
    """How a state is shown: in which word, with which icon, in which tone."""

    word: str
    icon: str
    tone: str


STATES: dict[str, StateDisplay] = {
    "pass": StateDisplay("pass", "circle-check", "good"),
    "fail": StateDisplay("fail", "circle-x", "bad"),
    "inconclusive": StateDisplay("inconclusive", "help-circle", "warn"),
    "invalid": StateDisplay("invalid", "ban", "odd"),
    "not-begun": StateDisplay("not begun", "alert-octagon", "warn"),
    "running": StateDisplay("running", "refresh", "busy"),
    RunState.LOST_CONTACT: StateDisplay("lost contact", "plug-off", "warn"),
    "abandoned": StateDisplay("abandoned", "hourglass-off", "quiet"),
    "completed": StateDisplay("completed", "check", "good"),
    "failed": StateDisplay("failed", "alert-octagon", "bad"),
    "aborted": StateDisplay("aborted", "hand-stop", "warn"),
    "interrupted": StateDisplay("interrupted", "player-stop", "warn"),
    "deviated": StateDisplay("deviated", "wave", "bad"),
    "met": StateDisplay("met", "point", "good"),
    "missed": StateDisplay("not measured", "minus", "quiet"),
    "restored": StateDisplay("restored", "arrow-back", "good"),
    "not-restored": StateDisplay("not restored", "alert-triangle", "bad"),
    "within-allowance": StateDisplay("within allowance", "circle-check", "good"),
    "beyond-allowance": StateDisplay("beyond allowance", "circle-x", "bad"),
    "unknown": StateDisplay("unknown", "help-circle", "warn"),
    "not-recovered": StateDisplay("not recovered", "activity", "bad"),
    "kept": StateDisplay("kept", "circle-check", "good"),
    "broken": StateDisplay("broken", "circle-x", "bad"),
    "not-proven": StateDisplay("not proven", "help-circle", "warn"),
    "lapsed": StateDisplay("lapsed", "clock", "warn"),
    "never-tried": StateDisplay("never tried", "plus", "quiet"),
    SafeguardState.IN_FORCE: StateDisplay("in force", "hand-stop", "warn"),
    SafeguardState.PLANNED: StateDisplay("planned", "clock", "quiet"),
    SafeguardState.OVER: StateDisplay("over", "check", "quiet"),
    SafeguardState.LIFTED: StateDisplay("lifted", "arrow-back", "quiet"),
    "archived": StateDisplay("archived", "archive", "quiet"),
    "none": StateDisplay("no verdict", "dots", "quiet"),
}


@register.simple_tag
def bundle(name: str, blocking: bool = False) -> SafeString:
    """The styles and the script of a built entry, of frontend/src/entries/{name}.ts. Nothing when nothing is built.

    A blocking script is run before the page is drawn, so it had better be tiny; it may import nothing.
    """
    try:
        found = built.bundle(name)
    except built.NotBuilt:
        return SafeString("")
    styles = format_html_join("", '<link rel="stylesheet" href="{}">', ((_file(each),) for each in found.styles))
    if blocking:
        return styles + format_html('<script src="{}"></script>', _file(found.script))
    # A browser would else hear of an import only once it has read what imports it.
    early = format_html_join("", '<link rel="modulepreload" href="{}">', ((_file(each),) for each in found.imports))
    return styles + early + format_html('<script type="module" src="{}"></script>', _file(found.script))


@register.simple_tag
def not_built() -> str:
    """What to do when the front end is not built, else nothing."""
    return "" if (built.DIST / "manifest.json").exists() else built.HOW


@register.simple_tag
def icon(name: str, label: str = "", size: int = 20) -> SafeString:
    """An icon of the sprite. It is decoration beside a word, unless a label says what it stands for."""
    try:
        sprite = _file(built.asset("src/frame/icons.svg"))
    except built.NotBuilt:
        sprite = ""
    return _drawn(name, label, size, sprite)


@lru_cache(maxsize=500)  # a long list holds the same few a hundred times
def _drawn(name: str, label: str, size: int, sprite: str) -> SafeString:
    named = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    form = '<svg class="icon" width="{}" height="{}" {}><use href="{}#{}"/></svg>'
    return format_html(form, size, size, named, sprite, name)


@register.simple_tag
def state(name: str | None, label: str = "") -> SafeString:
    """A state as a badge with icon and word; `label` is another word for the same. States are those of STATES."""
    shown = STATES[name or "none"]
    form = '<span class="badge state state-{}">{} {}</span>'
    return format_html(form, shown.tone, icon(shown.icon, size=16), label or shown.word)


@register.filter
def together(text: str) -> str:
    """A sentence in which each figure stays on one line with its unit."""
    return with_units(text)


@register.filter
def word(name: str | None) -> str:
    """The word of a state, for where no badge can stand."""
    return STATES[name or "none"].word


@register.filter
def ago(when: datetime | None) -> SafeString | str:
    """How long ago it was, or how soon it will be, as <time> whose title is exact; a script keeps it right."""
    return _time(when, distance(when), "ago") if when else "never"


@register.filter
def moment(when: datetime | None) -> SafeString | str:
    """Day and time, "22 Nov 2026, 17:05:41 UTC", which a script turns into the reader's zone."""
    return _time(when, f"{_day(when)}, {when.astimezone(UTC):%H:%M:%S} UTC", "moment") if when else "never"


@register.simple_tag
def after(began: datetime | None, seconds: float) -> SafeString | str:
    """The time of day so many seconds after a moment, "17:05:41 UTC", which a script turns into the reader's zone."""
    if began is None:
        return ""
    when = began + timedelta(seconds=seconds)
    return _time(when, f"{when.astimezone(UTC):%H:%M:%S} UTC", "clock")


@register.filter
def day(when: datetime | None) -> SafeString | str:
    """The day alone, "22 Nov 2026", exact in its title."""
    return _time(when, _day(when), "day") if when else "never"


@register.filter
def span(seconds: float | timedelta | None) -> str:
    """A duration in the unit that reads best: "5 min", "1 day"."""
    return duration(seconds.total_seconds() if isinstance(seconds, timedelta) else seconds)


@register.filter
def chosen_span(seconds: float) -> str:
    """Return a length of time that somebody chose, such as a frequency, as it was written."""
    return chosen_duration(seconds)


@register.filter
def percent(part: float | None) -> str:
    """A share, 0 to 1, as "95 %"; None is "no data"."""
    return share(part)


@register.filter
def chosen_percent(part: float | None) -> str:
    """Return a share that somebody chose, such as a target, as it was written: "99.912 %"."""
    return chosen_share(part)


@register.filter
def figure(value: float | None, unit: str = "") -> str:
    """A value with its unit, "312.4 ms"; None is "no data"."""
    return number(value, unit)


@register.simple_tag
def widget(field: BoundField) -> SafeString:
    """A form field's input, as wide and as wrong as it is."""
    kind = field.field.widget
    several = isinstance(kind, CheckboxSelectMultiple | RadioSelect)
    ticked = several or isinstance(kind, CheckboxInput)
    form = "form-check-input" if ticked else "form-select" if isinstance(kind, Select) else "form-control"
    wrong = "is-invalid" if field.errors else ""
    classes = " ".join(filter(None, (form, kind.attrs.get("class", ""), wrong)))
    drawn = field.as_widget(attrs={"class": classes})
    # Django gives the class of the inputs to what is around them too, where it comes first.
    return SafeString(drawn.replace(f' class="{classes}"', "", 1)) if several else drawn


@register.simple_tag(takes_context=True)
def titled(context: Context) -> SafeString:
    """What the block `title` of this page says, for the browser's tab: a block itself can stand in one place only."""
    block = context.render_context[BLOCK_CONTEXT_KEY].get_block("title")
    text = re.sub(r"\s+", " ", strip_tags(block.render(context))).strip()
    return SafeString(text.replace("<", "&lt;"))  # it was escaped when it was rendered


@register.simple_tag(takes_context=True, name="frame")
def around(context: Context) -> frame.PageFrame:
    """What stands around the page: navigation, switcher, banner."""
    given: dict[Any, Any] = context.flatten()
    match = getattr(given.get("request"), "resolver_match", None)
    at = given.get("at") or frame.account_page(getattr(match, "url_name", None))
    return frame.around(given.get("user"), given.get("org"), given.get("team"), str(at))


def distance(when: datetime, now: datetime | None = None) -> str:
    """How far a moment is from now, in the largest unit that fits: "3 days ago", "in 5 minutes", "just now"."""
    seconds = ((now or timezone.now()) - when).total_seconds()
    if abs(seconds) < _JUST_NOW:
        return "just now"
    size, unit = next((size, unit) for size, unit in _UNITS if abs(seconds) >= size)
    n = int(abs(seconds) // size)
    text = f"{n} {unit}" if n == 1 else f"{n} {unit}s"
    return f"{text} ago" if seconds > 0 else f"in {text}"


def _time(when: datetime, text: str, kind: str) -> SafeString:
    exact = when.astimezone(UTC)
    form = '<time datetime="{}" title="{} UTC" data-time="{}">{}</time>'
    return format_html(form, exact.isoformat(), f"{exact:%Y-%m-%d %H:%M:%S}", kind, text)


def _day(when: datetime) -> str:
    exact = when.astimezone(UTC)
    return f"{exact.day} {exact:%b %Y}"


@lru_cache(maxsize=100)
def _file(name: str) -> str:
    return static(f"pages/dist/{name}")
