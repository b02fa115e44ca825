"""Whether what Prometheus answered is good: every sample of every series lies within the bounds, inclusive.

`value` is filled in by the Chaos Toolkit with the answer of Prometheus' HTTP API as the probes of
`chaosprometheus` give it, or with the number of `chaoscloud.probes.prometheus`. Vectors, matrices, scalars and
strings that hold a number are read. An error, an answer without a sample, a NaN and whatever else is no number are
outside: no data is never good.
"""

import math
from collections.abc import Iterator
from typing import Any

from chaoscloud.tolerances.number import is_between

__all__ = ["result_value_above", "result_value_between", "result_value_under"]


def result_value_under(value: Any = None, upper: float | str = 1.0) -> bool:
    """Whether every sample is at most `upper`, in the unit of the query.

    {
        "type": "probe",
        "name": "error-rate-under",
        "provider": {
            "type": "python",
            "module": "chaoscloud.tolerances.prometheus",
            "func": "result_value_under",
            "arguments": {"upper": 0.01}
        }
    }
    """
    return result_value_between(value, -math.inf, upper)


def result_value_above(value: Any = None, lower: float | str = 0.0) -> bool:
    """Whether every sample is at least `lower`, in the unit of the query.

    {
        "type": "probe",
        "name": "replicas-above",
        "provider": {
            "type": "python",
            "module": "chaoscloud.tolerances.prometheus",
            "func": "result_value_above",
            "arguments": {"lower": 3}
        }
    }
    """
    return result_value_between(value, lower, math.inf)


def result_value_between(value: Any = None, lower: float | str = 0.0, upper: float | str = 1.0) -> bool:
    """Whether every sample lies from `lower` to `upper`, in the unit of the query.

    {
        "type": "probe",
        "name": "load-between",
        "provider": {
            "type": "python",
            "module": "chaoscloud.tolerances.prometheus",
            "func": "result_value_between",
            "arguments": {"lower": 0.2, "upper": 0.8}
        }
    }
    """
    try:
        samples = list(_samples(value))
    except (LookupError, TypeError, ValueError):
        return False
    return bool(samples) and all(is_between(sample, lower, upper) for sample in samples)


def _samples(answer: Any) -> Iterator[Any]:
    """The value of each sample; a LookupError, TypeError or ValueError where the answer has another shape."""
    if isinstance(answer, int | float) and not isinstance(answer, bool):  # of `chaoscloud.probes.prometheus`
        yield answer
        return
    if answer["status"] != "success":
        return
    data = answer["data"]
    if data["resultType"] in {"scalar", "string"}:
        yield _sample(data["result"])
        return
    for series in data["result"]:
        samples = series["values"] if "values" in series else [series["value"]]
        if not samples:
            raise ValueError("a series without a sample")
        yield from map(_sample, samples)


def _sample(sample: Any) -> Any:
    _moment, value = sample
    return value
