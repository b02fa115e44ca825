"""Whether an HTTP answer is good. Bounds are inclusive; what is no number is never good and never an error.

`value` is filled in by the Chaos Toolkit with what the probe gave: a number, or a mapping such as the `http`
provider's or `measure_http_call`'s.
"""

import math
from collections.abc import Mapping
from typing import Any

from chaoscloud.tolerances.number import is_between, number_in

__all__ = ["response_time_above", "response_time_under", "status_in_range", "status_must_be"]


def status_must_be(value: Any = None, expected: int | str = 200) -> bool:
    """Whether the status is the expected one.

    {
        "type": "probe",
        "name": "http-status-must-be",
        "provider": {
            "type": "python",
            "module": "chaoscloud.tolerances.http",
            "func": "status_must_be",
            "arguments": {"expected": 200}
        }
    }
    """
    return is_between(_status(value), expected, expected)


def status_in_range(value: Any = None, lower: int | str = 100, upper: int | str = 600) -> bool:
    """Whether the status lies from `lower` to `upper`.

    {
        "type": "probe",
        "name": "http-status-in-range",
        "provider": {
            "type": "python",
            "module": "chaoscloud.tolerances.http",
            "func": "status_in_range",
            "arguments": {"lower": 200, "upper": 299}
        }
    }
    """
    return is_between(_status(value), lower, upper)


def response_time_under(value: Any = None, duration: float | str = 0) -> bool:
    """Whether the response time is at most `duration`, both in milliseconds.

    {
        "type": "probe",
        "name": "http-response-time-under",
        "provider": {
            "type": "python",
            "module": "chaoscloud.tolerances.http",
            "func": "response_time_under",
            "arguments": {"duration": 6000}
        }
    }
    """
    return is_between(_response_time(value), -math.inf, duration)


def response_time_above(value: Any = None, duration: float | str = 0) -> bool:
    """Whether the response time is at least `duration`, both in milliseconds.

    {
        "type": "probe",
        "name": "http-response-time-above",
        "provider": {
            "type": "python",
            "module": "chaoscloud.tolerances.http",
            "func": "response_time_above",
            "arguments": {"duration": 1000}
        }
    }
    """
    return is_between(_response_time(value), duration, math.inf)


def _status(value: Any) -> Any:
    return value.get("status") if isinstance(value, Mapping) else value


def _response_time(value: Any) -> Any:
    """Milliseconds; None for a server's error, since an instant 503 is not a quick response."""
    if not isinstance(value, Mapping):
        return value
    status = number_in(value.get("status"))
    return None if status is not None and status >= 500 else value.get("total")
