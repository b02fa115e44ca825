"""The files of the page about TLS, tried: nginx and Caddy in front of a real console, and systemd's own check."""

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.console.live import EXPERIMENT, PLAN, head, verification
from tests.docs.operations import free_port, player
from tests.docs.pages import DOCS, blocks

TRIES = 5
pytestmark = pytest.mark.timeout(300)
HOST, PASSWORD = "rtk.example.org", "correct horse battery"
FILES = {block.title: block.text for block in blocks(DOCS / "how-to" / "serve-over-tls.md") if block.title}
PROGRAMS, IN_CI = "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin", "curl, openssl and nginx-light"
CERTIFICATE = ("fullchain.pem", "privkey.pem")
AROUND_NGINX = """
daemon off;
pid nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    {}
}}
"""
Proxy = Callable[[Path, dict[str, str]], list[str]]


@dataclass(frozen=True)
class Browser:
    """`curl` with cookies, from an address of this machine that is not the proxy's."""

    directory: Path
    url: str
    plain: str
    console: str
    token: str

    def words(self, *more: str) -> list[str]:
        port = self.url.rpartition(":")[2]
        known = ["--resolve", f"{HOST}:{port}:127.0.0.1", "--cacert", str(self.directory / CERTIFICATE[0])]
        return ["curl", "-sS", "--noproxy", "*", "--interface", "127.0.0.2", *known, *more]

    def get(self, path: str, *more: str, jar: str = "cookies") -> tuple[str, str]:
        """The head and the body of an answer."""
        jar = str(self.directory / jar)
        command = self.words("-i", "-b", jar, "-c", jar, *more, path if ":" in path else self.url + path)
        answer = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.decode()
        head, _, body = answer.replace("\r", "").partition("\n\n")
        return head, body

    def send(self, path: str, **fields: str) -> tuple[str, str]:
        """A page's form, filled in and sent."""
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(path)[1])
        assert found
        given = [word for pair in fields.items() for word in ("--data-urlencode", "=".join(pair))]
        sent = ["--data-urlencode", f"csrfmiddlewaretoken={found[1]}", *given]
        return self.get(path, "-H", f"Origin: {self.url}", "-H", f"Referer: {self.url}{path}", *sent)

    def tell(self, method: str, path: str, body: Any) -> Any:
        """A call of a machine."""
        auth = ["-H", f"Authorization: Bearer {self.token}", "-H", "Content-Type: application/json"]
        text = [] if body is None else ["--data-binary", json.dumps(body)]
        return json.loads(self.get(f"/api/v1{path}", "-X", method, *auth, *text)[1])


def elsewhere(config: str, moved: dict[str, str]) -> str:
    """A file with its addresses and directories moved, each once."""
    return re.sub("|".join(map(re.escape, moved)), lambda found: moved[found[0]], config)


def nginx(directory: Path, moved: dict[str, str]) -> list[str]:
    config = re.sub(r" *listen \[::\].*\n", "", FILES["rtk.conf"])  # there may be no IPv6 here
    for words in ("listen 80;", "listen 443 ssl"):
        config = config.replace(words, words.replace("listen ", "listen 127.0.0.1:"))
    config = elsewhere(config, moved)
    (directory / "nginx.conf").write_text(AROUND_NGINX.format(config))
    return ["nginx", "-p", str(directory), "-c", "nginx.conf", "-e", "stderr"]


def caddy(directory: Path, moved: dict[str, str]) -> list[str]:
    config = elsewhere(FILES["Caddyfile"], moved)
    ports = f"http_port {moved[':80'][1:]}\n https_port {moved[':443'][1:]}"
    certificate = " ".join(str(directory / name) for name in CERTIFICATE)
    config = config.replace(f"{HOST} {{", f"{HOST} {{\n tls {certificate}")
    (directory / "Caddyfile").write_text(f"{{\n admin off\n {ports}\n}}\n{config}")
    return ["caddy", "run", "--adapter", "caddyfile", "--config", "Caddyfile"]


