"""Templates of reports: HTML is escaped by itself, and what a template names has to be given."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from jinja2 import UndefinedError

import rtk.report
from rtk.report.layout import rendered

TEMPLATES = Path(rtk.report.__file__).parent / "templates"


def test_what_a_template_names_and_nobody_gives_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        rendered("report.md.jinja", (("inert", str), ("code", str)))


def test_in_html_nothing_is_taken_for_markup_but_what_we_drew_ourselves() -> None:
    trusted = {line.strip() for line in (TEMPLATES / "report.html.jinja").read_text().splitlines() if "|safe" in line}
    assert len(trusted) == 3
    assert all(any(ours in line for ours in ("drawing|safe", "style|safe", "chart|safe")) for line in trusted)


def test_every_name_in_markdown_passes_a_filter() -> None:
    expressions = re.findall(r"\{\{-?(.*?)-?\}\}", (TEMPLATES / "report.md.jinja").read_text())
    plain = [each.strip() for each in expressions if not re.search(r"\|inert|\|code|^ ?table\(", each)]
    ours = ("verdict.symbol", "verdict.word", "restored.show()", ".clock", ".utc", "more", "head", "loop.last")
    assert not [each for each in plain if not any(word in each for word in ours)]


def test_a_run_without_a_report_does_not_import_the_engine() -> None:
    code = "import sys, rtk.report.write; sys.exit('jinja2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
