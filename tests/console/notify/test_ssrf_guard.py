"""Which addresses webhooks may call."""

import pytest
from django.core.exceptions import ValidationError

from rtk.console.notify.ssrf_guard import checked, may_connect, place


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946"])
def test_what_is_public_may_be_called(address: str) -> None:
    assert may_connect(address, own_network=False)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "::1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "fd00::1",
        "198.18.0.1",
        "192.88.99.1",
        "fec0::1",
        "2001:db8::1",
        "3fff::1",
        "2001:2::1",
        "4000::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",  # 10.0.0.1 through a translator
        "2002:a00:1::",  # 10.0.0.1 through a tunnel
    ],
)
def test_what_is_of_ones_own_network_may_be_called_where_a_setting_says_so(address: str) -> None:
    assert not may_connect(address, own_network=False)
    assert may_connect(address, own_network=True)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.170.23",
        "::ffff:169.254.169.254",
        "fe80::1",
        "fe80::1%eth0",
        "0.0.0.0",
        "0.1.2.3",
        "::",
        "224.0.0.1",
        "255.255.255.255",
        "ff02::1",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "fd00:ec2::254",
        "fd00:ec2::23",
        "fd20:ce::254",
        "fd00:c1::a9fe:a9fe",
        "fd00:42::42",
        "::ffff:100.100.100.200",
        "::169.254.169.254",
        "::ffff:0:169.254.169.254",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::169.254.169.254",
        "2002:a9fe:a9fe::1",
        "2001:0:a9fe:a9fe::1",  # through a tunnel's server
        "2001::5601:5601",  # to a tunnel's client
        "2606:2800::5efe:169.254.169.254",
    ],
)
def test_where_credentials_are_handed_out_and_everybody_at_once_are_never_called(address: str) -> None:
    assert not may_connect(address, own_network=True)


@pytest.mark.parametrize("url", ["https://hooks.example.org/rtk?key=x", "https://8.8.8.8:8443/", "https://[2606::1]/"])
def test_an_address_that_can_be_one_is_kept(url: str) -> None:
    assert checked(url, own_network=False) == url


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("hooks.example.org", "begins with https://"),
        ("http://hooks.example.org/", "begins with https://"),
        ("ftp://hooks.example.org/", "begins with https://"),
        ("file:///etc/passwd", "begins with https://"),
        ("https://", "begins with https://"),
        ("https://exa mple.org/", "begins with https://"),
        ("https://example.org/\r\nX: y", "begins with https://"),
        ("https://exämple.org/", "begins with https://"),
        ("https://[::1", "not an address"),
        ("https://example.org:99999/", "not an address"),
        ("https://user:password@example.org/", "Leave user and password out"),
        ("https://localhost/", "own network"),
        ("https://a.localhost/", "own network"),
        ("https://127.0.0.1/", "own network"),
        ("https://[::1]/", "own network"),
        ("https://169.254.169.254/latest", "webhooks never call"),
        ("https://[::ffff:10.0.0.1]/", "own network"),
        (f"https://example.org/{'x' * 2000}", "at most 2000"),
    ],
)
def test_an_address_that_cannot_be_one_is_refused_in_a_sentence(url: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        checked(url, own_network=False)


def test_ones_own_network_may_be_called_by_http_where_a_setting_says_so() -> None:
    assert checked("http://localhost:9000/x", own_network=True)


def test_where_credentials_are_handed_out_is_refused_also_then() -> None:
    with pytest.raises(ValidationError, match="one that webhooks never call"):
        checked("http://100.100.100.200/latest", own_network=True)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://hooks.example.org/services/T0/B0/secret?key=secret", "https://hooks.example.org"),
        ("https://[2606::1]:8443/secret", "https://[2606::1]:8443"),
    ],
)
def test_only_the_host_is_shown(url: str, shown: str) -> None:
    assert place(url) == shown
