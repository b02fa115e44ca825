"""When rollbacks are played is one of four words, wherever it is said."""

from typing import Any

import pytest

from rtk.errors import BadInput
from rtk.experiment.shape import experiment
from rtk.experiment.strategy import Strategy, strategy_in
from tests.experiment.samples import small


def said(value: Any) -> dict[str, Any]:
    return {"runtime": {"rollbacks": {"strategy": value}}}


@pytest.mark.parametrize("strategy", Strategy)
def test_the_four_strategies_are_known(strategy: Strategy) -> None:
    assert strategy_in(said(str(strategy))) is strategy
    experiment(small(**said(str(strategy))))


@pytest.mark.parametrize("value", ["Always", "allways", "", "ALWAYS ", 1, True, ["always"], {"always": 1}])
def test_what_is_no_strategy_is_refused_with_what_was_expected(value: Any) -> None:
    expected = r'runtime\.rollbacks\.strategy: expected "always", "default", "deviated" or "never"'
    with pytest.raises(BadInput, match=expected):
        strategy_in(said(value))
    with pytest.raises(BadInput, match=expected):
        experiment(small(**said(value)))


@pytest.mark.parametrize(
    "holder", [{}, {"runtime": None}, {"runtime": {}}, {"runtime": {"rollbacks": None}}, said(None)]
)
def test_where_none_is_said_there_is_none(holder: dict[str, Any]) -> None:
    assert strategy_in(holder) is None
    experiment(small(**holder))


@pytest.mark.parametrize("holder", [{"runtime": "always"}, {"runtime": {"rollbacks": "always"}}])
def test_a_block_that_is_no_mapping_is_refused(holder: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match='expected a mapping, not "always"'):
        strategy_in(holder)


@pytest.mark.parametrize(
    ("holder", "sentence"),
    [
        ({"runtime": {"rollback": {"strategy": "never"}}}, r"runtime\.rollback: unknown, did you mean rollbacks\?"),
        ({"runtime": {"rollbacks": {"stratgey": "never"}}}, r"rollbacks\.stratgey: unknown, did you mean strategy\?"),
    ],
)
def test_a_misspelled_key_is_refused_since_rollbacks_would_be_played_all_the_same(
    holder: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        strategy_in(holder)
    with pytest.raises(BadInput, match=sentence):
        experiment(small(**holder))


def test_a_key_of_somebody_else_is_left_alone() -> None:
    assert strategy_in({"runtime": {"acme": 1, "rollbacks": {"strategy": "never", "why": "x"}}}) is Strategy.NEVER
