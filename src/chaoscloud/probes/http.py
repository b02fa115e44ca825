"""How an HTTP service answers: how fast, with which status, and where the time goes.

All three probes send one request on a connection of its own, follow up to 20 redirects and read the
whole body. Certificate authorities come from SSL_CERT_FILE, REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE, else
from certifi; proxies from HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, in either case.

Arguments of all three: `url`, http or https; `headers`, names to values; `method`, any; `params`, names
to values, appended to the query; `json`, sent as the body; `verify_tls`, false accepts any certificate;
`timeout`, seconds for the whole call. Each raises `ActivityFailed` with one sentence where no complete
answer came.
"""

from collections.abc import Mapping
from itertools import accumulate, pairwise
from typing import Any

from chaoslib.exceptions import ActivityFailed

from chaoscloud.probes.arguments import read_flag, read_request
from chaoscloud.probes.failure import where
from chaoscloud.probes.transfer import transfer

__all__ = ["measure_http_call", "read_http_status_code", "time_http_call"]

_PARTS = ("name_lookup", "connect", "tls", "first_byte", "transfer")


def time_http_call(
    url: str,
    headers: Mapping[str, Any] | None = None,
    method: str = "GET",
    params: Mapping[str, Any] | None = None,
    json: Any = None,
    verify_tls: bool | str = True,
    timeout: float | str = 30,
    accept_errors: bool | str = False,
) -> float:
    """The time in milliseconds from the start of a call to the last byte of its answer.

    An answer with a status of 500 or more raises `ActivityFailed`, since an instant 503 is not a quick
    response; `accept_errors` true times it all the same.

        {
            "type": "probe",
            "name": "http-response-time",
            "provider": {
                "type": "python",
                "module": "chaoscloud.probes.http",
                "func": "time_http_call",
                "arguments": {"url": "${endpoint_url}", "timeout": 10}
            },
            "tolerance": {
                "type": "probe",
                "name": "http-response-time-under",
                "provider": {
                    "type": "python",
                    "module": "chaoscloud.tolerances.http",
                    "func": "response_time_under",
                    "arguments": {"duration": 6000}
                }
            }
        }
    """
    accepts = read_flag("accept_errors", accept_errors)
    request = read_request(url, headers, method, params, json, verify_tls, timeout)
    answer = transfer(request)
    if answer.status >= 500 and not accepts:
        raise ActivityFailed(f"The call to {where(request.url)} was answered with the error {answer.status}.")
    return answer.total * 1000


def read_http_status_code(
    url: str,
    headers: Mapping[str, Any] | None = None,
    method: str = "GET",
    params: Mapping[str, Any] | None = None,
    json: Any = None,
    verify_tls: bool | str = True,
    timeout: float | str = 30,
) -> int:
    """The status of the answer, after redirects; any status is an answer.

    {
        "type": "probe",
        "name": "http-status",
        "provider": {
            "type": "python",
            "module": "chaoscloud.probes.http",
            "func": "read_http_status_code",
            "arguments": {"url": "${endpoint_url}", "timeout": 10}
        },
        "tolerance": 200
    }
    """
    return transfer(read_request(url, headers, method, params, json, verify_tls, timeout)).status


def measure_http_call(
    url: str,
    headers: Mapping[str, Any] | None = None,
    method: str = "GET",
    params: Mapping[str, Any] | None = None,
    json: Any = None,
    verify_tls: bool | str = True,
    timeout: float | str = 30,
) -> dict[str, float]:
    """The time of a call and its parts in milliseconds, the status, and the size of the body in bytes.

    Keys: `total`, which is the sum of `name_lookup`, `connect`, `tls` (0 without TLS), `first_byte`
    (sending the request and waiting) and `transfer`; `status`; `size`. With redirects, the parts are sums
    over the whole chain.

        {
            "type": "probe",
            "name": "http-call",
            "provider": {
                "type": "python",
                "module": "chaoscloud.probes.http",
                "func": "measure_http_call",
                "arguments": {"url": "${endpoint_url}", "timeout": 10}
            },
            "tolerance": {
                "type": "probe",
                "name": "http-response-time-under",
                "provider": {
                    "type": "python",
                    "module": "chaoscloud.tolerances.http",
                    "func": "response_time_under",
                    "arguments": {"duration": 6000}
                }
            }
        }
    """
    answer = transfer(read_request(url, headers, method, params, json, verify_tls, timeout))
    # A moment that did not happen is 0 (no TLS), so each is taken as no earlier than the one before it.
    moments = accumulate((0.0, answer.name_lookup, answer.connect, answer.tls, answer.first_byte), max)
    ends = [min(moment, answer.total) for moment in moments] + [answer.total]
    parts = {part: (end - begin) * 1000 for part, (begin, end) in zip(_PARTS, pairwise(ends), strict=True)}
    return {"total": answer.total * 1000, **parts, "status": answer.status, "size": answer.size}
