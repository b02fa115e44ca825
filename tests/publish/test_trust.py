"""Which hosts are trusted, and what a person agreed to is kept."""

from pathlib import Path

import pytest

from rtk.errors import BadInput
from rtk.experiment.address import parse
from rtk.publish.trust import (
    MOST,
    Agreed,
    Trust,
    UntrustedReason,
    agree,
    agreed,
    called,
    doubt_of_host,
    doubt_of_revision,
    host_of,
    place,
    revision_of,
    trust_of,
)

SIGNED_IN = {"auths": {"Console.example": {"type": "bearer", "value": "x"}, "other.example:8443": {}}}
CONSOLE = {"controls": {"chaosiq-cloud": {"provider": {"arguments": {"url": "https://kept.example"}}}}}
RTK_URL = {"RTK_URL": "https://ci.example/"}


@pytest.mark.parametrize(
    ("url", "doubt"),
    [
        ("https://console.example/x.json", None),
        ("https://CONSOLE.example:443/x.json", None),
        ("https://other.example:8443/x.json", None),
        ("https://ci.example/x.json", None),
        ("https://kept.example/x.json", None),
        ("https://other.example/x.json", UntrustedReason.STRANGER),
        ("https://console.example:8443/x.json", UntrustedReason.STRANGER),
        ("https://console.example.evil.example/x.json", UntrustedReason.STRANGER),
        ("https://console.example@evil.example/x.json", UntrustedReason.STRANGER),
        ("https://evil.example/console.example", UntrustedReason.STRANGER),
        ("http://127.0.0.1:8000/x.json", UntrustedReason.STRANGER),
        ("http://console.example/x.json", UntrustedReason.OPEN_ROAD),
        ("http://console.example:443/x.json", UntrustedReason.OPEN_ROAD),
    ],
)
def test_a_host_is_trusted_where_one_signed_in_or_rtk_url_names_it(url: str, doubt: UntrustedReason | None) -> None:
    assert doubt_of_host(parse(url), {**SIGNED_IN, **CONSOLE}, Agreed(), RTK_URL) is doubt


def test_this_machine_is_trusted_where_one_signed_in_to_it() -> None:
    settings = {"auths": {"127.0.0.1:8000": {"type": "bearer", "value": "x"}}}
    assert doubt_of_host(parse("http://127.0.0.1:8000/x.json"), settings, Agreed(), {}) is None


def test_what_a_person_agreed_to_is_kept_for_that_host_and_road(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "agreed.json"
    agree(path, parse("https://one.example/x.json"), {"title": "x"})
    assert path.stat().st_mode & 0o777 == 0o600
    assert doubt_of_host(parse("https://one.example/another.json"), {}, agreed(path), {}) is None
    assert doubt_of_host(parse("http://one.example/x.json"), {}, agreed(path), {}) is UntrustedReason.OPEN_ROAD
    assert doubt_of_host(parse("https://one.example:8443/x.json"), {}, agreed(path), {}) is UntrustedReason.STRANGER


def test_a_revision_is_known_by_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / "agreed.json"
    agree(path, parse("https://one.example/x.json"), {"title": "x", "method": [1]})
    known = agreed(path)
    assert doubt_of_revision({"method": [1], "title": "x"}, known) is None
    assert doubt_of_revision({"title": "x", "method": [2]}, known) is UntrustedReason.REVISION


def test_who_agrees_to_a_revision_agrees_to_nothing_else_of_its_host(tmp_path: Path) -> None:
    path = tmp_path / "agreed.json"
    agree(path, parse("https://one.example/x.json"), {"title": "x"}, Trust.REVISION)
    assert agreed(path) == Agreed([], [revision_of({"title": "x"})])


@pytest.mark.parametrize(
    ("named", "url", "doubt"),
    [
        ("http://c.example", "http://c.example/x.json", None),
        ("http://c.example:8000", "http://c.example:8000/x.json", None),
        ("http://c.example:8000", "http://c.example/x.json", UntrustedReason.OPEN_ROAD),
        ("https://c.example", "http://c.example/x.json", UntrustedReason.OPEN_ROAD),
        ("c.example", "http://c.example/x.json", UntrustedReason.OPEN_ROAD),
        ("http://c.example", "https://c.example/x.json", None),
    ],
)
def test_plain_http_is_as_good_as_the_address_that_rtk_url_names(
    named: str, url: str, doubt: UntrustedReason | None
) -> None:
    assert doubt_of_host(parse(url), {}, Agreed(), {"RTK_URL": named}) is doubt


def test_a_host_is_named_as_it_is_called() -> None:
    assert called(parse("https://console.example:8443/x")) == "console.example:8443"
    assert called(parse("https://c\u03bfnsole.example/x")) == "xn--cnsole-i0e.example"
    assert called(parse("https://\uff43onsole.example/x")) == "\\uff43onsole.example"
    assert host_of(parse("https://c\u03bfnsole.example:81/x")) == "https://xn--cnsole-i0e.example:81"


@pytest.mark.parametrize("url", ["https://evil.example\\.console.example/x", "https://c%6fnsole.example/x"])
def test_a_host_that_is_another_one_to_whoever_calls_it_is_no_address(url: str) -> None:
    with pytest.raises(BadInput, match="is no address that can be fetched"):
        parse(url)


@pytest.mark.parametrize("text", [b"", b"[1]", b'{"hosts": 1}', b'{"hosts": "https://a.example"', b"\xff"])
def test_what_is_damaged_trusts_nobody(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "agreed.json").write_bytes(text)
    assert agreed(tmp_path / "agreed.json") == Agreed()
    assert agreed(tmp_path / "none") == Agreed()


def test_what_is_kept_does_not_grow_without_end(tmp_path: Path) -> None:
    path = tmp_path / "agreed.json"
    path.write_text('{"hosts": [], "revisions": ["x"]}'.replace('"x"', ", ".join(f'"{n}"' for n in range(MOST))))
    agree(path, parse("https://one.example/x.json"), {"title": "x"})
    kept = agreed(path).revisions
    assert len(kept) == MOST
    assert kept[-1] == revision_of({"title": "x"})
    assert kept[0] == "1"


def test_where_nothing_can_be_kept_nothing_breaks(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    agree(tmp_path / "file" / "agreed.json", parse("https://one.example/x.json"), {})


def test_rtk_trust_says_what_is_trusted() -> None:
    assert trust_of({}) is trust_of({"RTK_TRUST": " "}) is trust_of({"RTK_TRUST": "host"}) is Trust.HOST
    assert trust_of({"RTK_TRUST": "revision"}) is Trust.REVISION
    with pytest.raises(BadInput, match='RTK_TRUST: expected host or revision, not "everything"'):
        trust_of({"RTK_TRUST": "everything"})


def test_it_lies_beside_the_run_records() -> None:
    assert place({"XDG_STATE_HOME": "/state"}) == Path("/state/rtk/agreed.json")


def test_what_a_console_learned_meanwhile_makes_no_new_revision() -> None:
    def taught(**more: object) -> dict[str, object]:
        return {"title": "x", "extensions": [{"name": "other"}, {"name": "chaosiq", "team_id": "t", **more}]}

    learned = {"seconds": 41.2, "outages": 12, "runs": 5}
    assert revision_of(taught(outage_learned=learned)) == revision_of(taught())
    assert revision_of(taught(outage_learned=learned)) != revision_of(taught(verification={}))
