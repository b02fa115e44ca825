"""Patience with AWS: what is repeated, what is told, and how a run knows its own commands."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from chaoslib.exceptions import ActivityFailed

from chaoscloud.aws import PATIENCE_S, Patient, marker, patient_ssm, seconds


class Refusing:
    """A client that refuses so many calls with a code before it answers."""

    def __init__(self, code: str, times: int) -> None:
        self.code, self.left = code, times
        self.requests: list[dict[str, Any]] = []

    def list_commands(self, **request: Any) -> dict[str, Any]:
        self.requests.append(request)
        self.left -= 1
        if self.left >= 0:
            raise ClientError({"Error": {"Code": self.code, "Message": "no"}}, "ListCommands")
        return {"Commands": []}


class VirtualTime:
    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.pauses.append(seconds)

    def monotonic(self) -> float:
        return self.now


@pytest.mark.parametrize("code", ["ThrottlingException", "Throttling", "InvocationDoesNotExist", "InternalServerError"])
def test_a_call_is_repeated_with_growing_pauses_until_it_is_answered(code: str) -> None:
    client, time = Refusing(code, 3), VirtualTime()
    assert Patient(client, time.sleep, time.monotonic).call("list_commands", CommandId="x", NextToken=None) == {
        "Commands": []
    }
    assert time.pauses == [0.1, 0.2, 0.4]
    assert client.requests == [{"CommandId": "x"}] * 4


def test_patience_ends() -> None:
    client, time = Refusing("ThrottlingException", 1000), VirtualTime()
    with pytest.raises(ActivityFailed, match="ThrottlingException"):
        Patient(client, time.sleep, time.monotonic).call("list_commands")
    assert PATIENCE_S - 6 < time.now <= PATIENCE_S


def test_any_other_refusal_is_told_at_once() -> None:
    client, time = Refusing("AccessDeniedException", 1), VirtualTime()
    with pytest.raises(ActivityFailed, match=r"^AWS Systems Manager, list_commands: .*AccessDeniedException"):
        Patient(client, time.sleep, time.monotonic).call("list_commands")
    assert time.pauses == []


def test_waiting_ends_with_the_time_it_was_given() -> None:
    time = VirtualTime()
    assert Patient(None, time.sleep, time.monotonic).until(lambda: False, 3) is False
    assert time.now == pytest.approx(3)
    assert Patient(None, time.sleep, time.monotonic).until(lambda: True, 0) is True


def test_a_run_is_known_by_its_id_and_else_by_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTK_RUN_ID", "run-1")
    assert marker() == "sent by chaoscloud in run-1"
    monkeypatch.delenv("RTK_RUN_ID")
    assert marker() == marker() != "sent by chaoscloud in run-1"
    assert len(marker()) <= 100


def test_a_missing_region_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    with pytest.raises(ActivityFailed, match="region"):
        patient_ssm(None, None)


@pytest.mark.parametrize("value", ["soon", None, -1, "nan", "inf", 29])
def test_what_is_no_number_of_seconds_is_refused(value: Any) -> None:
    with pytest.raises(ActivityFailed, match="timeout_seconds"):
        seconds(value, "timeout_seconds", least=30)
