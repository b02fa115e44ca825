"""The pages about running a console that need a server of another kind beside it are played with one."""

import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from rtk.console.options import OPTIONS
from tests.console.live import PLAN, Machine, head, verification
from tests.docs.operations import Player, Server, player, server
from tests.docs.pages import DOCS
from tests.docs.test_reference import section

BY = "tests/docs/test_operations.py"
OWN_POSTGRESQL = "how-to/use-your-own-postgresql.md"
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def own() -> Any:
    with server() as running:
        yield running


def test_a_console_moves_to_a_postgresql_of_ones_own_as_the_page_has_it(own: Server) -> None:
    instead = {"sudo -u postgres psql": f"psql {own.superuser}", "db.example.org": own.address}
    with player(BY, instead) as page:
        token = begun(page)
        assert page.play(OWN_POSTGRESQL, "Make a role and a database", "Start the console with it") == 2
        page.session.run("rtk down; unset DATABASE_URL_FILE; rtk up --detach")
        assert page.play(OWN_POSTGRESQL, "Move from the database that came along", "Several consoles") == 3
        # What was told the database that came along is in the other one.
        assert provision(page) == "token: its token is still good\n"
        assert Path(page.session.directory, "token").read_text() == token
        query = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
        psql = f"psql {own.superuser} --dbname=rtk --tuples-only --no-align"
        assert page.session.run(f'{psql} -c "{query}"') == ("rtk\n", 0)


def test_what_is_told_one_console_is_followed_at_another(own: Server) -> None:
    with player(BY, {"sudo -u postgres psql": f"psql {own.superuser}", "db.example.org": own.address}, True) as page:
        again(page, own)
        other = page.instead["8001"]
        page.session.run("export RTK_SECRET_KEY_FILE=$RTK_DATA/secret-key")
        page.session.run(f"rtk up --detach --data second --port {other}")
        token = begun(page).strip()
        one, another = (Machine(f"http://127.0.0.1{port}", token) for port in (page.instead[":8000"], f":{other}"))
        (org,) = one("GET", "/organizations").json()
        key, run = f"file-{uuid4()}", str(uuid4())
        path = f"/organizations/{org['id']}/teams/{org['teams'][0]['id']}/verifications/{key}/runs/{run}"
        body = {"plan": PLAN, "experiment": verification(key), "client": {"rtk": "0.1.0"}}
        assert one("PUT", path, json=body).status_code == 201
        lines = another("GET", f"{path}/stream", stream=True).iter_lines()
        assert b"event: state" in lines
        one("POST", f"{path}/record", json={"from": 0, "entries": [head(run)]})
        assert b"event: entry" in lines


def begun(page: Player) -> str:
    """The token of somebody in a console with the database that comes along."""
    assert provision(page) == "token: a new token\n"
    return Path(page.session.directory, "token").read_text()


def provision(page: Player) -> str:
    who = "--email ada@example.org --organization Acme --team Web --token-file token"
    return page.session.run(f"rtk provision {who}")[0]


BACK_UP = "how-to/back-up-and-restore.md"


def test_what_is_backed_up_comes_back_here_and_elsewhere_as_the_page_has_it(own: Server) -> None:
    with player(BY, {"db.example.org": own.address}) as page:
        home = page.session.directory
        token = begun(page)
        assert page.play(BACK_UP, "Write a backup") == 1
        assert (
            page.session.run("rtk provision --email eve@example.org --organization E --team E --token-file since")[1]
            == 0
        )
        assert page.play(BACK_UP, "Restore it", "Try it, before you need it") == 2
        assert provision(page) == "token: its token is still good\n"
        rehearsed = f"--data rehearsal --email ada@example.org --organization Acme --team Web --token-file {home}/token"
        assert page.session.run(f"rtk provision {rehearsed}")[0].endswith("its token is still good\n")
        eve = "--email eve@example.org --organization E --team E --token-file since"
        assert page.session.run(f"rtk provision {eve}")[0] == "since: a new token\n"  # she came after the backup
        assert (home / "token").read_text() == token


