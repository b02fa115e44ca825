"""What the HTTP probes report, against a real server."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from chaoslib.exceptions import ActivityFailed

from chaoscloud.probes.http import measure_http_call, read_http_status_code, time_http_call
from tests.chaoscloud.server import Server, parsed, told

PARTS = ("name_lookup", "connect", "tls", "first_byte", "transfer")


def test_a_call_is_timed_in_milliseconds(server: Server) -> None:
    reported = time_http_call(server.url("/wait/60"))
    assert isinstance(reported, float)
    assert 60 <= reported < 60 + 200


def test_the_reported_time_is_the_call_and_little_else(server: Server) -> None:
    began = time.perf_counter()
    reported = time_http_call(server.url("/wait/60"))
    assert reported <= (time.perf_counter() - began) * 1000


def test_an_error_of_the_server_is_not_a_quick_response(server: Server) -> None:
    for status in (500, 503, 599):
        with pytest.raises(ActivityFailed, match=f"127.0.0.1:{server.port} .* error {status}"):
            time_http_call(server.url(f"/status/{status}"))


def test_an_error_is_timed_where_errors_are_accepted(server: Server) -> None:
    assert time_http_call(server.url("/status/503"), accept_errors=True) > 0
    assert time_http_call(server.url("/status/503"), accept_errors="true") > 0


def test_a_refusal_of_the_caller_is_an_answer(server: Server) -> None:
    assert time_http_call(server.url("/status/404")) > 0


def test_the_status_is_read_whatever_it_is(server: Server) -> None:
    for status in (200, 204, 404, 500, 503):
        assert read_http_status_code(server.url(f"/status/{status}")) == status


def test_the_status_is_read_after_redirects(server: Server) -> None:
    assert read_http_status_code(server.url("/redirect/3/0")) == 200
    assert [request.target for request in server.asked][-1] == "/wait/0"


def test_the_timeout_of_the_status_probe_is_honoured(server: Server) -> None:
    began = time.monotonic()
    with pytest.raises(ActivityFailed, match=r"was not done within 0\.2 s"):
        read_http_status_code(server.url("/hang"), timeout=0.2)
    assert time.monotonic() - began < 30, "the answer takes longer"


def test_the_parts_add_up_to_the_total(server: Server) -> None:
    measured = measure_http_call(server.url("/wait/30", host="localhost"))
    assert sum(measured[part] for part in PARTS) == pytest.approx(measured["total"])
    assert min(measured[part] for part in PARTS) >= 0
    assert measured["tls"] == 0
    assert measured["first_byte"] >= 30


def test_the_parts_are_sums_over_the_redirects(server: Server) -> None:
    measured = measure_http_call(server.url("/redirect/2/30"))
    assert measured["first_byte"] >= 90
    assert sum(measured[part] for part in PARTS) == pytest.approx(measured["total"])


def test_a_tls_call_has_a_tls_part(tls_server: Server) -> None:
    measured = measure_http_call(tls_server.url("/wait/0"), verify_tls=False)
    assert measured["tls"] > 0
    assert sum(measured[part] for part in PARTS) == pytest.approx(measured["total"])


def test_an_error_is_measured_with_its_status(server: Server) -> None:
    assert measure_http_call(server.url("/status/503"))["status"] == 503


def test_a_large_body_is_read_to_its_end(server: Server) -> None:
    measured = measure_http_call(server.url("/bytes/10000000"))
    assert measured["size"] == 10_000_000
    assert measured["transfer"] > 0


def test_arguments_are_sent_as_the_file_gives_them(server: Server) -> None:
    url = server.url("/orders?page=1")
    read_http_status_code(
        url,
        {"X-Team": "a b", "X-Empty": ""},
        "put",
        {"q": "a&b", "tag": ["x", "y"], "none": None},
        {"n": [1, "é"]},
    )
    asked = told(server)
    assert asked.method == "PUT"
    assert asked.target == "/orders?page=1&q=a%26b&tag=x&tag=y"
    assert asked.headers["x-team"] == "a b"
    assert asked.headers["x-empty"] == ""
    assert asked.headers["content-type"] == "application/json"
    assert "expect" not in asked.headers
    assert parsed(server) == {"n": [1, "é"]}


def test_a_json_body_goes_with_any_method_but_head(server: Server) -> None:
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        read_http_status_code(server.url(), method=method, json={})
        assert (told(server).method, parsed(server)) == (method, {})
    with pytest.raises(ActivityFailed, match="HEAD request sends no body"):
        read_http_status_code(server.url(), method="HEAD", json={})


def test_no_body_is_sent_where_none_is_given(server: Server) -> None:
    for method, length in (("GET", None), ("POST", "0"), ("DELETE", "0")):
        read_http_status_code(server.url(), method=method)
        assert told(server).method == method
        assert told(server).headers.get("content-length") == length
        assert "content-type" not in told(server).headers


def test_a_post_goes_on_as_a_get_after_see_other(server: Server) -> None:
    for method in ("POST", "PUT"):
        assert read_http_status_code(server.url("/see-other"), method=method, json={"n": 1}) == 200
        assert (told(server).method, told(server).body) == ("GET", b"")


def test_credentials_in_the_url_sign_the_request_in(server: Server) -> None:
    read_http_status_code(server.url("/").replace("//", "//ann:s%40fe@"))
    assert told(server).headers["authorization"] == "Basic YW5uOnNAZmU="


def test_each_call_opens_its_own_connection(server: Server) -> None:
    for _ in range(3):
        time_http_call(server.url("/wait/0"))
    assert server.opened == 3


def test_nothing_of_one_call_reaches_the_next(server: Server) -> None:
    read_http_status_code(server.url("/cookie"), {"X-Secret": "s"}, "POST", None, {"a": 1})
    read_http_status_code(server.url("/after"))
    assert (told(server).method, told(server).body) == ("GET", b"")
    assert not {"x-secret", "cookie", "content-type"} & told(server).headers.keys()


def test_a_cookie_set_by_a_redirect_is_kept_for_the_call(server: Server) -> None:
    assert read_http_status_code(server.url("/cookie")) == 200


def test_every_thread_gets_its_own_answer(server: Server) -> None:
    def ask(thread: int) -> list[bool]:
        sizes = [thread * 200 + call for call in range(200)]
        return [measure_http_call(server.url(f"/bytes/{size}"))["size"] == size for size in sizes]

    with ThreadPoolExecutor(32) as threads:
        answers = [right for rights in threads.map(ask, range(32)) for right in rights]
    assert (len(answers), all(answers)) == (6400, True)
