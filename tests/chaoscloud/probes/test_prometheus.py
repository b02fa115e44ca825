"""Prometheus returns one number, or one sentence says why not; the service is never blamed for that."""

import json
import socket
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from chaoslib.exceptions import ActivityFailed

from chaoscloud.probes.arguments import UnusableArgument
from chaoscloud.probes.prometheus import LARGEST_ANSWER, query
from chaoscloud.tolerances.prometheus import result_value_under
from rtk.insight.missed_reason import MissedReason
from rtk.verify.shortage import shortage_of
from tests.chaoscloud.server import Server

SHARE = "sum(rate(errors[1m])) / sum(rate(requests[1m]))"


def answering(server: Server, answer: Any, status: int = 200) -> str:
    """The address of a Prometheus that gives this answer."""
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return server.url(f"/answer/{status}/{urlsafe_b64encode(body).decode()}")


def found(kind: str, result: Any) -> dict[str, Any]:
    return {"status": "success", "data": {"resultType": kind, "result": result}}


def series(value: str, **labels: str) -> dict[str, Any]:
    return {"metric": labels, "value": [1764547200.1, value]}


def refusal(url: str, asked: str = SHARE, **more: Any) -> ActivityFailed:
    with pytest.raises(ActivityFailed) as refused:
        query(asked, url, **more)
    return refused.value


@pytest.mark.parametrize(
    "answer", [found("scalar", [1764547200.1, "0.25"]), found("vector", [series("0.25", job="shop")])]
)
def test_a_scalar_and_a_vector_of_one_series_are_one_number(server: Server, answer: Any) -> None:
    assert query(SHARE, answering(server, answer)) == 0.25


def test_the_query_is_sent_whole_with_the_headers_below_the_path_of_the_address(server: Server) -> None:
    url = answering(server, found("scalar", [1, "1"]))
    query(SHARE, f"{url}/?of=a-team", headers={"Authorization": "Bearer of-a-team"})
    [asked] = server.asked
    path, _, sent = asked.target.partition("?")
    assert path.endswith("/api/v1/query")
    assert sent == "of=a-team&query=sum%28rate%28errors%5B1m%5D%29%29+%2F+sum%28rate%28requests%5B1m%5D%29%29"
    assert asked.headers["authorization"] == "Bearer of-a-team"


NO_NUMBER = {
    "an empty answer": (found("vector", []), "gave an empty answer: no series has a sample now"),
    "two series": (
        found("vector", [series("1", pod="a"), series("2", pod="b")]),
        'gave 2 series, expected one as sum() makes it: {"pod": "a"}, {"pod": "b"}',
    ),
    "many series": (
        found("vector", [series("1", pod=str(n)) for n in range(2000)]),
        'gave 2,000 series, expected one as sum() makes it: {"pod": "0"}, {"pod": "1"}, {"pod": "2"}, …',
    ),
    "a share of nothing": (found("vector", [series("NaN")]), "gave NaN, which is no number"),
    "infinity": (found("scalar", [1, "+Inf"]), "gave +Inf, which is no number"),
    "a matrix": (found("matrix", [{"metric": {}, "values": [[1, "1"]]}]), "gave a matrix, expected one number"),
    "a text": (found("string", [1, "up"]), "gave a string, expected one number"),
    "a sample that is none": (found("vector", [{"metric": {}, "value": "1"}]), "gave what is no number"),
    "a series that is none": (found("vector", [None]), "gave what is no number"),
}


@pytest.mark.parametrize("name", NO_NUMBER)
def test_where_there_is_no_number_the_sentence_says_what_came_and_names_the_query(server: Server, name: str) -> None:
    answer, said = NO_NUMBER[name]
    error = refusal(answering(server, answer))
    assert said in str(error)
    assert f"The query was {SHARE}." in str(error)
    assert shortage_of(error) is MissedReason.NO_DATA


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (b"<!doctype html><title>Sign in</title>", 200, "no JSON of Prometheus' API (status 200): is its url right?"),
        (b"[" * 40_000, 200, "answered no JSON of Prometheus' API"),
        ([1], 200, "answered no JSON of Prometheus' API"),
        (b"Bad gateway", 502, "answered no JSON of Prometheus' API (status 502)"),
        (b"who?", 401, "refuses the credentials of this query (status 401)"),
        ({"status": "error", "errorType": "timeout", "error": "query timed out"}, 503, "query timed out (timeout)"),
        (b"who?", 403, "refuses the credentials"),
    ],
)
def test_what_is_no_answer_of_prometheus_is_no_data(server: Server, answer: Any, status: int, said: str) -> None:
    error = refusal(answering(server, answer, status))
    assert said in str(error)
    assert shortage_of(error) is MissedReason.NO_DATA


def test_a_query_that_is_no_promql_says_where(server: Server) -> None:
    said = 'invalid parameter "query": 1:5: parse error: unexpected end of input'
    error = refusal(answering(server, {"status": "error", "errorType": "bad_data", "error": said}, 400), "sum(")
    assert "cannot read the query sum(: invalid parameter" in str(error)
    assert "1:5" in str(error)
    assert shortage_of(error) is MissedReason.NOT_SENDABLE


def test_a_prometheus_that_is_away_or_hangs_says_nothing_of_the_service(server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    away = refusal(f"http://127.0.0.1:{port}")
    assert "no connection could be made" in str(away)
    hangs = refusal(server.url("/hang"), timeout=0.2)
    assert "was not done within 0.2 s" in str(hangs)
    assert [shortage_of(error) for error in (away, hangs)] == [MissedReason.NO_DATA] * 2


def test_an_answer_without_end_is_not_read_to_its_end(server: Server) -> None:
    error = refusal(server.url(f"/bytes/{LARGEST_ANSWER * 20}"))
    assert f"has more than {LARGEST_ANSWER:,} bytes" in str(error)
    assert shortage_of(error) is MissedReason.NO_DATA


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"query": " "}, "The query must be a text, in PromQL."),
        ({"query": 7}, "The query must be a text, in PromQL."),
        ({"query": "up", "url": 7}, "The url must be a text"),
        ({"query": "up", "url": "prometheus:9090"}, "The url must be an http or https address"),
        ({"query": "up", "unit": "seconds a request"}, "The unit must be a text of at most 12 characters"),
        ({"query": "up", "unit": "a\nb"}, "The unit must be a text of at most 12 characters"),
        ({"query": "up", "timeout": 0}, "The timeout must be a number of seconds above 0"),
    ],
)
def test_an_argument_that_cannot_be_is_one_sentence(given: dict[str, Any], said: str) -> None:
    with pytest.raises(UnusableArgument) as refused:
        query(**given)
    assert said in str(refused.value)


def test_the_number_is_judged_by_the_tolerances_of_prometheus_too() -> None:
    assert result_value_under(0.25, 0.3)
    assert not result_value_under(0.25, 0.2)
    assert not result_value_under(True, 2)
