"""Admission: where a key is read from, and why a request is not answered."""

import pytest

from rtk.lab.admission import Admission, Reason, access_key, refusal

KEY = "LAB0123456789ABCDEF"
LOCAL = {"HTTP_HOST": "127.0.0.1:4566", "HTTP_X_LAB_KEY": KEY}


def admission(*issued: str) -> Admission:
    return Admission(KEY, lambda key: key in issued)


@pytest.mark.parametrize(
    "wsgi",
    [
        {"HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential={KEY}/20260101/eu-west-1/ec2/aws4_request, Signature=0"},
        {"HTTP_AUTHORIZATION": f"AWS {KEY}:signature"},
        {"HTTP_X_LAB_KEY": KEY},
        {"QUERY_STRING": f"X-Amz-Credential={KEY}%2F20260101%2Feu-west-1%2Fs3%2Faws4_request"},
        {"QUERY_STRING": f"AWSAccessKeyId={KEY}&Signature=x"},
    ],
)
def test_the_key_is_read_from_a_signature_an_address_or_a_header(wsgi: dict[str, object]) -> None:
    assert access_key(wsgi) == KEY
    assert admission().reason({"HTTP_HOST": "localhost", **wsgi}) is None


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]:4566", "bucket.localhost:4566", "a.s3.localhost"])
def test_names_of_this_machine_are_answered(host: str) -> None:
    assert admission().reason({**LOCAL, "HTTP_HOST": host}) is None


@pytest.mark.parametrize("host", ["", "10.0.0.1", "127.0.0.1.evil.example", "evil/localhost", "x\n.localhost", "0"])
def test_other_names_are_not(host: str) -> None:
    assert admission().reason({**LOCAL, "HTTP_HOST": host}) is Reason.HOST


def test_each_reason_has_a_sentence_and_comes_in_its_order() -> None:
    assert admission().reason({}) is Reason.HOST
    assert admission().reason({**LOCAL, "HTTP_ORIGIN": ""}) is Reason.PAGE
    assert admission().reason({"HTTP_HOST": "localhost"}) is Reason.NO_KEY
    assert admission().reason({**LOCAL, "HTTP_X_LAB_KEY": "é"}) is Reason.KEY
    assert len({refusal(reason).message for reason in Reason}) == len(Reason)


def test_a_key_of_the_labs_own_iam_counts() -> None:
    assert admission("ISSUED").reason({**LOCAL, "HTTP_X_LAB_KEY": "ISSUED"}) is None
