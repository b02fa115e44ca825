"""The templates of reports, which lay out what a story tells; each format brings the filters that its texts pass."""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Template

Filters = tuple[tuple[str, Callable[..., str]], ...]  # names with functions


def rendered(name: str, filters: Filters, **given: Any) -> str:
    """Render a template of `rtk/report/templates`; what is not given and is named there raises."""
    return _template(name, filters).render(**given)


# A console renders many reports in one process.
@cache
def _template(name: str, filters: Filters) -> "Template":
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415  only a run that writes a report needs it

    is_html = name.endswith(".html.jinja")
    made = Environment(
        loader=PackageLoader("rtk.report"),
        autoescape=is_html,  # noqa: S701  Markdown's template escapes each text by a filter of its own
        undefined=StrictUndefined,
        keep_trailing_newline=is_html,
    )
    made.filters.update(filters)
    return made.get_template(name)
