"""What cannot be done on the lab's port without its key, from a web page, or under another host name."""

import itertools
import re
import socket
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import quote

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.lab.conftest import world as world  # noqa: PLC0414  the lab that answers
from tests.lab.world import World

SIGNED = "AWS4-HMAC-SHA256 Credential={}/20260101/eu-west-1/{}/aws4_request, SignedHeaders=host, Signature=0"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DOORS = {
    "EC2": ("POST", "/", "Action=DescribeInstances&Version=2016-11-15", "ec2", FORM),
    "EC2 by GET": ("GET", "/?Action=DescribeInstances&Version=2016-11-15", "", "ec2", {}),
    "S3": ("GET", "/", "", "s3", {}),
    "Systems Manager": ("POST", "/", "{}", "ssm", {"X-Amz-Target": "AmazonSSM.ListCommands"}),
    "the rest of Systems Manager": ("POST", "/", "{}", "ssm", {"X-Amz-Target": "AmazonSSM.DescribeParameters"}),
    "moto's reset": ("POST", "/moto-api/reset", "", "moto", {}),
    "moto's data": ("GET", "/moto-api/data.json", "", "moto", {}),
    "moto's pages": ("GET", "/moto-api/", "", "moto", {}),
    "the status": ("GET", "/_lab/status", "", "lab", {}),
}
FOREIGN = {
    "a page": {"Origin": "https://evil.example"},
    "a sandboxed page": {"Origin": "null"},
    "a picture in a page": {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
    "a page of this machine": {"Origin": "http://127.0.0.1:8080", "Sec-Fetch-Site": "same-site"},
    "a name that leads here": {"Host": "evil.example"},
    "a name that begins like ours": {"Host": "localhost.evil.example"},
    "a name that ends like ours": {"Host": "evil.example:80@localhost"},
    "no name": {"Host": ""},
}


def asked(world: World, door: str, key: str | None = None, **headers: str) -> HTTPResponse:
    method, path, body, service, own = DOORS[door]
    connection = HTTPConnection("127.0.0.1", world.lab["port"], timeout=60)
    signed = {} if key is None else {"Authorization": SIGNED.format(key, service)}
    connection.request(method, path, body, {**own, **signed, **headers})
    return connection.getresponse()


@pytest.mark.parametrize("door", DOORS)
def test_with_the_key_each_door_opens(world: World, door: str) -> None:
    if door != "moto's reset":  # it would take the instances from EC2
        assert asked(world, door, world.lab["access_key"]).status == 200


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("key", [None, "", "AKIAIOSFODNN7EXAMPLE", "test", "LAB0000000000000000", "é"])
def test_no_door_opens_without_the_key(world: World, door: str, key: str | None) -> None:
    assert asked(world, door, key).status == 403


@pytest.mark.parametrize(("door", "who"), list(itertools.product(DOORS, FOREIGN)))
def test_no_door_opens_to_a_web_page_that_even_knows_the_key(world: World, door: str, who: str) -> None:
    assert asked(world, door, world.lab["access_key"], **FOREIGN[who]).status == 403


def test_the_key_is_not_looked_for_where_a_link_could_put_it(world: World) -> None:
    connection = HTTPConnection("127.0.0.1", world.lab["port"], timeout=60)
    connection.request("GET", f"/moto-api/data.json?X-Lab-Key={world.lab['access_key']}")
    assert connection.getresponse().status == 403


def test_a_request_hidden_in_the_body_of_a_refused_one_is_not_read(world: World) -> None:
    hidden = f"GET /_lab/status HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Lab-Key: {world.lab['access_key']}\r\n\r\n"
    outer = f"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: null\r\nContent-Length: {len(hidden)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", world.lab["port"]), timeout=60) as connection:
        connection.sendall((outer + hidden).encode())
        told = b""
        while chunk := connection.recv(65536):
            told += chunk
    assert (told.count(b"HTTP/1.1 "), told.count(b" 403 ")) == (1, 1)


def test_another_host_in_the_request_line_is_refused_too(world: World) -> None:
    with socket.create_connection(("127.0.0.1", world.lab["port"]), timeout=60) as connection:
        key = world.lab["access_key"]
        line = f"GET http://evil.example/_lab/status HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Lab-Key: {key}\r\n\r\n"
        connection.sendall(line.encode())
        assert b" 403 " in connection.recv(64)


