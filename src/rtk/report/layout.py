"""The templates of reports, which lay out what a story tells and escape it in their own way."""

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment


def rendered(name: str, **given: Any) -> str:
    """Render a template of `rtk/report/templates`; what is not given and is named there raises."""
    return _environment(name.endswith(".html.jinja")).get_template(name).render(**given)


@cache
def _environment(is_html: bool) -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415  only a run that writes a report needs it
    from markupsafe import Markup, escape  # noqa: PLC0415

    from rtk.report.markdown import code, escaped  # noqa: PLC0415  which renders by this module
    from rtk.report.text import plain, with_units  # noqa: PLC0415

    made = Environment(
        loader=PackageLoader("rtk.report"),
        autoescape=is_html,  # noqa: S701  Markdown's template escapes each text by a filter of its own
        undefined=StrictUndefined,
        keep_trailing_newline=is_html,
    )
    made.filters |= {
        "words": lambda text: Markup(with_units(str(escape(text)))),  # noqa: S704  it is escaped
        "plain": plain,
        "inert": escaped,
        "code": code,
    }
    return made
