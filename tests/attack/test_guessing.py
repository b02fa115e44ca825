"""Nobody guesses their way in, pushes what was counted out of memory, or locks somebody else out."""

import re
import secrets
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.cache import cache
from django.db.models import F
from django.test import Client
from django.utils import timezone

from rtk.console.people import revocation
from rtk.console.people.models import Tally, User
from tests.console.people.world import PASSWORD, World, new_browser, people, signed_in

LOGIN, CODE, RESET = "/accounts/login/", "/accounts/2fa/authenticate/", "/accounts/password/reset/"
ALICE = "alice@example.org"


def sign_in(password: str, email: str = ALICE, client: Client | None = None, **environ: Any) -> Any:
    """What a browser is answered that tries a password, a new browser each time."""
    return (client or new_browser()).post(LOGIN, {"login": email, "password": password}, **environ)


def known_browser(email: str = ALICE) -> Client:
    """A browser in which somebody signed in once and out again."""
    client = new_browser()
    assert sign_in(PASSWORD, email, client).status_code == 302
    client.post("/accounts/logout/")
    return client


def guess(number: int, **given: Any) -> list[int]:
    """The statuses of so many wrong passwords."""
    return [sign_in(f"wrong-{number}", **given).status_code for number in range(number)]


def refusal(answer: Any) -> str:
    """The sentence of an answer that refuses what is too much, and has a time to wait."""
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    [sentence] = re.findall(r"No more than [^<]+\.", answer.content.decode())
    return str(sentence)


def test_the_sixth_password_is_not_even_looked_at(world: World) -> None:
    assert guess(6) == [200] * 5 + [429]
    sentence = refusal(sign_in(PASSWORD))
    assert sentence == ("No more than 5 wrong passwords for an address are possible within 5 min: try again in 5 min.")


def test_no_count_is_pushed_out_by_cookies_that_somebody_made_up(world: World) -> None:
    guess(5)
    for _ in range(400):
        made_up = new_browser()
        made_up.cookies["rtk_session"] = secrets.token_hex(16)
        assert made_up.get("/accounts/login/").status_code == 200
    assert sign_in(PASSWORD).status_code == 429


def test_nothing_is_kept_for_a_session_that_does_not_exist(world: World) -> None:
    made_up = new_browser()
    key = made_up.cookies["rtk_session"] = secrets.token_hex(16)
    made_up.get("/accounts/login/")
    made_up.get("/profile")
    assert cache.get(f"seen-{key}") is None
    assert not UserSession.objects.exists()


def test_no_count_is_lost_with_the_cache(world: World) -> None:
    guess(5)
    cache.clear()  # what another console has never had
    assert sign_in(PASSWORD).status_code == 429


@pytest.mark.parametrize(
    "spelling",
    ["ALICE@example.org", " alice@example.org", "alice@EXAMPLE.ORG", "ALICE@EXAMPLE.ORG", "\uff41lice@example.org"],
)
def test_another_spelling_of_an_address_is_no_new_count(world: World, spelling: str) -> None:
    guess(5)
    assert sign_in(PASSWORD, spelling).status_code in (200, 429)
    assert not UserSession.objects.exists()


def test_other_browsers_and_networks_are_no_new_count(world: World, settings: Any) -> None:
    for number in range(5):
        sign_in("wrong", REMOTE_ADDR=f"192.0.2.{number}", HTTP_USER_AGENT=f"Browser {number}")
    assert sign_in(PASSWORD, REMOTE_ADDR="192.0.2.9").status_code == 429


def test_a_forged_forwarded_address_is_no_new_network(world: World) -> None:
    people(*[f"P{number}" for number in range(51)])
    answers = [
        sign_in("wrong", f"p{number}@example.org", HTTP_X_FORWARDED_FOR=f"192.0.2.{number}") for number in range(51)
    ]
    assert [answer.status_code for answer in answers] == [200] * 50 + [429]
    assert "50 attempts to sign in" in refusal(answers[-1])


