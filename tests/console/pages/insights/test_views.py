"""The pages of insights as they are answered: every state of a run, files, acknowledgement, two runs side by side."""

import json
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import pytest
from asgiref.sync import async_to_sync
from django.http import StreamingHttpResponse
from django.utils.timezone import now

from rtk.console.pages.insights.measurement_table import ROWS
from rtk.console.store.models import Event, Execution, Run, Verification
from rtk.insight.stops import decided
from rtk.report.write import FORMATS
from tests.console.live import PLAN, head, measurement, whole_record
from tests.console.pages.insights.made import (
    NOT_UNDONE,
    PUBLISHED,
    UNDOING,
    a_run,
    browser_of,
    ended,
    hostile,
    numbers,
    page,
    path_of,
    text_of,
    told,
)
from tests.console.people.world import World

QUERIES = 11  # one of them for how the promise stands over all runs


# What came of a run


def test_a_run_says_what_the_terminal_says_of_it(world: World) -> None:
    run = ended(world, PUBLISHED, UNDOING)
    text = page(world, run)
    kept = json.loads(json.dumps(run.insight))
    for sentence in (kept["headline"], kept["why"], *kept["limits"], kept["cause"]):
        assert escaped(sentence) in text
    assert numbers(text) == {
        "met": "16",
        "deviated": "4",
        "missed": "10",
        "coverage": "66.7 %",
        "budget_spent": "0.93 %",
        "burn_rate": "4.0 ×",
    }


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("'", "&#x27;").replace("<", "&lt;")


def test_its_head_leads_to_what_it_is_about(world: World) -> None:
    run = ended(world)
    text = page(world, run)
    of = run.verification
    for where in (f"objectives/{of.objective_id}", f"verifications/{of.id}", f"experiments/{run.experiment_id}"):
        assert f'href="/acme/shop/{where}"' in text
    assert "95 % over 1 day" in text
    assert "0 to 6,000 ms" in text
    assert "inject-cpu" in text
    assert "Every 10 s for 5 min" in text


def test_why_the_impact_is_not_the_budget_is_told_in_figures(world: World) -> None:
    text = page(world, ended(world, PUBLISHED))
    assert "Observed impact: 11.73 %. Why this is not the budget" in text
    assert "40 s of bad time in a run of 5 min 41 s is 11.73 %." in text
    assert "The budget is 5 % of 1 day, 72 min; of that this run spent 0.93 %." in text
    assert "108 <span" in text
    assert "such runs in 1 day" in text


def test_tabs_of_runs_of_one_verification_are_told_apart_by_verdict_and_time(world: World) -> None:
    run = ended(world, PUBLISHED)
    (title,) = re.findall(r"<head>.*?<title>(.*?)</title>", page(world, run))
    name = run.verification.name
    assert re.fullmatch(rf"fail, \d+ \w+ \d{{4}}, [\d:]+ UTC: {re.escape(name)} · Reliability Toolkit", title)
    other = ended(world)
    (both,) = re.findall(
        r"<head>.*?<title>(.*?)</title>", text_of(browser_of(world), f"{path_of(run)}/compare/{other.id}")
    )
    assert re.match(r"\d+ \w+ \d{4}, [\d:]+ UTC and \d+ ", both)


def test_whether_deviations_came_in_stretches_is_told_with_its_test(world: World) -> None:
    text = page(world, ended(world, PUBLISHED))
    assert "Clustering</dt><dd>none found (runs test, p = " in text
    assert "9 stretches of equal outcomes where 7.4 were expected" in text
    text = page(world, ended(world, ["met"] * 40 + ["deviated"] * 10))
    assert "Clustering</dt><dd>found (runs test, p &lt; 0.001)" in text
    assert "2 stretches of equal outcomes where 17.0 were expected" in text
    assert "Deviations came in stretches" in text


def test_what_there_is_no_data_of_is_said_so(world: World) -> None:
    shown = numbers(page(world, ended(world, [])))
    assert shown["budget_spent"] == shown["burn_rate"] == "no data"
    assert shown["coverage"] == "0 %"


