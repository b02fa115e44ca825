"""IANA's registries of special-purpose addresses."""

from ipaddress import IPv4Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtk.console.notify.special_addresses import is_public, is_registered_public


@pytest.mark.parametrize("address", ["8.8.8.8", "192.31.196.1", "192.52.193.1", "192.175.48.1", "2620:4f:8000::1"])
def test_what_everybody_reaches_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address", ["192.0.0.9", "192.0.0.10", "2001:1::1", "2001:3::1", "2001:4:112::1", "2001:20::1", "64:ff9b::1"]
)
def test_the_narrowest_entry_counts(address: str) -> None:
    assert is_registered_public(ip_address(address))


@pytest.mark.parametrize(
    "address", ["192.0.0.8", "192.0.0.170", "192.0.0.171", "192.88.99.2", "255.255.255.255", "224.0.0.1", "100:0:0:1::"]
)
def test_what_is_special_is_not(address: str) -> None:
    assert not is_registered_public(ip_address(address))


@given(st.ip_addresses(v=4))
def test_the_table_alone_calls_nothing_public_that_python_does_not(v4: IPv4Address) -> None:
    if is_registered_public(v4):
        assert v4.is_global
