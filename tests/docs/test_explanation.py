"""What the explanations say in numbers is what was measured and what is computed."""

import random
import re
from fractions import Fraction
from itertools import accumulate

import pytest

from bench.series import Service, outcomes
from rtk.insight.bounds import proven_at_least, proven_at_most
from rtk.insight.budget import Spending, budget_of
from rtk.insight.compare import fisher
from rtk.insight.power import power, prospects
from rtk.insight.proof import needed
from rtk.insight.verdict import Case, deciding, verdict_of
from tests.docs.pages import DOCS, ROOT

HONEST, VERDICT, BUDGETS = (
    (DOCS / "explanation" / f"{name}.md").read_text(encoding="utf-8")
    for name in ("honest-measurement", "what-a-verdict-proves", "budgets")
)
RESULTS = (ROOT / "bench" / "RESULTS.md").read_text(encoding="utf-8")
READING = (
    r"`time_http_call` p50 {n} ms \({r}\), p99 {n} ms \({r}\); `requests` p50 {n} ms \({r}\), p99 {n} ms \({r}\); "
    r"`curl` p50 {n} ms \({r}\), p99 {n} ms"
)


def figures(beginning: str, measured: str) -> list[str]:
    """The medians of a row of the bench, by what its cell of the measured says."""
    pattern = measured.replace("{n}", r"([\d.]+)").replace("{r}", r"[\d.]+ to [\d.]+")
    found = re.search(rf"^\| {beginning}[^|]*\|[^|]*\| {pattern}", RESULTS, re.MULTILINE)
    assert found, beginning
    return list(found.groups())


def quoted(beginning: str) -> list[str]:
    """The numbers in the second and third cell of a row of the page."""
    rows = re.findall(rf"^\| {beginning}[^|]*\|([^|]*\|[^|]*)\|$", HONEST, re.MULTILINE)
    return [number for row in rows for number in re.findall(r"\d[\d.]*", row)]


def test_the_slots_of_both_loops_are_those_of_the_bench() -> None:
    ours, theirs = figures("slots measured", r"{n} \({r}\) of 30.*continuously` {n} \({r}\) \|")
    assert quoted("slots measured") == [ours, theirs]


def test_the_lateness_is_that_of_the_bench() -> None:
    assert quoted("begun after it was due") == figures("start lateness by the server", r"p99 {n} ms")
    loaded = figures("start lateness by its own clock", r"p99 {n} ms \({r}\); bare loop {n} ms")
    assert quoted("the same by its own clock") == loaded


def test_the_reading_error_is_that_of_the_bench() -> None:
    ours, ours_p99, requests, requests_p99, curl, curl_p99 = figures("reading error", READING)
    assert quoted("read too long") == [ours, curl, requests]
    assert quoted("the same, p99") == [ours_p99, curl_p99, requests_p99]
    ours, ours_p99, requests, requests_p99, curl, curl_p99 = figures("the same with 4 CPU burners", READING)
    assert quoted("the same under load, median") == [ours, curl, requests]
    assert quoted("the same under load, p99") == [ours_p99, curl_p99, requests_p99]


def test_the_time_to_undo_is_that_of_the_bench() -> None:
    (idle,) = figures("from SIGKILL", r"{n} s")
    (loaded,) = figures("the same with 4 CPU burners", r"{n} s")
    page = (DOCS / "explanation" / "how-undo-survives.md").read_text(encoding="utf-8")
    assert f"it takes {idle} s, and {loaded} s while" in page


def test_the_table_of_what_proof_costs_is_computed() -> None:
    pattern = r"^\| ([\d.]+) % \| (\d+) s \| ([\d,]+) \| ([^|]+) \| ([\d.]+) % \| (\d+) % \|$"
    rows = re.findall(pattern, VERDICT, re.MULTILINE)
    assert len(rows) == 6
    for target, outage, clean, lasting, quality, chance in rows:
        found = prospects(float(Fraction(target) / 100), 1, 10.0, outage_lasts_s=float(outage))
        assert (f"{found.needed:,}", found.time_of(found.needed)) == (clean, lasting)
        assert float(Fraction(quality) / 100) == found.quality
        assert f"{found.power_at_needed:.0%}" == f"{chance}%"


def test_the_table_of_how_long_to_measure_is_computed() -> None:
    page = (DOCS / "how-to" / "choose-frequency-and-duration.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([\d.]+) % \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", page, re.MULTILINE)
    assert len(rows) == 5
    for target, *told in rows:
        plans = [(1.0, 10.0), (10.0, 30.0), (10.0, 60.0)]
        found = [prospects(float(Fraction(target) / 100), 1, every, outage_lasts_s=each) for every, each in plans]
        assert [each.time_of(each.needed) for each in found] == told


def test_how_many_runs_pass_where_each_measurement_counts_by_itself_is_computed() -> None:
    """59 clean slots of a service that is 94.9 % good, with outages of three slots."""
    begins = 0.051 / 0.949 / 3
    assert f"it lets {0.949 * (1 - begins) ** 58:.0%} of runs of 59 slots pass".replace("%", " %") in VERDICT