def test_a_measure_without_values_has_no_quantiles(world: World) -> None:
    run = a_run(world)
    *before, end = whole_record(str(run.id), ["met"] * 30)
    told(run, [{**each, "value": None} if each["kind"] == "measurement" else each for each in [*before, end]])
    text = page(world, run)
    assert ">observed</th>" in text
    assert ">p95, ms</th><td" not in text
    assert ">p95, ms</th><td" in page(world, ended(world))


def test_a_run_refused_at_the_gate_is_called_not_begun_everywhere_and_says_why(world: World) -> None:
    run = refused(world)
    text = page(world, run)
    assert "The hypothesis was not met before the run, so no condition was applied and nothing is judged." in text
    assert "Asked 3 times, the last time: shop: outside its tolerance, it gave status 500." in text
    assert "the hypothesis was not met: shop" in text
    assert "Next:</strong> Bring the service into its steady state" in text
    assert "What is proven?" not in text
    assert "a warm-up gives one" not in text
    assert "1 was not begun" in text
    for shown in (text, text_of(browser_of(world), "/acme/shop")):
        assert "Last result: not begun" in shown
    places = (f"verifications/{run.verification_id}", "insights", "executions", f"executions/{run.execution_id}")
    for shown in (
        text,
        *(text_of(browser_of(world), place) for place in ("/acme/shop", *(f"/acme/shop/{each}" for each in places))),
    ):
        assert 'state-warn"' in shown
        assert re.search(r"</svg> not begun</span>", shown)
        assert not re.search(r"</svg> fail(ed)?</span>|>failed in", shown)
    assert "Nothing was to be undone." in text
    assert "Nothing was measured</p>" in text
    assert numbers(text) == {}
    assert 'id="chart"' not in text


def refused(world: World) -> Run:
    """A run whose gate was not met."""
    run, gate = a_run(world), {"tries": 3, "reason": "shop: outside its tolerance, it gave status 500"}
    event = {"t": 3.0, "kind": "event", "text": f"the hypothesis was not met: {gate['reason']}", "gate": gate}
    told(run, [head(str(run.id)), event, {"t": 3.0, "kind": "end", "status": "failed", "stopped": None}])
    Execution.objects.filter(id=run.execution_id).update(status="failed", ended_at=now())
    return run


def test_a_condition_that_never_took_effect_makes_it_invalid(world: World) -> None:
    run = a_run(world)
    record = whole_record(str(run.id), ["met"] * 30)
    told(run, [{**each, "failure": "no credentials"} if each["kind"] == "activity" else each for each in record])
    text = page(world, run)
    assert "The condition &quot;inject-cpu&quot; was not applied: no credentials." in text
    assert "✗ failed" in text


def test_a_broken_baseline_is_told_before_everything_else(world: World) -> None:
    run = a_run(world)
    first, *record = whole_record(str(run.id), ["met"] * 30)
    before = [{**measurement(slot, "deviated"), "phase": "baseline", "due": slot / 100} for slot in range(6)]
    told(run, [first, *before, *record])
    text = page(world, run)
    assert '<p class="verdict-headline">The service missed its target before any condition: ' in text
    assert "The service missed its target before anything was done to it." in text
    assert "tick “Apply no condition where the baseline is broken already”." in text
    assert 'state-odd"' in text
    assert "The service missed its target" not in page(world, ended(world))


def test_a_run_that_was_decided_has_failed_and_says_what_stopped_it(world: World) -> None:
    run, why = a_run(world), decided(9, 30)
    *before, end = whole_record(str(run.id), ["deviated"] * 9 + ["met"] * 3)
    told(
        run,
        [*before, {**end, "status": "completed", "stopped": why.sentence, "cause": why.cause, "detail": why.detail}],
    )
    text = page(world, run)
    assert "decided early: 9 of 30 slots deviated, so it fails whatever the others are" in text
    assert "Last result: fail" in text
    assert "a stopped run never passes" not in text


def test_an_inconclusive_run_says_what_would_be_needed(world: World) -> None:
    assert "clean measurements (" in page(world, ended(world))


def test_a_run_that_was_stopped_says_by_whom(world: World) -> None:
    run = a_run(world)
    *before, end = whole_record(str(run.id), ["met"] * 12)
    told(run, [*before, {**end, "status": "interrupted", "stopped": "stopped on the console by Mary"}])
    text = page(world, run)
    assert "stopped on the console by Mary" in text
    assert "a stopped run never passes" in text


