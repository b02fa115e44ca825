"""What Django's settings become, each time read anew in a process of its own."""

import json
import os
import subprocess
import sys
from typing import Any

_READ = """
import json
from rtk.console import settings
names = {names!r}
print(json.dumps({{name: getattr(settings, name) for name in names}}))
"""


def settings(*names: str, **environ: str) -> dict[str, Any]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("RTK_", "DATABASE_"))}
    command = [sys.executable, "-c", _READ.format(names=names)]
    done = subprocess.run(command, env={**kept, **environ}, capture_output=True, text=True, check=True)
    read: dict[str, Any] = json.loads(done.stdout)
    return read


def test_behind_https_cookies_go_over_nothing_else() -> None:
    names = (
        "SESSION_COOKIE_NAME",
        "CSRF_COOKIE_NAME",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SECURE_HSTS_SECONDS",
        "CSRF_TRUSTED_ORIGINS",
    )
    read = settings(*names, "ALLOWED_HOSTS", RTK_PUBLIC_URL="https://rtk.example.org/")
    assert read["SESSION_COOKIE_SECURE"] is read["CSRF_COOKIE_SECURE"] is True
    assert all(name.startswith("__Host-") for name in (read["SESSION_COOKIE_NAME"], read["CSRF_COOKIE_NAME"]))
    assert read["SECURE_HSTS_SECONDS"] > 0
    assert read["CSRF_TRUSTED_ORIGINS"] == ["https://rtk.example.org"]
    assert read["ALLOWED_HOSTS"] == ["rtk.example.org"]


def test_on_this_machine_cookies_go_over_http_and_the_address_has_a_name() -> None:
    read = settings("SESSION_COOKIE_SECURE", "PUBLIC_URL", "ALLOWED_HOSTS", RTK_PORT="8123")
    assert read["SESSION_COOKIE_SECURE"] is False
    assert read["PUBLIC_URL"] == "http://localhost:8123"
    assert "*" not in read["ALLOWED_HOSTS"]


def test_without_a_key_there_is_a_new_one_each_time_and_never_a_known_one() -> None:
    first, second = (settings("SECRET_KEY")["SECRET_KEY"] for _ in range(2))
    assert len(first) >= 50
    assert first != second


def test_an_issuer_is_a_way_to_sign_in() -> None:
    environ = {
        "RTK_OIDC_ISSUER": "https://id.example.org/",
        "RTK_OIDC_CLIENT_ID": "rtk",
        "RTK_OIDC_CLIENT_SECRET": "secret",
    }
    (app,) = settings("SOCIALACCOUNT_PROVIDERS", **environ)["SOCIALACCOUNT_PROVIDERS"]["openid_connect"]["APPS"]
    assert (app["client_id"], app["settings"]["server_url"]) == ("rtk", "https://id.example.org")
    assert settings("SOCIALACCOUNT_PROVIDERS")["SOCIALACCOUNT_PROVIDERS"]["openid_connect"]["APPS"] == []


def test_addresses_in_mail_and_at_an_issuer_are_of_the_scheme_that_people_use() -> None:
    name = "ACCOUNT_DEFAULT_HTTP_PROTOCOL"
    assert settings(name, RTK_PUBLIC_URL="https://rtk.example.org")[name] == "https"
    assert settings(name)[name] == "http"


def test_a_proxy_is_believed_only_when_it_is_named() -> None:
    assert settings("ALLAUTH_TRUSTED_PROXY_COUNT")["ALLAUTH_TRUSTED_PROXY_COUNT"] == 0
    read = settings("ALLAUTH_TRUSTED_PROXY_COUNT", "SECURE_PROXY_SSL_HEADER", RTK_TRUSTED_PROXIES="1")
    assert read["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]