def test_what_looking_early_makes_of_a_good_service_is_simulated() -> None:
    rng, service = random.Random(4), Service(180, 0.95, 3, 3)
    fails = [deciding(slots, 0.95) or 181 for slots in range(181)]
    runs = [list(accumulate(not good for good in outcomes(service, rng))) for _ in range(2_000)]
    early = sum(any(bad >= fails[n] for n, bad in enumerate(run, 1)) for run in runs) / len(runs)
    late = sum(run[-1] >= fails[180] for run in runs) / len(runs)
    told = " ".join(VERDICT.split())
    assert f"seems to fail at some moment of {early:.0%} of runs of 180 slots".replace("%", " %") in told
    assert f"and at the end of {late:.0%}.".replace("%", " %") in told
    assert f"with outages of three slots, fails {late:.0%} of runs of 180 slots".replace("%", " %") in told


def test_how_long_proof_takes_in_outages_is_computed() -> None:
    told = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    times = {target: round(needed(target, 1_000) / 1_000) for target in (0.95, 0.99)}
    assert f"about {times[0.95]} times as long as one lasts for 95 %, and {times[0.99]} times for 99 %" in told


def test_the_bounds_that_are_told_are_computed() -> None:
    assert f"{proven_at_least(30, 30):.1%}" == "90.5%"
    assert proven_at_least(59, 59) == pytest.approx(0.95, abs=0.001)
    assert proven_at_least(29, 30) == pytest.approx(0.85, abs=0.005)  # "it might also be 85 % good"
    for told in ("30 clean measurements prove 90.5 %, 59 prove 95 %", "Twenty-nine of thirty", "85 % good"):
        assert told in VERDICT


def test_the_loop_that_waits_would_pass_where_the_promise_is_broken() -> None:
    assert "500 of 501 good" in HONEST
    assert "502 of 600 good" in HONEST
    assert (proven_at_least(500, 501) or 0) > 0.95
    assert (proven_at_least(502, 600) or 0) < 0.95
    assert (proven_at_most(502, 600) or 1) < 0.95


def test_the_example_of_a_budget_is_computed() -> None:
    found = budget_of(Spending(0.95, 86_400, 10, 341, met=16, deviated=4, deviating_s=Fraction(40)))
    told = dict(re.findall(r"^\| ([\w ]+) \|[^|]*\| .* = ([^|]+) \|$", BUDGETS, re.MULTILINE))
    assert told == {
        "budget": f"{found.budget_s / 60:g} min" if found.budget_s else None,
        "deviating time": f"{found.deviating_s:g} s",
        "burn rate": f"{found.burn_rate:.1f}",
        "exhausted after": f"{found.exhausted_after_s / 3600:g} h" if found.exhausted_after_s else None,
    }
    assert f"| {found.spent:.2%}".replace("%", " % |") in BUDGETS
    assert f"| {found.affordable} runs a day |" in BUDGETS


def test_what_the_tutorial_reads_out_of_its_run_is_computed() -> None:
    """22 of 30 met, 8 deviated; 6 and 6 met before and after; every 10 s; 95 % over a day."""
    told = (DOCS / "tutorial" / "load-an-ec2-instance.md").read_text(encoding="utf-8")
    assert f"**What is proven?** at most {proven_at_most(22, 30):.1%}".replace("%", " %") in told
    assert f"{proven_at_least(22, 30):.1%} to {proven_at_most(22, 30):.1%}".replace("%", " %") in told
    assert verdict_of(Case(0.95, 30, 22, 8)) == "fail"
    assert "Had 26 been good" in told
    assert [verdict_of(Case(0.95, 30, met, 30 - met)) for met in (25, 26)] == ["fail", "inconclusive"]
    needed_to_pass(" ".join(told.split()))
    found = budget_of(Spending(0.95, 86_400, 10, 436, met=22, deviated=8, deviating_s=Fraction(80)))
    assert f"**What did it cost?** {found.spent:.2%}".replace("%", " % of the budget") in told
    assert f"burn rate {found.burn_rate:.1f} ×" in told
    assert found.exhausted_after_s == 4.5 * 3600
    assert fisher(6, 0, 22, 8) > 0.025
    assert fisher(30, 0, 22, 8) < 0.025


def needed_to_pass(told: str) -> None:
    """What the tutorial says would have been needed to pass: every 10 s, for outages of 30 s on average."""
    found = prospects(0.95, 30, 10.0, outage_lasts_s=30.0)
    assert f"{found.needed} clean measurements in {found.time_of(found.needed)}, for outages of 30 s" in told
    assert f"Thirty of thirty would have proven {found.provable:.1%}".replace("%", " %") in told
    assert f"passes 28 minutes in {power(0.95, found.needed, 0.99, 3.0):.0%} of runs".replace("%", " %") in told
    assert found.enough is not None
    assert f"and {found.time_of(found.enough)} in nine of ten" in told
