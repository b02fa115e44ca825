"""IPv4 addresses within IPv6 addresses, form by form."""

from ipaddress import ip_address

import pytest

from rtk.console.notify.embedded import reached


def ends(address: str) -> list[str]:
    """Where a connection to an address may end, as text."""
    return [str(each) for each in reached(ip_address(address))]


@pytest.mark.parametrize(
    "address",
    [
        "::ffff:10.1.2.3",
        "::10.1.2.3",
        "::ffff:0:10.1.2.3",
        "64:ff9b::10.1.2.3",
        "2002:a01:203::",
        "2002:a01:203:1:2:3:4:5",
    ],
)
def test_what_is_translated_ends_at_the_address_within(address: str) -> None:
    assert ends(address)[1:] == ["10.1.2.3"]


def test_teredo_ends_at_its_server_and_at_its_client() -> None:
    # The example of RFC 4380: the server 65.54.227.120 and the client 192.0.2.45.
    address = "2001:0:4136:e378:8000:63bf:3fff:fdd2"
    assert ends(address) == [address, "65.54.227.120", "192.0.2.45"]


@pytest.mark.parametrize("address", ["2606:2800::5efe:a01:203", "2606:2800::200:5efe:a01:203", "fe80::5efe:a01:203"])
def test_isatap_ends_at_the_address_within_under_any_prefix(address: str) -> None:
    assert ends(address) == [address, "10.1.2.3"]


@pytest.mark.parametrize(
    ("address", "within"),
    [
        ("2002:808:808::5efe:a01:203", ["8.8.8.8", "10.1.2.3"]),
        ("2002:808:808:1:200:5efe:a01:203", ["8.8.8.8", "10.1.2.3"]),
        ("2001:0:808:808:0:5efe:a01:203", ["8.8.8.8", "245.254.253.252", "10.1.2.3"]),
    ],
)
def test_an_address_of_several_forms_ends_at_each_of_them(address: str, within: list[str]) -> None:
    assert ends(address) == [address, *within]


@pytest.mark.parametrize("address", ["10.1.2.3", "::1", "::", "2606:2800:220:1:248:1893:25c8:1946", "fd00::a01:203"])
def test_any_other_address_ends_at_itself(address: str) -> None:
    assert ends(address) == [address]
