"""No webhook reaches what is not public, however its address is written and whatever its name stands for meanwhile."""

import ipaddress
import socket
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

import pycurl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rtk.console.notify import webhook
from rtk.console.notify.special_addresses import SPECIAL
from rtk.console.notify.ssrf_guard import may_connect
from rtk.console.notify.undelivered import Undelivered
from tests.console.notify.receivers import WebReceiver, serving

METADATA = (
    "169.254.169.254",
    "169.254.170.2",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "fd00:ec2::254",
    "fd00:ec2::23",
    "fd20:ce::254",
)
# Each way in which an IPv6 address holds an IPv4 address, written down once more, by its text.
EMBEDDING = {
    "mapped": lambda v4: f"::ffff:{v4}",
    "compatible": lambda v4: f"::{v4}",
    "translated": lambda v4: f"::ffff:0:{v4}",
    "NAT64": lambda v4: f"64:ff9b::{v4}",
    "NAT64 of a network": lambda v4: f"64:ff9b:1::{v4}",
    "6to4": lambda v4: f"2002:{_hex(v4)}::1",
    "Teredo's server": lambda v4: f"2001:0:{_hex(v4)}::",
    "Teredo's client": lambda v4: f"2001:0:808:808::{_hex(IPv4Address(int(v4) ^ 0xFFFFFFFF))}",
    "ISATAP": lambda v4: f"2606:2800:1:2:0:5efe:{v4}",
    "ISATAP of a public one": lambda v4: f"2606:2800:1:2:200:5efe:{v4}",
}
addresses = st.ip_addresses(v=4) | st.ip_addresses(v=6)


def _hex(v4: IPv4Address) -> str:
    return f"{int(v4) >> 16:x}:{int(v4) & 0xFFFF:x}"


def is_public(v4: IPv4Address) -> bool:
    """Whether an IPv4 address is public by Python's own list."""
    return v4.is_global and not v4.is_multicast and not v4.is_reserved


@given(st.ip_addresses(v=4), st.sampled_from(sorted(EMBEDDING)))
@example(IPv4Address("127.0.0.1"), "mapped")
@example(IPv4Address("10.0.0.1"), "ISATAP")
@example(IPv4Address("192.168.0.1"), "Teredo's client")
@example(IPv4Address("10.0.0.1"), "compatible")
@example(IPv4Address("10.0.0.1"), "translated")
def test_no_form_of_ipv6_leads_to_a_private_address(v4: IPv4Address, form: str) -> None:
    if not is_public(v4):
        assert not may_connect(EMBEDDING[form](v4), own_network=False)


ABOVE = ("2002:{}:0", "2001:0:{}", "2606:2800:{}")


@given(st.ip_addresses(v=4), st.ip_addresses(v=4), st.sampled_from(ABOVE), st.sampled_from(["0", "200"]))
@example(IPv4Address("8.8.8.8"), IPv4Address("169.254.169.254"), "2002:{}:0", "0")
@example(IPv4Address("10.0.0.1"), IPv4Address("8.8.8.8"), "2002:{}:0", "200")
def test_no_two_forms_in_one_lead_to_a_private_address(v4: IPv4Address, other: IPv4Address, above: str, u: str) -> None:
    both = f"{above.format(_hex(v4))}:{u}:5efe:{_hex(other)}"
    if not is_public(other):
        assert not may_connect(both, own_network=False)
    if str(other) in METADATA:
        assert not may_connect(both, own_network=True)


BORDERS = [
    border + step
    for network in SPECIAL
    for border, step in ((network[0], -1), (network[0], 0), (network[-1], 0), (network[-1], 1))
    if 0 <= int(border) + step < 2**network.max_prefixlen
]


@pytest.mark.parametrize("address", BORDERS, ids=str)
def test_at_no_border_of_a_registry_is_more_called_than_python_calls_global(address: IPv4Address | IPv6Address) -> None:
    if may_connect(str(address), own_network=False):
        assert address.is_global


@pytest.mark.parametrize(
    "address", ["192.0.0.8", "192.0.0.11", "192.0.0.255", "100:0:0:1::1", "5f00::1", "2002:808:808::1", "3fff::1"]
)
def test_what_an_older_python_calls_global_is_not_called(address: str) -> None:
    assert not may_connect(address, own_network=False)


