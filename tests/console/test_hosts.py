"""Whoever asks for `/health` may do so by any name; everything else answers under the console's own."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse

from rtk.console.hosts import Probes


def host_of(path: str) -> str:
    """The host that is left to those that answer a request for a path."""
    request = HttpRequest()
    request.path_info, request.META["HTTP_HOST"] = path, "10.0.0.7"

    def answer(asked: HttpRequest) -> HttpResponse:
        return HttpResponse(asked.META["HTTP_HOST"])

    return bytes(Probes(answer)(request).content).decode()  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", ["/health", "/health/live", "/health/ready"])
def test_health_is_asked_for_under_any_name(settings: Any, path: str) -> None:
    settings.PUBLIC_URL = "https://rtk.example.org:8443"
    assert host_of(path) == "rtk.example.org:8443"


@pytest.mark.parametrize("path", ["/", "/healthy", "/acme/health"])
def test_nothing_else_is(path: str) -> None:
    assert host_of(path) == "10.0.0.7"