def test_a_run_without_an_objective_is_not_judged(world: World) -> None:
    plan = {key: value for key, value in PLAN.items() if key != "objective"}
    run = a_run(world)
    record = whole_record(str(run.id), ["met"] * 30)
    run.plan = plan
    told(run, [{**record[0], "plan": plan}, *record[1:]])
    text = page(world, run)
    assert "No objective" in text
    assert "There is no objective to judge it by" in text
    assert numbers(text)["budget_spent"] == "no data"


def test_a_record_that_contradicts_itself_is_said_to(world: World) -> None:
    run = a_run(world)
    record = whole_record(str(run.id), ["met"] * 3)
    told(run, [{**each, "activity": 5} if each["kind"] == "intent" else each for each in record])
    text = page(world, run)
    assert "What was told contradicts itself" in text
    assert "TypeError" in text
    assert browser_of(world).get(f"{path_of(run)}/report.html").status_code == 409


def test_an_abandoned_run_is_judged_as_one_that_broke_off(world: World) -> None:
    run = a_run(world)
    told(run, whole_record(str(run.id), ["met"] * 9)[:-2])
    long_ago = now() - timedelta(days=2)
    Run.objects.filter(id=run.id).update(heard_at=long_ago, due_at=long_ago, state="abandoned")
    text = page(world, run)
    assert "Nothing was heard of this run for" in text
    assert "the run ended without a goodbye" in text


def test_a_run_that_lost_contact_says_what_to_do(world: World) -> None:
    run = a_run(world)
    told(run, whole_record(str(run.id), ["met"] * 9)[:-2])
    Run.objects.filter(id=run.id).update(heard_at=now() - timedelta(minutes=2))
    text = page(world, run)
    assert "Lost contact" in text
    assert "chaos recover" in text


def test_a_run_under_way_has_counts_and_no_verdict(world: World) -> None:
    run = a_run(world)
    told(run, whole_record(str(run.id), ["met"] * 9 + ["deviated"])[:-2])
    text = page(world, run)
    assert numbers(text) == {}
    assert 'id="verdict-title"' not in text
    assert "Nothing is undone yet" in text
    assert "report.html" not in text
    assert browser_of(world).get(f"{path_of(run)}/report.md").status_code == 409


def test_the_page_of_an_archived_verification_stays(world: World) -> None:
    run = ended(world)
    Verification.objects.filter(id=run.verification_id).update(deleted_at=now())
    assert "archived" in page(world, run)


def test_a_run_told_by_events_is_said_to_be(world: World) -> None:
    run = ended(world)
    Run.objects.filter(id=run.id).update(told="events")
    text = page(world, run)
    assert "Told by a client of 2020" in text
    assert "A client of 2020, one event a call" in text


def test_what_happened_outside_meanwhile_is_listed(world: World) -> None:
    run = ended(world)
    for minutes, title in ((1, "deployed 1.2"), (-1_000, "long before")):
        at = run.created_at + timedelta(minutes=minutes)
        values = {"kind": "outside", "title": title, "source": "ci", "shown": True, "outer_id": str(uuid4())}
        Event.objects.create(team=world.shop, created_at=at, **values)
    text = page(world, run)
    assert "deployed 1.2" in text
    assert "long before" not in text


def test_every_name_is_inert(world: World) -> None:
    run = hostile(world)
    for path in (path_of(run), "/acme/shop/insights", "/acme/insights"):
        text = text_of(browser_of(world), path)
        assert "<script>alert" not in text, path
        assert "<img src=x" not in text, path


def test_the_table_of_measurements_goes_on_without_script(world: World) -> None:
    run = ended(world, [["met", "deviated", "missed"][k % 3] for k in range(45)])
    first = text_of(browser_of(world), path_of(run))
    assert first.count('class="reason"') == ROWS
    after = re.search(r"\?after=(\d+)#measurements", first)
    assert after
    second = text_of(browser_of(world), f"{path_of(run)}?after={after[1]}")
    assert second.count('class="reason"') == 45 - ROWS
    assert '<details class="card measurements" id="measurements" open>' in second
    assert text_of(browser_of(world), f"{path_of(run)}?outcome=deviated").count('class="reason"') == 15
    for nonsense in ("after=x&outcome=y", "after=-5", "after=99999999999999999999", "outcome=%00"):
        assert text_of(browser_of(world), f"{path_of(run)}?{nonsense}").count('class="reason"') == ROWS


