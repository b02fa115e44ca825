"""A promise in words, the same wherever it stands."""

from rtk.insight.facts import ServiceLevelObjective
from rtk.insight.insight import insight
from rtk.insight.promise import promise, promise_at_length, promised_share
from tests.insight.builder import run_of


def test_a_promise_names_its_quantile_where_it_is_one() -> None:
    assert promise(0.95, "", 86400) == "95 % over 1 day"
    assert promise(0.95, "p95 <= 300ms", 86400) == "p95 <= 300ms over 1 day"
    assert promised_share(0.95, "p95 <= 300ms") == "95 % (p95 <= 300ms)"
    assert promise_at_length(0.95, "p95 <= 300ms", 3600) == (
        "p95 <= 300ms over 1 h, so 95 % of measurements within their tolerances and this limit"
    )
    assert promise_at_length(0.95) == "95 % of measurements good"


def test_a_verdict_says_which_quantile_was_promised() -> None:
    promised = ServiceLevelObjective(0.95, 86400.0, quantile="p95 <= 300ms")
    passed, failed = (insight(run_of(marks, objective=promised)) for marks in ("." * 59, "x" * 9 + "." * 9))
    assert passed.headline.endswith("which proves p95 <= 300ms.")
    assert "where 95 % (p95 <= 300ms) was promised" in failed.headline
    assert passed.objective == {"target": 0.95, "window_s": 86400.0, "name": "", "quantile": "p95 <= 300ms"}
