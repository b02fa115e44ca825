"""Who is answered: programs of this machine with the lab's key, no web page, no other host name."""

import json
import logging
import threading
from http.client import HTTPConnection, HTTPResponse
from typing import Any

import pytest

from rtk.lab.admission import Admission
from rtk.lab.endpoint import Endpoint, serve
from tests.lab.world import World, eventually


def asked(world: World, body: bytes = b"{}", **headers: str) -> HTTPResponse:
    connection = HTTPConnection("127.0.0.1", world.lab["port"], timeout=10)
    key = world.lab["access_key"]
    signed = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={key}/20260101/eu-west-1/ssm/aws4_request, SignedHeaders=host"
    }
    connection.request("POST", "/", body, {"X-Amz-Target": "AmazonSSM.ListCommands", **signed, **headers})
    return connection.getresponse()


def told(answer: HTTPResponse) -> Any:
    return json.load(answer)


def test_a_program_of_this_machine_is_answered(world: World) -> None:
    answer = asked(world)
    assert (answer.status, answer.getheader("Content-Type")) == (200, "application/x-amz-json-1.1")
    assert "Commands" in told(answer)


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"InstanceId": 5}', b'{"MaxResults": true}', b"[" * 20_000])
def test_a_body_that_is_not_what_the_protocol_wants_is_refused(world: World, body: bytes) -> None:
    answer = asked(world, body=body)
    assert (answer.status, told(answer)["__type"]) == (400, "SerializationException")


def test_a_request_of_many_megabytes_is_refused(world: World) -> None:
    assert asked(world, body=b" " * 2_000_000).status == 413


def test_the_rest_of_systems_manager_is_there(world: World) -> None:
    client = world.client()
    client.put_parameter(Name="colour", Value="red", Type="String")
    assert client.get_parameter(Name="colour")["Parameter"]["Value"] == "red"


UNKNOWN = [
    "X",
    "",
    "AmazonSSM",
    "AmazonSSM.",
    "Foo.Bar",
    "AmazonSSM._x",
    "AmazonSSM.__init__",
    "AmazonSSM.listCommands",
]


@pytest.mark.parametrize(
    "target", [*UNKNOWN, "AmazonSSM.listCommands", "DynamoDB_20120810.ListTables", "AmazonSSM." + "x" * 9_000]
)
def test_what_is_no_operation_of_the_service_is_refused_as_aws_does(world: World, target: str) -> None:
    answer = asked(world, b"{}", **{"X-Amz-Target": target})
    assert (answer.status, answer.getheader("Content-Type")) == (400, "application/x-amz-json-1.1")
    stated = told(answer)
    assert stated["__type"] == "UnknownOperationException"
    assert len(stated["message"]) < 300


@pytest.mark.parametrize(
    ("service", "target"),
    [("dynamodb", "X"), ("dynamodb", "AmazonSSM.GetParameter"), ("logs", "Logs_20140328.__init__")],
)
def test_so_is_what_can_be_none_of_another_service(world: World, service: str, target: str) -> None:
    scope = f"Credential={world.lab['access_key']}/20260101/eu-west-1/{service}/aws4_request"
    answer = asked(world, b"{}", **{"X-Amz-Target": target, "Authorization": f"AWS4-HMAC-SHA256 {scope}"})
    assert (answer.status, told(answer)["__type"]) == (400, "UnknownOperationException")


def test_another_service_of_that_protocol_is_there(world: World) -> None:
    assert world.client("dynamodb").list_tables()["TableNames"] == []


def test_an_error_of_ours_is_logged_with_its_traceback_beside_the_line(caplog: pytest.LogCaptureFixture) -> None:
    def broken(*_: object) -> Any:
        raise LookupError("what went wrong")

    server = serve(Endpoint({}, broken, Admission("KEY", lambda _: False), dict), 0)  # type: ignore[arg-type]
    serving = threading.Thread(target=server.serve_forever, args=(0.02,))
    serving.start()
    connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
    with caplog.at_level(logging.WARNING):
        connection.request("GET", "/", headers={"X-Lab-Key": "KEY"})
        assert connection.getresponse().status == 500
        eventually(lambda: bool(caplog.records), 20)  # it is logged once it was answered
        server.shutdown()
        serving.join()
    connection.close()
    (record,) = caplog.records
    assert "Traceback" not in record.getMessage()
    assert record.exc_info
    assert isinstance(record.exc_info[1], LookupError)
