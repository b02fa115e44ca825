"""Every case of the design's test vectors, and figures that have no meaning."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import asdict

from rtk.errors import BadInput
from rtk.insight.figures import figures

VECTORS = Path(__file__).with_name("insight-vectors.json")
CASES = json.loads(VECTORS.read_text())["cases"]
UNITS = {"h": 3600.0, "d": 86400.0}


def seconds(window: str) -> float:
    return float(window[:-1]) * UNITS[window[-1]]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_every_figure_of_a_vector_comes_out(case: dict[str, Any]) -> None:
    given = {**case["given"], "window_s": seconds(case["given"]["window"])}
    del given["window"]
    computed = asdict(figures(**given))
    for name, expected in case["expect"].items():
        assert type(computed[name]) is type(expected), name
        if isinstance(expected, float):
            assert computed[name] == pytest.approx(expected, rel=1e-9, abs=0), name
        else:
            assert computed[name] == expected, name


def test_the_counts_are_given_back_and_add_up() -> None:
    computed = figures(0.95, None, 1.0, 30, 20, 4, 2, 30.0)
    assert (computed.planned, computed.met, computed.deviated, computed.missed) == (30, 20, 4, 6)


def test_without_a_window_there_is_no_budget_and_yet_a_burn_rate() -> None:
    computed = figures(0.95, None, 1.0, 10, 9, 1, 0, 10.0)
    assert computed.budget_s is computed.budget_spent is computed.affordable is computed.exhausted_after_s is None
    assert computed.burn_rate == 2.0


def test_without_an_objective_there_is_no_verdict_and_yet_bounds() -> None:
    computed = figures(None, None, 1.0, 10, 9, 1, 0, 10.0)
    assert computed.verdict is None
    assert computed.needed is computed.burn_rate is None
    assert computed.proven_at_least is not None


def test_nothing_planned_is_no_data_and_never_a_share() -> None:
    computed = figures(0.95, 86400.0, 1.0, 0, 0, 0, 0, 0.0)
    assert computed.coverage is computed.observed is computed.observed_budget_impact is None
    assert computed.verdict == "inconclusive"


def test_more_measurements_than_planned_never_cover_more_than_all() -> None:
    assert figures(0.95, None, 1.0, 30, 40, 0, 0, 40.0).coverage == 1.0


@pytest.mark.parametrize("target", [0.0, 1.0, 1.5, -0.1, float("nan")])
def test_a_target_that_is_no_share_is_refused(target: float) -> None:
    with pytest.raises(BadInput, match=r"above 0 and below 1"):
        figures(target, 86400.0, 1.0, 10, 10, 0, 0, 10.0)