@pytest.fixture(scope="module", params=[nginx, caddy], ids=lambda proxy: proxy.__name__)
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """A browser before a proxy before a console."""
    proxy: Proxy = request.param
    for program in ("curl", "openssl", proxy.__name__):
        if not shutil.which(program, path=PROGRAMS):
            pytest.skip(f"{program} is not installed; .ci/run installs {IN_CI}")
    secure, plain = free_port(), free_port()
    settings = {"RTK_PUBLIC_URL": f"https://{HOST}:{secure}", "RTK_TRUSTED_PROXIES": "1"}
    with player("", **settings) as page:
        directory = page.session.directory
        certificate(directory)
        who = "--email ada@example.org --organization Acme --team Web --token-file token"
        up, _ = page.session.run("rtk up --detach")
        link = up.split()[-1]
        moved = {
            "/etc/ssl/rtk": str(directory),
            "127.0.0.1:8000": f"127.0.0.1{page.instead[':8000']}",
            ":443": f":{secure}",
            ":80": f":{plain}",
        }
        console = f"http://localhost{page.instead[':8000']}"
        with running(proxy(directory, moved), directory):
            found = Browser(directory, settings["RTK_PUBLIC_URL"], f"http://127.0.0.1:{plain}", console, "")
            until(lambda: "200" in found.get("/health")[0])
            assert link.startswith(f"{found.url}/welcome/")
            found.get(link)
            signed_up = found.send(
                "/accounts/signup/", email="ada@example.org", name="Ada", password1=PASSWORD, password2=PASSWORD
            )
            assert " 302" in signed_up[0], signed_up
            assert page.session.run(f"rtk provision {who}")[1] == 0
            token = (directory / "token").read_text().strip()
            yield Browser(directory, found.url, found.plain, console, token)


def certificate(directory: Path) -> None:
    chain, key = (str(directory / name) for name in CERTIFICATE)
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOST}"]
    subprocess.run(
        [*made, "-addext", f"subjectAltName=DNS:{HOST}", "-out", chain, "-keyout", key], check=True, capture_output=True
    )


@contextmanager
def running(command: list[str], directory: Path) -> Iterator[None]:
    environ = {"PATH": PROGRAMS, "HOME": str(directory)}
    with (
        (directory / "proxy.log").open("wb") as log,
        subprocess.Popen(command, cwd=directory, env=environ, stderr=log, stdout=log) as process,
    ):
        try:
            yield
        finally:
            process.terminate()


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with suppress(subprocess.CalledProcessError):
            if true():
                return
        time.sleep(0.1)
    pytest.fail("the proxy does not answer")


def test_plain_http_is_sent_to_https(browser: Browser) -> None:
    head, _ = browser.get(f"{browser.plain}/tokens", "-H", f"Host: {HOST}")
    assert re.search(r"HTTP/1.1 30[18] ", head)
    assert re.search(rf"(?i)\nlocation: https://{HOST}(:\d+)?/tokens", head)


def test_the_page_to_sign_in_comes_with_cookies_for_https_alone(browser: Browser) -> None:
    head, body = browser.get("/accounts/login/", jar="none")
    assert "HTTP/2 200" in head
    assert 'type="password"' in body
    assert re.search(r"(?i)set-cookie: __Host-rtk_csrf=.*; secure", head)
    assert "strict-transport-security: max-age=31536000" in head.lower()