@given(addresses)
@example(IPv6Address("4000::1"))
@example(IPv6Address("2001:db8::1"))
@example(IPv6Address("::ffff:8.8.8.8"))
def test_nothing_is_called_that_is_not_public(address: IPv4Address | IPv6Address) -> None:
    if may_connect(str(address), own_network=False):
        assert address.is_global
        assert not address.is_multicast
        assert not address.is_loopback
        assert not address.is_link_local
        assert not address.is_unspecified


@given(st.ip_addresses(v=4))
def test_what_is_public_is_called(v4: IPv4Address) -> None:
    kept_back = map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24"))
    if is_public(v4) and not any(v4 in each for each in kept_back) and str(v4) not in METADATA:
        assert may_connect(str(v4), own_network=False)


@pytest.mark.parametrize("own_network", [False, True])
@pytest.mark.parametrize("form", ["itself", *EMBEDDING])
@pytest.mark.parametrize("address", METADATA)
def test_metadata_is_never_called_in_any_form(address: str, form: str, own_network: bool) -> None:
    v4 = ipaddress.ip_address(address)
    if form == "itself" or isinstance(v4, IPv6Address):
        assert not may_connect(address, own_network)
    else:
        assert not may_connect(EMBEDDING[form](v4), own_network)


@given(st.lists(addresses, min_size=1), st.booleans())
def test_a_resolver_that_changes_its_answer_opens_no_other_address(
    answers: list[IPv4Address | IPv6Address], own_network: bool
) -> None:
    door = webhook.Door(own_network)
    try:
        for each in answers:
            family = socket.AF_INET if each.version == 4 else socket.AF_INET6
            opened = door.open(0, (family, socket.SOCK_STREAM, 0, (str(each), 443)))
            assert isinstance(opened, socket.socket) == may_connect(str(each), own_network)
    finally:
        door.close()


class Resolver:
    """Answers each question for `NAME` with the next of its answers."""

    NAME = "hooks.example.org"

    def __init__(self, port: int, answers: list[str]) -> None:
        self._port = port
        self._answers = answers

    def tell(self, handle: pycurl.Curl) -> None:
        """Let one call of libcurl find the next answer."""
        handle.setopt(pycurl.RESOLVE, [f"{self.NAME}:{self._port}:{self._answers.pop(0)}"])


@pytest.fixture
def web() -> Iterator[WebReceiver]:
    with serving(WebReceiver()) as server:
        yield server


def call(web: WebReceiver, monkeypatch: pytest.MonkeyPatch, answers: list[str], own_network: bool) -> None:
    """One call of the webhook for each answer; raises Undelivered from the last."""
    resolver, manners = Resolver(web.server_port, list(answers)), webhook._set_manners

    def told(handle: pycurl.Curl, timeout_s: float) -> None:
        manners(handle, timeout_s)
        resolver.tell(handle)

    with monkeypatch.context() as patched:
        patched.setattr(webhook, "_set_manners", told)
        for _ in answers:
            webhook.post(f"http://{Resolver.NAME}:{web.server_port}/", b"{}", {}, own_network, 2.0)


@pytest.mark.parametrize("address", ["127.0.0.1", "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[::1]"])
def test_a_public_name_that_stands_for_this_machine_by_now_is_not_called(
    web: WebReceiver, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    with pytest.raises(Undelivered, match="own network"):
        call(web, monkeypatch, [address], own_network=False)
    assert web.came == []


def test_nobody_learns_which_names_the_consoles_own_network_has(
    web: WebReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Undelivered) as there:
        call(web, monkeypatch, ["10.0.0.1"], own_network=False)
    with pytest.raises(Undelivered) as nowhere:
        webhook.post("http://nowhere.invalid/", b"{}", {}, False, 2.0)
    assert (str(there.value), there.value.final) == (str(nowhere.value), nowhere.value.final)
    assert "resolved to a public address" in str(nowhere.value)


@pytest.mark.parametrize("address", ["169.254.169.254", "100.100.100.200", "[fd00:ec2::254]"])
def test_a_name_that_stands_for_metadata_the_next_time_is_not_called_that_time(
    web: WebReceiver, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    call(web, monkeypatch, ["127.0.0.1"], own_network=True)
    with pytest.raises(Undelivered, match="webhooks never call"):
        call(web, monkeypatch, ["127.0.0.1", address], own_network=True)
    assert len(web.came) == 2
