"""Who may do what: every address of the URL table times everybody. An address without a row fails the build.

The pages of people and of notifications have their rows in matrices of their own.
"""

import re
from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.test.client import ClientHandler
from django.urls import URLResolver, get_resolver, reverse
from django.utils.timezone import now

from rtk.console.people import tokens
from tests.console.api.rows import OBJECTIVE, OF_AN_ORGANIZATION, OWN, ROWS, T, V, endpoints, filled, named
from tests.console.live import Live, Machine
from tests.console.notify.test_matrix import ROWS as NOTIFICATIONS
from tests.console.pages.test_matrix import ROWS as PAGES_OF_TEAMS
from tests.console.people.test_account_pages import MAILED_CODES
from tests.console.people.test_matrix import ROWS as PEOPLE
from tests.console.people.world import signed_in

FILES = {
    "GET /assets/experiments/{experiment}.json": ("read", None),
    "GET /assets/verifications/{verification}.json": ("read", None),
}
IN_A_TEAM = {**ROWS, **FILES}
PAGES: dict[str, Collection[str]] = {"people": PEOPLE, "notify": NOTIFICATIONS, "pages": PAGES_OF_TEAMS}
MATRICES = "the test_matrix.py of its app: tests/console/pages, people or notify"
OPEN = {"api/v1/docs", "api/v1/openapi.json", "client/requirements.txt"}  # for everybody
BADGES = {
    f"badge/{what}s/<str:key>.svg" for what in ("verification", "objective")
}  # see tests/console/api/test_badges.py
GIVEN_AWAY = "^client/"  # to everybody: the client that the console was installed with
# What `Content-Location` says: on to pages that ask one to sign in.
LEADING_ON = {f"api/<str:org>/<str:team>/{what}/<uuid:key>" for what in ("executions", "insights")}
# The pages of accounts: those that ask one to sign in first, and those with which one signs in.
ONES_ACCOUNT = """
account_reauthenticate account_email account_change_password account_set_password account_confirm_login_code
mfa_index mfa_reauthenticate mfa_activate_totp mfa_deactivate_totp mfa_view_recovery_codes
mfa_generate_recovery_codes mfa_download_recovery_codes mfa_list_webauthn mfa_add_webauthn mfa_reauthenticate_webauthn
mfa_remove_webauthn mfa_edit_webauthn socialaccount_connections usersessions_list
"""
SIGNING_IN = """
account_login account_logout account_inactive account_signup account_email_verification_sent account_reset_password
account_confirm_email account_reset_password_from_key_done account_reset_password_from_key account_reset_password_done
mfa_authenticate mfa_login_webauthn socialaccount_login_cancelled socialaccount_login_error socialaccount_signup
openid_connect_login openid_connect_callback
"""
ROLES = {"owner": "admin", "admin": "admin", "member": "run", "viewer": "read"}
RANK = ["read", "run", "admin"]


def test_every_endpoint_has_its_row() -> None:
    rows = {named(row) for row in {**ROWS, **OF_AN_ORGANIZATION, **OWN}}
    assert sorted(endpoints() - rows) == [], "endpoints that have no row in tests/console/api/rows.py"
    assert sorted(rows - endpoints()) == [], "rows of tests/console/api/rows.py for endpoints that are not there"


def addresses(inside: URLResolver, before: str = "", app: str = "") -> Iterator[tuple[str, str, str]]:
    """Every address of the console, with its app and its name."""
    for each in inside.url_patterns:
        where = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from addresses(each, where, each.app_name or app)
        else:
            yield where, app, each.name or ""


def test_every_address_of_the_console_has_its_row() -> None:
    kept = {path.split(" ")[1] for path in (*endpoints(), *FILES)}
    for where, app, name in addresses(get_resolver()):
        plain = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", f"/{where}".removeprefix("/api/v1"))
        plain = re.sub(r"(?<=/assets/)(\w+)s/{key}", r"\1s/{\1}", plain)
        old_name = where.startswith("accounts/social/")  # of what is below accounts/3rdparty/ now
        of_accounts = where.removeprefix("^").startswith("accounts/")
        account = of_accounts and (old_name or name in {*f"{ONES_ACCOUNT}{SIGNING_IN}".split(), *MAILED_CODES})
        known = (
            where in OPEN | LEADING_ON | BADGES
            or where.startswith(GIVEN_AWAY)
            or plain in kept
            or plain == "/"
            or account
        )
        found = known or name in PAGES.get(app, ())
        assert found, f"no row for {where} ({name}): a call of the API has it in rows.py, a page in {MATRICES}"


@pytest.fixture(scope="module")
def machines(live: Live) -> dict[str, Machine]:
    """One machine for everybody, and for every token that is too small, too old or none."""
    world = live.world
    found = {role: live.machine(getattr(world, role)) for role in ROLES}
    found["other team"], found["other organization"] = live.machine(world.banker), live.machine(world.stranger)
    found["no token"], found["wrong token"] = live.nobody(), Machine(live.url, "rtk_wrong")
    expired, secret = tokens.make(world.owner, "old", RANK)
    type(expired).objects.filter(id=expired.id).update(expires_at=now() - timedelta(1))
    found["expired token"] = Machine(live.url, secret)
    for scope in RANK:
        found[f"all but {scope}"] = live.machine(world.owner, *[each for each in RANK if each != scope])
        found[f"up to {scope}"] = live.machine(world.owner, *RANK[: RANK.index(scope) + 1])
    return found


