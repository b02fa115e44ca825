"""A header that can be sent to nobody is the file's fault, before anything begins and while it is measured."""

from typing import Any

import pytest
from chaoslib.exceptions import ActivityFailed

from chaoscloud.probes.http import time_http_call
from rtk.errors import BadInput
from rtk.experiment.claim import claimed
from rtk.insight.facts import MissedReason
from rtk.verify.headers import UnsendableRequest, check, headers_of
from rtk.verify.http_provider import call_http
from rtk.verify.shortage import shortage_of
from rtk.verify.toolkit import Toolkit
from tests.verify.world import action, experiment

CONTROL = {"name": "none", "provider": {"type": "python", "module": "tests.verify.test_headers"}}
CONFIGURATION = {"plain": "x", "lines": "x\ny", "number": 5, "wide": "\u0141"}


def provider(value: Any) -> dict[str, Any]:
    return {"type": "http", "url": "http://127.0.0.1:9/", "headers": {"X-Key": value}}


def document(value: Any, **more: Any) -> dict[str, Any]:
    call = {"type": "action", "name": "call", "provider": provider(value)}
    return experiment(method=[action("burn"), call], configuration=CONFIGURATION, **more)


def test_headers_are_filled_in() -> None:
    assert headers_of(provider("a ${plain} ${number}"), CONFIGURATION, {}) == {"X-Key": "a x 5"}
    assert headers_of({"type": "http"}, CONFIGURATION, {}) is None


@pytest.mark.parametrize("value", ["${lines}", "${number}", "${wide}", "Bearer ${lines}"])
def test_a_header_that_resolves_to_what_cannot_be_sent_is_refused_before_anything_begins(value: str) -> None:
    with pytest.raises(
        BadInput, match=r"^method\[1\]\.provider\.headers\.X-Key: .* resolves to what cannot be sent; exp"
    ):
        check(Toolkit(document(value), {}))
    check(Toolkit(document("${plain}"), {}))


def test_a_header_of_a_claim_is_looked_at_as_well() -> None:
    claim = {"name": "rtk", "effect": {"probes": [{"provider": provider("${lines}"), "tolerance": 200}]}}
    whole = experiment(method=[{**action("burn"), "extensions": [claim]}], configuration=CONFIGURATION)
    assert [*claimed(whole)]
    with pytest.raises(BadInput, match=r"effect\.probes\[0\]\.provider\.headers\.X-Key"):
        check(Toolkit(whole, {}))


@pytest.mark.parametrize(("value", "is_sent"), [("${lines}", False), ("${number}", True), ("${wide}", True)])
def test_a_header_of_our_own_probe_is_looked_at_as_it_sends_it(value: str, is_sent: bool) -> None:
    arguments = {"url": "http://127.0.0.1:9/", "headers": {"X-Key": value}}
    timed = {"type": "python", "module": "chaoscloud.probes.http", "func": "time_http_call", "arguments": arguments}
    call = {"type": "action", "name": "call", "provider": timed}
    ready = Toolkit(experiment(method=[call], configuration=CONFIGURATION), {})
    if is_sent:
        check(ready)
        return
    with pytest.raises(
        BadInput, match=r"^method\[0\]\.provider\.arguments\.headers\.X-Key: .*expected one line of text$"
    ):
        check(ready)


def test_what_a_control_may_yet_fill_in_is_asked_when_it_is_sent() -> None:
    check(Toolkit(document("${lines}", controls=[CONTROL]), {}))


def test_a_measurement_that_cannot_be_sent_is_missed_and_never_blamed_on_the_service() -> None:
    with pytest.raises(UnsendableRequest) as refusal:
        call_http({"provider": provider("${lines}"), "tolerance": 200}, CONFIGURATION, {})
    assert shortage_of(refusal.value) is MissedReason.NOT_SENDABLE


@pytest.mark.parametrize(
    "arguments",
    [
        {"url": "http://127.0.0.1:9/", "headers": {"X Key": "x"}},
        {"url": "http://127.0.0.1:9/", "headers": {"X-Key": "x\ny"}},
        {"url": "http://127.0.0.1:9/", "headers": "X-Key"},
        {"url": "http://127.0.0.1:9/", "timeout": "soon"},
        {"url": "http://127.0.0.1:9/", "method": "GET IT"},
        {"url": "127.0.0.1:9"},
        {"url": None},
    ],
)
def test_nor_is_one_of_our_own_probes(arguments: dict[str, Any]) -> None:
    with pytest.raises(ActivityFailed) as refusal:
        time_http_call(**arguments)
    assert shortage_of(refusal.value) is MissedReason.NOT_SENDABLE


ADDRESSES = ["${plain}", "${number}", "${nobody}/x", "https://", "ftp://${plain}/", "http://${plain}:0/"]


@pytest.mark.parametrize("url", ADDRESSES)
def test_what_resolves_to_no_address_is_refused_before_anything_begins_or_missed(url: str) -> None:
    of_http = {"type": "http", "url": url}
    of_ours = {
        "type": "python",
        "module": "chaoscloud.probes.http",
        "func": "time_http_call",
        "arguments": {"url": url},
    }
    for given, place in ((of_http, "url"), (of_ours, "arguments.url")):
        call = {"type": "action", "name": "call", "provider": given}
        with pytest.raises(BadInput, match=rf"^method\[0\]\.provider\.{place}: .*begins with http:// or https://"):
            check(Toolkit(experiment(method=[call], configuration=CONFIGURATION), {}))
        check(Toolkit(experiment(method=[call], configuration=CONFIGURATION, controls=[CONTROL]), {}))
    with pytest.raises(UnsendableRequest) as refusal:
        call_http({"provider": of_http}, CONFIGURATION, {})
    assert shortage_of(refusal.value) is MissedReason.NOT_SENDABLE


def test_a_value_that_may_be_a_secret_is_not_told() -> None:
    with pytest.raises(UnsendableRequest) as refusal:
        headers_of(provider("${token}"), {}, {"group": {"token": "hush\nhush"}})
    assert "hush" not in str(refusal.value)