def test_what_pg_dump_writes_is_a_backup_too(own: Server) -> None:
    with player(BY, {"sudo -u postgres psql": f"psql {own.superuser}", "db.example.org": own.address}, True) as page:
        again(page, own)
        provision(page)
        assert page.play(BACK_UP, "With your own PostgreSQL") == 1
        page.session.run("rtk down; unset DATABASE_URL_FILE")
        assert page.session.run("rtk restore rtk.dump")[1] == 0
        assert provision(page) == "token: its token is still good\n"


def test_a_console_runs_as_the_entry_page_has_it() -> None:
    with player(BY, None, True) as page:
        assert page.play("how-to/run-the-console.md") == 3


def test_a_request_is_followed_as_the_page_has_it() -> None:
    with player(BY) as page:
        assert page.play("how-to/follow-a-request.md") == 2


def test_every_setting_is_said_to_be_good_for_something() -> None:
    told = section((DOCS / "reference" / "settings.md").read_text(), "Where they are put to use")
    assert sorted(re.findall(r"`(\w+)`", told)) == sorted(option.name for option in OPTIONS)


OIDC = "how-to/sign-in-with-oidc.md"


def test_a_console_offers_its_issuer_as_the_page_has_it() -> None:
    with player(BY) as page:
        assert page.play(OIDC) == 1
    text = (DOCS / OIDC).read_text()
    assert text.count(f"rtk.example.org{reverse('openid_connect_callback', args=['sso'])}\n") == 2


def test_a_schema_of_somebody_else_keeps_a_restore_from_doing_anything(own: Server) -> None:
    with player(BY, {"sudo -u postgres psql": f"psql {own.superuser}", "db.example.org": own.address}, True) as page:
        again(page, own)
        begun(page)
        page.session.run("rtk backup rtk.dump; rtk down")
        schema = f"psql {own.superuser} --dbname=rtk -c 'ALTER SCHEMA public OWNER TO"
        page.session.run(f"{schema} postgres'")  # as it is on PostgreSQL 14
        refused = ("rtk: 'rtk.dump' could not be restored: must be owner of schema public\n", 1)
        assert page.session.run("rtk restore --yes rtk.dump") == refused
        page.session.run(f"{schema} rtk'")
        assert page.session.run("rtk restore --yes rtk.dump")[1] == 0
        assert provision(page) == "token: its token is still good\n"


def again(page: Player, own: Server) -> None:
    """A console of its own with an empty database in that server."""
    page.session.run(f"psql {own.superuser} -c 'DROP DATABASE IF EXISTS rtk' -c 'DROP ROLE IF EXISTS rtk'")
    assert page.play(OWN_POSTGRESQL, "Make a role and a database", "Start the console with it") == 2


MADE = "CREATE ROLE poor LOGIN PASSWORD 'poor'; CREATE DATABASE another ENCODING 'UTF8' TEMPLATE template0"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("poor:wrong@{}/another", 'password authentication failed for user "poor"'),
        ("poor:poor@{}/none", 'database "none" does not exist'),
        ("poor:poor@{}/another", "permission denied for schema public"),
        ("poor:poor@127.0.0.1:1/another", "Connection refused"),
        ("poor:poor@nowhere.invalid/another", "failed to resolve host"),
    ],
)
def test_what_the_page_says_can_go_wrong_is_said_in_one_sentence(own: Server, address: str, said: str) -> None:
    with player(BY, None, True) as page:
        for each in MADE.split("; "):
            page.session.run(f'psql {own.superuser} -c "{each}"')
        printed, code = page.session.run(f"DATABASE_URL=postgresql://{address.format(own.address)} rtk up")
        assert (code, printed.count("\n")) == (1, 1), printed
        assert said in printed
        told = [line for line in (DOCS / OWN_POSTGRESQL).read_text().splitlines() if line.startswith("| `")]
        general = re.sub(r'"\w+"', '"rtk"', said).lower()
        assert any(general in line.lower() for line in told)