V4 = "AWS4-HMAC-SHA256 Credential={}"
BROKEN = [
    "{}/x",
    "{}/",
    "{}/20260101/eu-west-1/ec2",
    "{}/20260101/eu-west-1/ec2/aws4_request/more",
    "{}/20260101/eu-west-1//aws4_request",
    "{}/20260101//ec2/aws4_request",
    "{}/../../ec2/aws4_request",
    "{}/20260101/eu-west-1/EC2<b>/aws4_request",
]
HEADERS = [V4.format(each) for each in BROKEN]
HEADERS += ["Credential={}/x", "Credential={}/20260101/eu-west-1/ec2/aws4_request", "AWS {}:", "Bearer Credential={}/x"]
HEADERS += ["AWS4-HMAC-SHA256 SignedHeaders=host, Credential={}/20260101/eu-west-1/ec2/aws4_request"]


@pytest.mark.parametrize("door", DOORS)
def test_a_broken_signature_with_the_key_is_refused_in_a_sentence(world: World, door: str) -> None:
    method, path, body, _, own = DOORS[door]
    for header in HEADERS:
        connection = HTTPConnection("127.0.0.1", world.lab["port"], timeout=60)
        signed = {"Authorization": header.format(world.lab["access_key"])}
        connection.request(method, path, body, {**own, **signed})
        answer = connection.getresponse()
        assert answer.status in {400, 403}, header
        said = answer.read().decode()
        assert "<html" not in said.lower()
        assert re.search(r"not whole: expected AWS4|names no access key", said), header


@pytest.mark.parametrize(
    ("door", "credential", "begins"),
    [
        ("EC2", "{}/20260101/eu-west-1/ec2", "<Response><Errors>"),
        ("EC2", "{}/x", "<ErrorResponse><Error>"),
        ("S3", "{}/20260101/eu-west-1/s3", "<Error><Code>"),
        ("Systems Manager", "{}/x", "{"),
    ],
)
def test_it_is_refused_in_the_form_of_the_service(world: World, door: str, credential: str, begins: str) -> None:
    method, path, body, _, own = DOORS[door]
    connection = HTTPConnection("127.0.0.1", world.lab["port"], timeout=60)
    signed = {"Authorization": V4.format(credential.format(world.lab["access_key"]))}
    connection.request(method, path, body, {**own, **signed})
    assert connection.getresponse().read().decode().startswith(begins)


def test_so_is_one_in_an_address_and_one_beside_the_key_in_a_header(world: World) -> None:
    key = world.lab["access_key"]
    for path, headers in (
        (f"/?X-Amz-Credential={key}/x", {}),
        (f"/?X-Amz-Credential={key}", {}),
        ("/", {"X-Lab-Key": key, "Authorization": "x"}),
        ("/", {"X-Lab-Key": key, "Authorization": V4.format(f"{key}/x")}),
    ):
        connection = HTTPConnection("127.0.0.1", world.lab["port"], timeout=60)
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        assert answer.status == 400
        assert "not whole: expected AWS4" in answer.read().decode()


@pytest.mark.parametrize("service", ["ec2", "s3", "sts", "sqs", "ssm", "lambda"])
def test_each_client_can_read_why(world: World, service: str) -> None:
    calls = {
        "ec2": "describe_instances",
        "s3": "list_buckets",
        "sts": "get_caller_identity",
        "sqs": "list_queues",
        "ssm": "list_commands",
        "lambda": "list_functions",
    }
    with pytest.raises(ClientError, match=r"eval .*rtk lab env"):
        getattr(world.client(service, key="AKIAIOSFODNN7EXAMPLE"), calls[service])()


def test_a_presigned_address_carries_the_key_and_a_made_up_one_does_not(world: World) -> None:
    s3 = world.client("s3")
    s3.create_bucket(Bucket="signed", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="signed", Key="one", Body=b"1")
    address = s3.generate_presigned_url("get_object", Params={"Bucket": "signed", "Key": "one"})
    path = address.removeprefix(world.environ["AWS_ENDPOINT_URL"])
    for shown, status in ((path, 200), (path.replace(quote(world.lab["access_key"]), "AKIAMADEUP"), 403)):
        connection = HTTPConnection("127.0.0.1", world.lab["port"], timeout=60)
        connection.request("GET", shown)
        assert connection.getresponse().status == status


def test_who_takes_a_role_in_the_lab_goes_on_with_its_key(world: World) -> None:
    role = world.client("sts").assume_role(RoleArn="arn:aws:iam::123456789012:role/r", RoleSessionName="session")
    given = role["Credentials"]
    ec2 = boto3.client(
        "ec2",
        endpoint_url=world.environ["AWS_ENDPOINT_URL"],
        region_name="eu-west-1",
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
        config=Config(retries={"max_attempts": 0}),
    )
    assert len(ec2.describe_instances()["Reservations"]) == len(world.ids)
