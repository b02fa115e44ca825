"""How pages show times, durations, figures, states and fields."""

import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest
from django import forms
from django.template import Context, Template
from django.utils import timezone

from rtk.console.pages.templatetags import show
from rtk.console.store.run_state import RunState
from rtk.insight.occurrence import Allowance
from rtk.insight.standing_shape import StandingState
from rtk.insight.status import RunStatus

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def shown(source: str, **context: Any) -> str:
    return Template("{% load show %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "just now"),
        (9.9, "just now"),
        (-9, "just now"),
        (10, "10 seconds ago"),
        (60, "1 minute ago"),
        (119, "1 minute ago"),
        (3600, "1 hour ago"),
        (3 * 86400, "3 days ago"),
        (70 * 86400, "2 months ago"),
        (800 * 86400, "2 years ago"),
        (-300, "in 5 minutes"),
        (-86400, "in 1 day"),
    ],
)
def test_a_distance_is_told_in_the_largest_unit_that_fits(seconds: float, words: str) -> None:
    assert show.distance(NOON - timedelta(seconds=seconds), NOON) == words


def test_a_time_says_exactly_when_in_its_title() -> None:
    told = show.ago(timezone.now() - timedelta(days=3))
    assert "3 days ago" in told
    assert re.search(
        r'<time datetime="20\d\d-\d\d-\d\dT[^"]+" title="20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC" data-time="ago">', told
    )
    assert show.moment(NOON).endswith(">22 Nov 2026, 12:00:00 UTC</time>")
    assert show.after(NOON, 61.4).endswith('data-time="clock">12:01:01 UTC</time>')
    assert show.after(None, 61.4) == ""
    assert show.day(NOON).endswith(">22 Nov 2026</time>")


def test_the_word_of_a_state_stands_where_no_badge_can() -> None:
    assert [show.word(name) for name in ("not-begun", "lost contact", None)] == [
        "not begun",
        "lost contact",
        "no verdict",
    ]


def test_what_never_was_is_never() -> None:
    assert {show.ago(None), show.moment(None), show.day(None)} == {"never"}


def test_durations_and_figures_are_told_as_everywhere_and_nothing_is_no_data() -> None:
    assert (
        shown("{{ a|span }}, {{ b|span }}, {{ c|span }}", a=300, b=timedelta(days=1), c=None) == "5 min, 1 day, no data"
    )
    assert shown("{{ a|chosen_span }}, {{ b|chosen_percent }}", a=0.125, b=0.99912) == "0.125 s, 99.912 %"
    assert (
        shown("{{ a|percent }}, {{ b|percent }}, {{ c|percent }}", a=0.95, b=0.99997, c=None)
        == "95 %, 99.997 %, no data"
    )
    assert shown('{{ a|figure:"ms" }}, {{ b|figure }}', a=312.44, b=None) == "312.4 ms, no data"


@pytest.mark.parametrize("name", show.STATES)
def test_each_state_has_a_word_and_an_icon_of_its_own_within_what_it_is_compared_with(name: str) -> None:
    badge = show.state(name)
    assert show.STATES[name].word in badge
    assert f"#{show.STATES[name].icon}" in badge


def test_no_two_verdicts_look_alike_without_their_colour() -> None:
    icons = [show.STATES[name].icon for name in ("pass", "fail", "inconclusive", "invalid", "none")]
    assert len(set(icons)) == len(icons)


@pytest.mark.parametrize("known", [*RunState, *RunStatus, *StandingState, *Allowance])
def test_every_state_but_the_end_is_shown_by_its_own_name(known: StrEnum) -> None:
    assert known is RunState.ENDED or known in show.STATES


def test_without_a_state_there_is_no_verdict_and_unknown_ones_are_refused() -> None:
    assert "no verdict" in show.state(None)
    assert "under way" in show.state("running", "under way")
    with pytest.raises(KeyError):
        show.state("marvellous")


def test_an_icon_is_silent_unless_it_has_a_label() -> None:
    assert 'aria-hidden="true"' in show.icon("flask")
    assert 'role="img" aria-label="a &lt;b&gt;"' in show.icon("flask", "a <b>")


class Form(forms.Form):
    name = forms.CharField(widget=forms.TextInput(attrs={"class": "wide"}))
    role = forms.ChoiceField(choices=[("a", "A")])
    sure = forms.BooleanField()
    teams = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.CheckboxSelectMultiple)


def test_a_field_keeps_its_own_class_and_shows_that_it_is_wrong() -> None:
    form = Form({"role": "a"})
    assert 'class="form-control wide is-invalid"' in show.widget(form["name"])
    assert 'class="form-select"' in show.widget(form["role"])
    assert 'class="form-check-input is-invalid"' in show.widget(form["sure"])
    assert show.widget(form["teams"]).count('class="form-check-input is-invalid"') == 2


def test_a_field_stands_with_its_label_its_help_and_what_is_wrong() -> None:
    page = shown('{% include "pages/field.html" with field=form.name %}', form=Form({"name": ""}))
    assert '<label class="form-label" for="id_name">Name</label>' in page
    assert 'aria-invalid="true"' in page
    assert 'aria-describedby="id_name_error"' in page
    assert 'id="id_name_error"' in page


HOSTILE = '"><script>alert(1)</script>'


@pytest.mark.parametrize(
    "part",
    [
        '{% include "pages/copy.html" with text=text label=text %}',
        '{% include "pages/empty.html" with title=text text=text url=text label=text %}',
        '{% include "pages/pager.html" with next=text %}',
        '{% include "pages/tags.html" with tags=texts %}',
        "{% icon text label=text %}",
        '{% state "pass" text %}',
    ],
)
def test_no_part_lets_script_through(part: str) -> None:
    page = shown(part, text=HOSTILE, texts=[HOSTILE])
    assert "<script" not in page
    assert 'href=""' not in page


def test_a_pager_is_a_link_that_goes_on_by_itself_and_nothing_at_the_end() -> None:
    assert 'href="?before=7" hx-get="?before=7"' in shown('{% include "pages/pager.html" with next="?before=7" %}')
    assert shown('{% include "pages/pager.html" with next=None %}').strip().endswith('aria-label="More"></nav>')


def test_the_tab_of_the_browser_says_what_the_heading_says_without_its_markup() -> None:
    source = '{% extends "pages/entrance.html" %}{% block title %}A &amp; <em>B</em>\n  of C{% endblock %}'
    assert "<title>A &amp; B of C · Reliability Toolkit</title>" in Template(source).render(Context())