def test_the_log_has_who_signed_in_from_where_whatever_they_claim(browser: Browser) -> None:
    (browser.directory / "cookies").unlink()
    claim = ["-H", "X-Forwarded-For: 203.0.113.9"]
    _, page = browser.get("/accounts/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token
    fields = {"csrfmiddlewaretoken": token[1], "login": "ada@example.org", "password": PASSWORD}
    given = [word for pair in fields.items() for word in ("--data-urlencode", "=".join(pair))]
    head, _ = browser.get("/accounts/login/", *claim, "-H", f"Referer: {browser.url}/accounts/login/", *given)
    assert " 302" in head
    assert re.search(r"(?i)set-cookie: __Host-rtk_session=.*; secure", head)
    _, log = browser.get("/acme/audit")
    assert "127.0.0.2" in log
    assert "203.0.113.9" not in log


def test_what_happens_in_a_run_passes_as_it_happens(browser: Browser) -> None:
    (org,) = browser.tell("GET", "/organizations", None)
    key, run = f"file-{uuid4()}", str(uuid4())
    path = f"/organizations/{org['id']}/teams/{org['teams'][0]['id']}/verifications/{key}/runs/{run}"
    body = {"plan": PLAN, "experiment": verification(key), "client": {"rtk": "0.1.0"}}
    assert browser.tell("PUT", path, body)["state"]
    following = browser.words(
        "-N", "-H", f"Authorization: Bearer {browser.token}", f"{browser.url}/api/v1{path}/stream"
    )
    with subprocess.Popen(following, stdout=subprocess.PIPE) as stream:
        try:
            assert stream.stdout is not None
            while b"event: state" not in stream.stdout.readline():
                assert stream.poll() is None
            entry = {**head(run), "title": EXPERIMENT["title"]}
            browser.tell("POST", f"{path}/record", {"from": 0, "entries": [entry]})
            while b"event: entry" not in stream.stdout.readline():
                assert stream.poll() is None
        finally:
            stream.kill()


def test_a_body_may_be_as_large_as_the_console_takes(browser: Browser) -> None:
    large = browser.directory / "large"
    for size, refused in ((63, False), (65, True)):
        with large.open("wb") as file:
            file.truncate(size * 2**20)
        kind = "Content-Type: application/json"  # a form may not be as large
        sent = [
            "-X",
            "POST",
            "-H",
            "Expect:",
            "-H",
            kind,
            "--data-binary",
            f"@{large}",
            f"{browser.url}/api/v1/organizations",
        ]
        answer = status_of(browser.words("-o", "/dev/null", "-w", "%{http_code}", *sent))
        assert (answer == b"413") is refused, answer


def status_of(command: list[str]) -> bytes:
    """What is answered while a body is still being sent, before which the connection may be cut: then once more."""
    for _ in range(TRIES):
        answer = subprocess.run(command, capture_output=True, check=False, timeout=60).stdout
        if answer != b"000":
            break
    return answer


def test_another_host_is_not_answered(browser: Browser) -> None:
    words = ["-H", "Host: elsewhere.example.org"]
    assert "password" not in browser.get("/accounts/login/", *words)[1]
    direct = subprocess.run(
        ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", *words, f"{browser.console}/accounts/login/"],
        capture_output=True,
        check=True,
    )
    assert direct.stdout == b"400"


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit, with a command that is there."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed; it comes with systemd")
    file = tmp_path / "rtk.service"
    rtk = Path(sys.executable).with_name("rtk")
    file.write_text(FILES["rtk.service"].replace("/opt/rtk/bin/rtk", str(rtk)))
    return file


def test_systemd_understands_the_unit(unit: Path) -> None:
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    assert (done.returncode, [line for line in done.stderr.splitlines() if unit.name in line]) == (0, []), done.stderr


def test_systemd_understands_the_unit_that_backs_up_and_its_timer(unit: Path) -> None:
    page = DOCS / "how-to" / "back-up-and-restore.md"
    files = {block.title: block.text for block in blocks(page) if block.title and block.title.startswith("rtk-backup")}
    for name, text in files.items():
        unit.with_name(name).write_text(text)
    command = ["systemd-analyze", "verify", *(str(unit.with_name(name)) for name in files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    told = [line for line in done.stderr.splitlines() if "rtk-backup" in line]
    assert (done.returncode, len(files), told) == (0, 2, []), done.stderr


def test_the_unit_leaves_little_to_attack(unit: Path) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(unit)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