def test_a_network_of_ipv6_has_one_count_however_many_addresses_it_has(world: World) -> None:
    statuses = [
        sign_in("wrong", f"nobody{number}@example.org", REMOTE_ADDR=f"2001:db8::{number:x}").status_code
        for number in range(51)
    ]
    assert statuses == [200] * 50 + [429]
    assert sign_in(PASSWORD, REMOTE_ADDR="2001:db8:0:1::1").status_code == 302


def test_a_right_password_in_between_clears_nothing(world: World) -> None:
    for _ in range(5):
        assert sign_in(PASSWORD, "dora@example.org").status_code == 302
        sign_in("wrong")
    assert sign_in(PASSWORD).status_code == 429


def test_wrong_passwords_from_elsewhere_lock_nobody_out_of_a_browser_they_signed_in_with(world: World) -> None:
    theirs = known_browser()
    assert guess(20)[-1] == 429
    assert sign_in(PASSWORD, client=theirs).status_code == 302


def test_nor_does_one_network_that_many_share(world: World) -> None:
    theirs = known_browser()
    statuses = [sign_in("wrong", f"nobody{number}@example.org").status_code for number in range(60)]
    assert statuses[-1] == 429
    assert sign_in(PASSWORD, client=theirs).status_code == 302


def test_a_known_browser_has_a_count_of_its_own(world: World) -> None:
    theirs = known_browser()
    assert guess(11, client=theirs) == [200] * 10 + [429]
    assert "10 wrong passwords from this browser" in refusal(sign_in(PASSWORD, client=theirs))
    assert sign_in(PASSWORD).status_code == 302  # elsewhere nothing was counted


def test_a_browser_is_known_for_the_accounts_alone_that_signed_in_in_it(world: World) -> None:
    guess(5)
    assert sign_in(PASSWORD, client=known_browser("dora@example.org")).status_code == 429


@pytest.mark.parametrize(
    "change", [lambda value: value[:-1] + "x", lambda value: "x" + value, lambda _: "", lambda _: "[]"]
)
def test_a_forged_browser_is_not_known(world: World, change: Any) -> None:
    theirs = known_browser()
    theirs.cookies["rtk_device"] = change(theirs.cookies["rtk_device"].value)
    guess(5)
    assert sign_in(PASSWORD, client=theirs).status_code == 429


def test_typing_somebodys_address_into_an_account_makes_no_browser_known_for_theirs(world: World) -> None:
    EmailAddress.objects.filter(email=ALICE).update(verified=False)
    for _ in range(5):
        mine = known_browser("dora@example.org")
        EmailAddress.objects.get_or_create(user=world.stranger, email=ALICE)
        sign_in("wrong", client=mine)
    assert sign_in(PASSWORD, client=known_browser("dora@example.org")).status_code == 429


def test_a_known_browser_opens_nothing(world: World) -> None:
    theirs = known_browser()
    assert theirs.get("/profile").status_code == 302
    cookie = theirs.cookies["rtk_device"]
    assert cookie["httponly"]
    assert world.owner.email not in str(cookie.value)


