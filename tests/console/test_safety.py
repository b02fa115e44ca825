"""What is refused beyond one's own machine, and what to do about it."""

import pytest

from rtk.console.safety import Chosen, allowed_hosts, beyond_this_machine, chosen, refuse_unsafe
from rtk.errors import BadInput

KEY = "k" * 50
HERE = Chosen("127.0.0.1", "", "", debug=True, insecure_cookies=False, further_hosts="")
SAFE = Chosen("0.0.0.0", "https://rtk.example.org", KEY, debug=False, insecure_cookies=False, further_hosts="")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "[::1]", "localhost", "LOCALHOST", "rtk.localhost"])
def test_on_this_machine_anything_goes(host: str) -> None:
    settings = HERE._replace(host=host)
    assert not beyond_this_machine(settings)
    refuse_unsafe(settings)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "rtk.example.org", "localhost.example.org"])
def test_others_reach_it_by_any_other_address(host: str) -> None:
    assert beyond_this_machine(HERE._replace(host=host))


def test_others_reach_it_by_a_proxy_or_a_further_name() -> None:
    assert beyond_this_machine(HERE._replace(public_url="https://rtk.example.org"))
    assert beyond_this_machine(HERE._replace(further_hosts="localhost, rtk.example.org"))


@pytest.mark.parametrize("issuer", ["", "https://id.example.org", "http://127.0.0.1:5556/dex", "http://localhost"])
def test_what_is_safe_is_let_through(issuer: str) -> None:
    refuse_unsafe(SAFE._replace(issuer=issuer))


def test_plain_http_is_let_through_where_the_network_is_trusted() -> None:
    refuse_unsafe(SAFE._replace(public_url="http://rtk.example.org", insecure_cookies=True))


@pytest.mark.parametrize(
    ("unsafe", "fix"),
    [
        (SAFE._replace(debug=True), "RTK_DEBUG .* unset it"),
        (SAFE._replace(key=""), "set RTK_SECRET_KEY_FILE"),
        (SAFE._replace(key="k" * 31), "32 characters or more"),
        (SAFE._replace(public_url=""), "set RTK_PUBLIC_URL to the https:// address"),
        (SAFE._replace(public_url="http://rtk.example.org"), "or RTK_INSECURE_COOKIES=yes"),
        (SAFE._replace(further_hosts="rtk.internal, *"), "RTK_ALLOWED_HOSTS has .*list the names"),
        (SAFE._replace(issuer="http://id.example.org"), "RTK_OIDC_ISSUER an https:// address"),
    ],
)
def test_each_unsafe_setting_is_refused_with_its_fix(unsafe: Chosen, fix: str) -> None:
    with pytest.raises(BadInput, match=f"^unsafe beyond this machine: .*{fix}") as told:
        refuse_unsafe(unsafe)
    assert "\n" not in str(told.value)


def test_all_that_is_unsafe_is_said_at_once() -> None:
    with pytest.raises(BadInput) as told:
        refuse_unsafe(SAFE._replace(debug=True, key="", public_url=""))
    assert len(str(told.value).splitlines()) == 3


@pytest.mark.parametrize("url", ["rtk.example.org", "ftp://rtk.example.org", "https://", "//rtk.example.org"])
def test_a_public_url_that_is_none_is_refused_everywhere(url: str) -> None:
    with pytest.raises(BadInput, match=r"RTK_PUBLIC_URL is .*; expected an address like"):
        refuse_unsafe(HERE._replace(public_url=url))


def test_it_is_read_from_the_environment() -> None:
    environ = {"RTK_HOST": "0.0.0.0", "RTK_DEBUG": "yes", "RTK_ALLOWED_HOSTS": "a,b", "RTK_SECRET_KEY": KEY}
    assert chosen(environ) == Chosen("0.0.0.0", "", KEY, debug=True, insecure_cookies=False, further_hosts="a,b")


@pytest.mark.parametrize("url", ["", "http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000"])
def test_on_this_machine_pages_answer_under_each_of_its_names(url: str) -> None:
    assert allowed_hosts(HERE._replace(public_url=url)) == ["localhost", "127.0.0.1", "[::1]"]


def test_beyond_this_machine_pages_answer_under_the_public_name_alone() -> None:
    assert allowed_hosts(SAFE) == ["rtk.example.org"]


def test_pages_answer_under_further_names_each_of_which_was_set() -> None:
    named = SAFE._replace(further_hosts="rtk.internal, localhost,")
    assert allowed_hosts(named) == ["rtk.example.org", "rtk.internal", "localhost"]


def test_an_address_of_ipv6_is_a_name_in_brackets() -> None:
    assert allowed_hosts(SAFE._replace(public_url="https://[2001:db8::1]:8443")) == ["[2001:db8::1]"]
