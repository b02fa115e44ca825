"""One POST to a webhook, to a real web server."""

import socket

import pytest

from rtk.console.notify.undelivered import Undelivered
from rtk.console.notify.webhook import MOST_READ, post
from tests.console.notify.receivers import WebReceiver

BODY = b'{"event": "test"}'
NOWHERE = f"{'x' * 64}.example"  # longer than a name may be: nobody has to be asked


def failure(url: str, own_network: bool = True, timeout_s: float = 10) -> Undelivered:
    with pytest.raises(Undelivered) as refused:
        post(url, BODY, {}, own_network, timeout_s)
    return refused.value


def test_json_is_posted_with_its_headers(web: WebReceiver) -> None:
    post(web.url, BODY, {"Rtk-Event": "test"}, own_network=True)
    [came] = web.came
    assert (came.path, came.body) == ("/hooks/secret-path", BODY)
    assert (came.headers["Content-Type"], came.headers["Rtk-Event"]) == ("application/json", "test")
    assert came.headers["User-Agent"].startswith("reliability-toolkit/")
    assert "Expect" not in came.headers


@pytest.mark.parametrize("status", [200, 202, 204])
def test_whatever_begins_with_2_is_well(web: WebReceiver, status: int) -> None:
    web.answers = [status]
    post(web.url, BODY, {}, own_network=True)


@pytest.mark.parametrize(("status", "final"), [(400, False), (404, False), (410, True), (500, False), (503, False)])
def test_any_other_answer_is_told_and_only_gone_is_for_ever(web: WebReceiver, status: int, final: bool) -> None:
    web.answers = [status]
    refused = failure(web.url)
    assert (str(refused), refused.final) == (f"it answered {status}", final)


def test_redirects_are_not_followed(web: WebReceiver) -> None:
    web.answers, web.location = [302], web.url
    assert str(failure(web.url)) == "it answered 302; redirects are not followed"
    assert len(web.came) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1"])
def test_this_machine_is_not_called_however_it_is_written(web: WebReceiver, host: str) -> None:
    refused = failure(f"http://{host}:{web.server_port}/", own_network=False)
    assert "the console's own network" in str(refused)
    assert web.came == []


def test_who_does_not_answer_is_waited_for_no_longer_than_the_time_limit(web: WebReceiver) -> None:
    web.silent.set()
    assert "did not answer" in str(failure(web.url, timeout_s=0.3))
    web.silent.clear()


def test_nobody_there_and_no_such_name_are_told(web: WebReceiver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert str(failure(f"http://127.0.0.1:{port}/")) == "no connection could be made"
    assert "name could not be resolved" in str(failure(f"http://{NOWHERE}/"))


def test_who_is_not_trusted_is_told_nothing(web: WebReceiver) -> None:
    assert "no trusted TLS connection" in str(failure(web.url.replace("http://", "https://")))
    assert web.came == []


def test_a_long_answer_is_not_read(web: WebReceiver) -> None:
    web.answers, web.content = [200], b"x" * (20 * MOST_READ)
    post(web.url, BODY, {}, own_network=True)
    web.answers = [500]
    assert str(failure(web.url)) == "it answered 500"


def test_no_reason_holds_the_address(web: WebReceiver) -> None:
    web.answers = [500]
    for url in (web.url, f"http://{NOWHERE}/hooks/secret-path"):
        assert "secret-path" not in str(failure(url))


def test_proxies_of_the_environment_are_not_asked(web: WebReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    post(web.url, BODY, {}, own_network=True)
    assert len(web.came) == 1
