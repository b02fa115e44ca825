"""Ask Prometheus about a service: a query returns one number, in the unit that the file names.

Any server with Prometheus' HTTP API can be asked: Thanos, Mimir and VictoriaMetrics too. Where it gives no number,
nothing is known of the service: the slot is missed, never good and never deviated.
"""

import json
import math
from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import urlsplit

from chaoslib.exceptions import ActivityFailed

from chaoscloud.probes.arguments import UnusableArgument, read_request, read_unit, read_url
from chaoscloud.probes.failure import where
from chaoscloud.probes.transfer import fetch
from rtk.errors import NoData

__all__ = ["query"]

LARGEST_ANSWER = 2**20  # bytes: a query that gives more than this gives many series
_SHOWN, _NAMED = 300, 3  # characters of what is repeated, and series that are named


class NoNumber(ActivityFailed, NoData):  # type: ignore[misc]  # chaoslib has no types
    """Prometheus gave no number, which says nothing about the service."""


def query(
    query: str,
    url: str = "http://localhost:9090",
    headers: Mapping[str, Any] | None = None,
    verify_tls: bool | str = True,
    timeout: float | str = 30,
    unit: str | None = None,
) -> float:
    """The number that a PromQL query gives now: a scalar, or a vector of exactly one series, in the query's unit.

    `url` is Prometheus' own address, with the path before `/api/v1` where there is one; `headers` may hold an
    `Authorization`; `timeout` is in seconds for the whole call; charts and reports write the `unit` behind the value.
    Raises `UnusableArgument` for what is no PromQL, and `NoNumber` where no number comes; the slot is missed then.

        {
            "type": "probe",
            "name": "error-share",
            "provider": {
                "type": "python",
                "module": "chaoscloud.probes.prometheus",
                "func": "query",
                "arguments": {
                    "url": "http://prometheus:9090",
                    "query": "100 * sum(rate(http_errors_total[1m])) / sum(rate(http_requests_total[1m]))",
                    "unit": "%"
                }
            },
            "tolerance": {"type": "range", "range": [0, 5]}
        }
    """
    if not isinstance(query, str) or not query.strip():
        raise UnusableArgument("The query must be a text, in PromQL.")
    read_unit(unit)
    base = urlsplit(read_url(url))
    address = base._replace(path=f"{base.path.rstrip('/')}/api/v1/query")
    request = read_request(address.geturl(), headers, "GET", {"query": query}, None, verify_tls, timeout)
    asked = f"Prometheus at {where(request.url)}"
    try:
        status, body = fetch(request, LARGEST_ANSWER)
    except ActivityFailed as error:
        raise NoNumber(str(error)) from error
    told = _told(asked, query, status, body)
    return _number(asked, query, _sample(asked, query, told))


def _told(asked: str, query: str, status: int, body: bytes) -> dict[str, Any]:
    """The `data` of an answer."""
    if status in {401, 403}:
        raise NoNumber(f"{asked} refuses the credentials of this query (status {status}).")
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict) or "status" not in answer:
        raise NoNumber(f"{asked} answered no JSON of Prometheus' API (status {status}): is its url right?")
    if answer["status"] != "success":
        said = f"{_cut(answer.get('error'))} ({_cut(answer.get('errorType'))})"
        if answer.get("errorType") == "bad_data":
            raise UnusableArgument(f"{asked} cannot read the query {_cut(query)}: {said}.")
        raise NoNumber(f"{asked} could not answer the query {_cut(query)}: {said}.")
    data = answer.get("data")
    return data if isinstance(data, dict) else {}


def _sample(asked: str, query: str, data: Mapping[str, Any]) -> Any:
    """The one sample of an answer."""
    kind, result = data.get("resultType"), data.get("result")
    if kind == "scalar":
        return result
    if kind != "vector" or not isinstance(result, list):
        _refuse(asked, query, f"a {_cut(kind)}, expected one number: ask for a single moment")
    if not result:
        _refuse(asked, query, "an empty answer: no series has a sample now")
    if len(result) > 1:
        names = [_cut(json.dumps(each.get("metric"))) for each in result[:_NAMED] if isinstance(each, dict)]
        more = ", …" if len(result) > _NAMED else ""
        _refuse(asked, query, f"{len(result):,} series, expected one as sum() makes it: {', '.join(names)}{more}")
    return result[0].get("value") if isinstance(result[0], dict) else None


def _number(asked: str, query: str, sample: Any) -> float:
    try:
        _moment, text = sample
        number = float(text)
    except (TypeError, ValueError):
        _refuse(asked, query, "what is no number")
    if not math.isfinite(number):
        _refuse(asked, query, f"{_cut(text)}, which is no number: a share of no requests at all is one such")
    return number


def _refuse(asked: str, query: str, gave: str) -> NoReturn:
    raise NoNumber(f"{asked} gave {gave}. The query was {_cut(query)}.")


def _cut(told: object) -> str:
    text = str(told)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