def test_whoever_reads_the_mail_of_a_reset_comes_in_whatever_others_try(world: World) -> None:
    guess(5)
    client = new_browser()
    client.post(RESET, {"email": ALICE})
    [path] = re.findall(r"http://localhost:8000(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    form = client.get(path)["Location"]
    client.post(form, {"password1": NEW, "password2": NEW})
    guess(5)  # the attack goes on
    assert sign_in(NEW, client=client).status_code == 302


def after(passed: timedelta) -> None:
    """Let so much time have passed since whatever was counted."""
    Tally.objects.update(since=F("since") - passed)


def test_nothing_counts_for_ever(world: World) -> None:
    guess(5)
    for _ in range(3):
        after(timedelta(minutes=1))
        assert sign_in("wrong").status_code == 429
    after(timedelta(minutes=2))
    assert sign_in(PASSWORD).status_code == 302


# Second factors: by somebody who has the password.


def with_codes(user: User) -> tuple[str, list[str]]:
    """An account with an authenticator app and recovery codes; its secret and the codes."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret, RecoveryCodes.activate(user).get_unused_codes()


def shown(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(timezone.now().timestamp()) // 30)))


def try_code(code: str, client: Client | None = None) -> Any:
    """What a new browser is answered that has the password and tries a code."""
    client = client or new_browser()
    assert sign_in(PASSWORD, client=client)["Location"].startswith(CODE)
    return client.post(CODE, {"code": code})


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_the_sixth_code_is_not_even_looked_at(world: World, kind: str) -> None:
    secret, [recovery, *_] = with_codes(world.owner)
    assert [try_code("000000").status_code for _ in range(5)] == [200] * 5
    refused = try_code(shown(secret) if kind == "app" else recovery)
    assert "5 wrong codes for an account are possible within 5 min:" in refusal(refused)


def test_codes_are_bounded_by_the_day_as_well(world: World) -> None:
    with_codes(world.owner)
    statuses = []
    for _ in range(7):
        statuses += [try_code("000000").status_code for _ in range(5)]
        after(timedelta(minutes=6))
    assert statuses == [200] * 30 + [429] * 5


def test_wrong_codes_from_elsewhere_lock_nobody_out_of_a_browser_they_signed_in_with(world: World) -> None:
    theirs = known_browser()
    secret, _ = with_codes(world.owner)
    assert [try_code("000000").status_code for _ in range(6)][-1] == 429
    assert try_code(shown(secret), theirs).status_code == 302


def test_a_code_is_good_once_whatever_becomes_of_the_cache(world: World) -> None:
    secret, _ = with_codes(world.owner)
    code = shown(secret)
    assert try_code(code).status_code == 302
    for again in (code, f"{code[:3]} {code[3:]}", f"{code[:3]}-{code[3:]}"):
        cache.clear()
        assert try_code(again).status_code == 200


def test_the_code_that_activated_an_app_signs_nobody_in(world: World) -> None:
    here = signed_in(world.owner)
    here.get("/accounts/2fa/totp/activate/")
    code = shown(here.session["mfa.totp.secret"])
    assert here.post("/accounts/2fa/totp/activate/", {"code": code}).status_code == 302
    assert try_code(code).status_code == 200


# What a browser can guess in which somebody is signed in.


def test_an_open_browser_guesses_no_password_by_changing_it(world: World) -> None:
    here = signed_in(world.owner)
    form = {"password1": "another long phrase", "password2": "another long phrase"}
    sent = [here.post("/accounts/password/change/", {"oldpassword": f"wrong-{n}", **form}) for n in range(12)]
    assert [each.status_code for each in sent][-1] == 429
    assert here.post("/accounts/password/change/", {"oldpassword": PASSWORD, **form}).status_code == 429


def test_nor_by_showing_again_who_one_is(world: World) -> None:
    here = signed_in(world.owner)
    sent = [here.post("/accounts/reauthenticate/", {"password": f"wrong-{number}"}) for number in range(12)]
    assert [each.status_code for each in sent][-1] == 429
    assert here.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 429


REAUTHENTICATE, CHANGE, RENEW = (
    "/accounts/reauthenticate/",
    "/accounts/password/change/",
    "/accounts/2fa/reauthenticate/",
)
NEW = "another long phrase"


def as_a_new_browser(client: Client, path: str, **form: str) -> int:
    """What a session is answered that leaves out the cookie of its browser, and takes what it is given instead."""
    client.cookies.pop("rtk_device", None)
    client.get("/profile")
    return int(client.post(path, form).status_code)


def test_a_stolen_session_has_one_count_of_passwords_whatever_browser_it_says_it_is(world: World) -> None:
    thief = signed_in(world.owner)
    statuses = [as_a_new_browser(thief, REAUTHENTICATE, password=f"wrong-{number}") for number in range(12)]
    assert statuses == [200] * 10 + [429] * 2
    assert as_a_new_browser(thief, CHANGE, oldpassword=PASSWORD, password1=NEW, password2=NEW) == 429


def test_and_one_of_codes(world: World) -> None:
    with_codes(world.owner)
    thief, statuses = signed_in(world.owner), []
    for _ in range(7):
        statuses += [as_a_new_browser(thief, RENEW, code="000000") for _ in range(6)]
        after(timedelta(minutes=6))
    assert statuses == ([200] * 5 + [429]) * 6 + [429] * 6


@pytest.mark.parametrize("path", [REAUTHENTICATE, CHANGE])
def test_guesses_in_a_session_lock_nobody_out_of_a_browser_they_signed_in_with(world: World, path: str) -> None:
    theirs, thief = known_browser(), signed_in(world.owner)
    thief.cookies["rtk_device"] = theirs.cookies["rtk_device"].value
    sent = {"password": "wrong", "oldpassword": "wrong", "password1": NEW, "password2": NEW}
    assert [thief.post(path, sent).status_code for _ in range(60)][-1] == 429
    assert sign_in(PASSWORD, client=theirs).status_code == 302


# Browsers that are known, and are not their owner's.


def test_a_session_makes_no_browser_known(world: World) -> None:
    assert "rtk_device" not in signed_in(world.owner).get("/profile").cookies


def test_wrong_passwords_in_other_known_browsers_lock_nobody_out_of_theirs(world: World) -> None:
    theirs, *others = [known_browser() for _ in range(7)]
    for each in others:
        guess(10, client=each)
    assert sign_in(PASSWORD, client=theirs).status_code == 302


def test_nobody_tries_more_addresses_by_more_browsers_of_their_own(world: World) -> None:
    mine = [known_browser("dora@example.org") for _ in range(3)]
    statuses = [sign_in("wrong", f"nobody{number}@example.org", mine[number % 3]).status_code for number in range(60)]
    assert statuses == [200] * 50 + [429] * 10


def test_a_copy_of_a_known_browser_is_none_once_the_password_was_changed_in_another(world: World) -> None:
    copied, here = known_browser(), known_browser()
    sign_in(PASSWORD, client=here)
    here.post(CHANGE, {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    here.post("/accounts/logout/")
    guess(5)
    assert sign_in(NEW, client=copied).status_code == 429
    assert sign_in(NEW, client=here).status_code == 302


def test_nor_once_the_account_was_wiped(world: World) -> None:
    copied = known_browser()
    revocation.end_access(world.owner, revocation.RevocationReason.DISABLED)
    guess(5)
    assert sign_in(PASSWORD, client=copied).status_code == 429


# Everything else by which people come in.


def test_sign_ups_are_bounded_for_a_network(world: World, settings: Any) -> None:
    settings.SIGN_UP = "open"
    form = {"name": "Somebody", "password1": PASSWORD, "password2": PASSWORD}
    answers = [new_browser().post("/accounts/signup/", {**form, "email": f"new{n}@example.org"}) for n in range(21)]
    assert answers[19].status_code == 302
    assert "20 sign-ups are possible within 1 h:" in refusal(answers[20])
    assert not User.objects.filter(email="new20@example.org").exists()


def test_passkeys_are_bounded_for_a_network(world: World) -> None:
    answers = [new_browser().post("/accounts/2fa/webauthn/login/", {"credential": "{}"}) for _ in range(51)]
    assert "50 attempts to sign in" in refusal(answers[50])


@pytest.mark.parametrize(
    "link",
    [
        "/sign-in/{}",
        "/join/{}",
        "/welcome/{}",
        "/accounts/confirm-email/{}/",
        "/accounts/password/reset/key/1-{}/",
    ],
)
def test_links_are_bounded_for_a_network(world: World, link: str) -> None:
    answers = [new_browser().get(link.format(f"key{number}")) for number in range(101)]
    assert {answer.status_code for answer in answers[:100]} & {429} == set()
    assert "100 opened links" in refusal(answers[100])


def test_nobody_reads_in_the_counts_what_was_typed(world: World) -> None:
    guess(1)
    assert all(re.fullmatch(r"[0-9a-f]{64}", each.key) for each in Tally.objects.all())
