"""How often a condition is expected: one parser for files, options, forms and the API, one sentence for bad input."""

import pytest

from rtk.errors import BadInput
from rtk.experiment.block import Overrides, plan_of
from rtk.experiment.occurs import block_of_occurs, occurs_of
from rtk.insight.occurs import Occurs

MONTH = 30 * 86_400.0


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2/30d", Occurs(2, MONTH)),
        ("2/30d,20m", Occurs(2, MONTH, 1200.0)),
        (" 2 / 30d , 20m ", Occurs(2, MONTH, 1200.0)),
        ("0.5/7d,1h30m,10%", Occurs(0.5, 604_800.0, 5400.0, 0.1)),
        ("2/30d,12.5%", Occurs(2, MONTH, None, 0.125)),
        ({"times": 2, "per": "30d", "lasts": "20m"}, Occurs(2, MONTH, 1200.0)),
        ({"times": 2, "per": 2_592_000}, Occurs(2, MONTH)),
        ({"times": 1, "per": "1h", "lasts": "1h"}, Occurs(1, 3600.0, 3600.0)),
        ({"times": 2, "per": "30d", "allowance": "10%"}, Occurs(2, MONTH, None, 0.1)),
        ({"times": 2, "per": "30d", "allowance": 1}, Occurs(2, MONTH)),
    ],
)
def test_it_is_read_from_a_mapping_or_a_text(value: object, expected: Occurs) -> None:
    assert occurs_of(value, "--occurs") == expected


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("0/30d", "--occurs.times: expected a number above 0 and at most 1,000,000,000, not 0"),
        ("-2/30d", "--occurs.times: expected a number above 0 and at most 1,000,000,000, not -2"),
        ("two/30d", '--occurs.times: expected a number above 0 and at most 1,000,000,000, not "two"'),
        ("2/0d", '--occurs.per: expected the time that is for, above 0 and at most 366 days, not "0d"'),
        ("2/0", '--occurs.per: expected the time that is for, above 0 and at most 366 days, not "0"'),
        ("2/-1d", '--occurs.per: expected a duration such as 10s, 5m, 1m30s, 1h or 1d, not "-1d"'),
        ("2/400d", '--occurs.per: expected the time that is for, above 0 and at most 366 days, not "400d"'),
        ("2/month", '--occurs.per: expected a duration such as 10s, 5m, 1m30s, 1h or 1d, not "month"'),
        ("2/30d,-5m", '--occurs.lasts: expected a duration such as 10s, 5m, 1m30s, 1h or 1d, not "-5m"'),
        ("2/30d,long", '--occurs.lasts: expected a duration such as 10s, 5m, 1m30s, 1h or 1d, not "long"'),
        ("2/30d,0s", '--occurs.lasts: expected how long it lasts, above 0 and at most 366 days, not "0s"'),
        ("3/1h,20m1s", "--occurs: 3 times 20 min 1 s each is more than fits into 1 h; expected less"),
        ("2/30d,0%", '--occurs.allowance: expected a share of the budget above 0 and at most 1 such as 10%, not "0%"'),
        (
            {"times": True, "per": "30d"},
            "--occurs.times: expected a number above 0 and at most 1,000,000,000, not true",
        ),
        ({"times": 1e10, "per": "1d"}, "--occurs.times: expected a number above 0 and at most 1,000,000,000, not 100"),
        ({"per": "30d"}, "--occurs.times: expected a number above 0 and at most 1,000,000,000, not null"),
        ({"times": 2}, "--occurs.per: expected a duration such as 10s, 5m, 1m30s, 1h or 1d, not null"),
        ({"times": 2, "per": "30d", "last": "1m"}, "--occurs.last: unknown, did you mean lasts?"),
        ({"times": 2, "per": "30d", "lasts": []}, "--occurs.lasts: expected a duration such as 10s, 5m, 1m30s, 1h or"),
        ({"times": 2, "per": "1d", "allowance": 1.1}, "--occurs.allowance: expected a share of the budget above 0 and"),
        ("2", "--occurs: expected how often it is expected, such as 2/30d, 2/30d,20m where each lasts 20 minutes, or"),
        ("2/30d,", "--occurs: expected how often it is expected"),
        ("2/30d/3", "--occurs: expected how often it is expected"),
        ("", "--occurs: expected how often it is expected"),
        ("2/30d" + "0" * 300, "--occurs: expected how often it is expected"),
        (2, "--occurs: expected how often it is expected"),
        ([2, "30d"], "--occurs: expected how often it is expected"),
    ],
)
def test_what_it_cannot_be_is_one_sentence(value: object, sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        occurs_of(value, "--occurs")
    assert str(refused.value).startswith(sentence)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", ["2/30d", "2/30d,20m", "0.5/1h,90s,10%"])
def test_what_a_file_says_is_read_back(text: str) -> None:
    occurs = occurs_of(text, "")
    assert occurs_of(block_of_occurs(occurs), "") == occurs


def file(**verification: object) -> dict[str, object]:
    numbers = {"frequency-of-measurement": 1, "duration-of-conditions": 60, "objective": {"target": 0.95}}
    return {"extensions": [{"name": "chaosiq", "verification": numbers | verification}]}


def test_the_option_goes_before_the_file() -> None:
    plan = plan_of(file(occurs={"times": 2, "per": "30d"}), Overrides(occurs="3/7d"))
    assert plan.occurs == Occurs(3, 604_800.0)


def test_either_may_be_strict() -> None:
    told = file(**{"occurs": "2/30d", "strict-cost": True})
    assert plan_of(told).occurs == Occurs(2, MONTH, strict=True)
    assert plan_of(file(occurs="2/30d"), Overrides(strict_cost=True)).occurs == Occurs(2, MONTH, strict=True)
    assert plan_of(file(**{"occurs": "2/30d", "strict-cost": False})).occurs == Occurs(2, MONTH)


@pytest.mark.parametrize(
    ("verification", "sentence"),
    [
        ({"strict-cost": True}, "extensions[0].verification.strict-cost: means nothing without occurs, expected both"),
        ({"occurs": "2/30d", "strict-cost": "yes"}, "extensions[0].verification.strict-cost: expected true or false"),
        ({"occurs": "0/30d"}, "extensions[0].verification.occurs.times: expected a number above 0"),
        ({"occurs": "2/30d", "objective": None}, "extensions[0].verification.occurs: there is no budget that it could"),
    ],
)
def test_a_file_that_says_it_wrongly_is_refused(verification: dict[str, object], sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        plan_of(file(**verification))
    assert str(refused.value).startswith(sentence)


def test_a_strict_option_without_it_is_refused() -> None:
    with pytest.raises(BadInput, match=r"^--strict-cost: means nothing without occurs"):
        plan_of(file(), Overrides(strict_cost=True))