# Files


@pytest.mark.parametrize("form", [suffix.removeprefix(".") for suffix in FORMATS])
def test_reports_are_those_of_the_terminal(world: World, form: str) -> None:
    run = ended(world, PUBLISHED)
    answer = browser_of(world).get(f"{path_of(run)}/report.{form}")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == f'attachment; filename="run-{run.id}.{form}"'
    assert "11.73" in text if form in ("html", "xml") else "fail" in text
    if form == "json":
        assert json.loads(text)["headline"] == (run.insight or {})["headline"]
    if form == "xml":
        assert ElementTree.fromstring(text).find(".//failure") is not None


def test_a_run_that_has_ended_offers_every_form_of_report(world: World) -> None:
    run = ended(world)
    text = page(world, run)
    for suffix, form in FORMATS.items():
        assert re.search(rf'href="{path_of(run)}/report{suffix}">.*</svg> {form.label}</a>', text), suffix


def test_there_is_no_report_of_another_form(world: World) -> None:
    assert browser_of(world).get(f"{path_of(ended(world))}/report.exe").status_code == 404


def csv_of(world: World, run: Run) -> list[str]:
    answer: Any = browser_of(world).get(f"{path_of(run)}/measurements.csv")
    assert isinstance(answer, StreamingHttpResponse)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"

    async def read() -> str:
        parts: Any = answer.streaming_content
        return b"".join([part async for part in parts]).decode()

    return async_to_sync(read)().splitlines()


def test_measurements_come_as_csv_also_while_the_run_goes_on(world: World) -> None:
    run = a_run(world)
    told(run, whole_record(str(run.id), ["met", "missed"])[:-2])
    lines = csv_of(world, run)
    assert lines[0].startswith("phase,slot,due_s,due_utc,")
    assert lines[1] == "conditions,0,0.0,2023-11-14T22:13:20+00:00,0.0,0.1,0.1,met,65.0,ms,"
    assert len(lines) == 3


@pytest.mark.parametrize("reason", ["=cmd|'/C calc'!A0", "+1", "-1", "@SUM(1)", "\t=1", " =1"])
def test_no_reason_is_a_formula(world: World, reason: str) -> None:
    run = a_run(world)
    entries = [{**measurement(0, "deviated"), "reason": reason}]
    told(run, [head(str(run.id)), *entries])
    cell = csv_of(world, run)[1].rpartition("ms,")[2].strip('"')
    assert cell.startswith("'")


# Who may, and how much it takes


def test_a_run_of_another_team_is_not_there(world: World) -> None:
    run = ended(world, team=world.bank)
    for path in ("", "/report.html", "/measurements.csv", f"/compare/{run.id}"):
        assert browser_of(world).get(f"/acme/shop/insights/{run.id}{path}").status_code == 404, path
    assert browser_of(world).post(f"/acme/shop/insights/{run.id}/acknowledge").status_code == 404


def test_the_insight_is_computed_once(world: World) -> None:
    run = ended(world)
    Run.objects.filter(id=run.id).update(insight=None, insight_next=None)
    page(world, run)
    run.refresh_from_db()
    kept = run.insight or {}
    Run.objects.filter(id=run.id).update(insight={**kept, "headline": "It is the one that was kept."})
    assert "It is the one that was kept." in page(world, run)


@pytest.mark.parametrize("state", ["ended", "not restored", "under way"])
def test_the_page_takes_few_queries(world: World, state: str, django_assert_max_num_queries: Any) -> None:
    for _ in range(3):
        ended(world, key="same")
    if state == "under way":
        run = a_run(world, key="same")
        told(run, whole_record(str(run.id), ["met"] * 9)[:-2])
    else:
        run = ended(world, PUBLISHED, NOT_UNDONE if state == "not restored" else UNDOING, key="same")
    browser = browser_of(world)
    browser.get("/acme/shop/insights")
    with django_assert_max_num_queries(QUERIES):
        text_of(browser, path_of(run))