def called(machine: Machine, row: str, ids: dict[str, str], body: Any) -> int:
    """The status of a call."""
    method, path = row.format(**ids).split(" ", 1)
    with machine(method, path, json=filled(body, ids), stream=True) as answer:
        assert answer.status_code < 500
        refused = answer.status_code >= 400
        assert not refused or answer.headers["Content-Type"] == "application/problem+json"
        return answer.status_code


def refused(need: str) -> Iterator[tuple[str, int]]:
    """Who is refused where that much is needed, and how."""
    yield from ((role, 403) for role, right in ROLES.items() if RANK.index(right) < RANK.index(need))
    yield from [("other team", 404), ("other organization", 404)]
    yield from [("no token", 401), ("expired token", 401), (f"all but {need}", 403)]


@pytest.mark.parametrize("row", IN_A_TEAM)
def test_of_a_team(row: str, machines: dict[str, Machine], ids: dict[str, str]) -> None:
    need, body = IN_A_TEAM[row]
    for who, status in refused(need):
        assert called(machines[who], row, ids, body) == status, who
    let_in = [role for role, right in ROLES.items() if RANK.index(right) >= RANK.index(need)]
    first, *others = [called(machines[who], row, ids, body) for who in (f"up to {need}", *let_in)]
    # Whoever comes after the first may find that it is done already, but never a closed door.
    assert first < 300 or (row.endswith("/import") and first == 422), first
    assert not {401, 403} & set(others), others


@pytest.mark.parametrize("row", OF_AN_ORGANIZATION)
def test_of_an_organization(row: str, machines: dict[str, Machine], ids: dict[str, str]) -> None:
    need, body = OF_AN_ORGANIZATION[row]
    closed = {who: status for who, status in refused(need) if who != "other team"}
    for who, status in {**closed, "other team": 200, **dict.fromkeys(ROLES, 200)}.items():
        assert called(machines[who], row, ids, body) == status, who


@pytest.mark.parametrize("row", OWN)
def test_ones_own(row: str, machines: dict[str, Machine], ids: dict[str, str]) -> None:
    need, body = OWN[row]
    for who, status in refused(need):
        if status == 401 or who == f"all but {need}":
            assert called(machines[who], row, ids, body) == status, who
    assert called(machines[f"up to {need}"], row, ids, body) < 300


def test_a_wrong_token_opens_nothing(machines: dict[str, Machine], ids: dict[str, str]) -> None:
    for row in ("GET /organizations", f"GET {T}", f"POST {V}/{{run}}/record", *FILES):
        assert called(machines["wrong token"], row, ids, None) == 401


def test_a_token_of_somebody_else_is_not_found(live: Live, machines: dict[str, Machine]) -> None:
    token = tokens.make(live.world.owner, "t", ["read"])[0]
    for who in ("admin", "member", "viewer", "other team", "other organization"):
        assert called(machines[who], "DELETE /tokens/{token}", {"token": str(token.id)}, None) == 404


def test_a_token_reaches_no_further_than_what_made_it(live: Live) -> None:
    answer = live.machine(live.world.member, "admin")("POST", "/tokens", json={"name": "more", "scopes": ["run"]})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (403, "scopes")


def test_a_person_on_a_page_is_let_in_by_the_session_but_not_by_a_forged_request(live: Live) -> None:
    browser = signed_in(live.world.member)
    browser.handler = ClientHandler(enforce_csrf_checks=True)
    assert browser.get(f"/api/v1{live.team}").status_code == 200
    forged = browser.post(f"/api/v1{live.team}/objectives", OBJECTIVE, content_type="application/json")
    assert forged.status_code == 403


@pytest.mark.parametrize("path", sorted(OPEN))
def test_what_is_open_is_so_for_everybody(live: Live, path: str) -> None:
    assert Client().get(f"/{path}").status_code == 200
    assert signed_in(live.world.stranger).get(f"/{path}").status_code == 200


@pytest.mark.parametrize("name", ONES_ACCOUNT.split())
def test_ones_account_is_shown_to_nobody_else(live: Live, name: str) -> None:
    keyed = name in ("mfa_remove_webauthn", "mfa_edit_webauthn")
    address = reverse(name, kwargs={"pk": 1} if keyed else {})
    for method in ("get", "post"):
        answer = getattr(Client(), method)(address)
        assert answer.status_code in (302, 405) or answer["Location"], (method, answer.status_code)
        assert answer.status_code == 405 or answer["Location"].startswith(reverse("account_login")), answer["Location"]


@pytest.mark.parametrize("path", ["/api/v1/", "/api/v1/nothing", "/api/v1/organizations/x/teams/y/z"])
def test_what_is_no_endpoint_is_a_problem_of_the_api(live: Live, machines: dict[str, Machine], path: str) -> None:
    for method in ("GET", "POST"):
        answer = machines["owner"](method, path)
        assert answer.status_code in (404, 403)
        assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("row", ["DELETE /organizations", f"PATCH {V}/{{run}}", f"GET {V}/{{run}}/record"])
def test_another_method_is_a_problem_that_names_those_that_are(
    machines: dict[str, Machine], ids: dict[str, str], row: str
) -> None:
    method, path = row.format(**ids).split(" ")
    answer = machines["owner"](method, path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (405, "application/problem+json")
    assert answer.headers["Allow"]
