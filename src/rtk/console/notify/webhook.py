"""One POST to a webhook: bounded in time, to an address that may be called, without redirects or a proxy."""

import os
import socket
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

import certifi
import pycurl

import rtk
from rtk.console.notify import ssrf_guard
from rtk.console.notify.undelivered import Undelivered
from rtk.figures import chosen_duration

TIMEOUT_S = 10
MOST_READ = 65_536  # bytes of an answer's body; nothing of it is looked at
_AUTHORITIES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_TLS = {pycurl.E_SSL_CONNECT_ERROR, pycurl.E_PEER_FAILED_VERIFICATION}
# The same whether there is no such name or one of the console's own network: else admins could look up its names.
_NOT_PUBLIC = (
    "its name could not be resolved to a public address; addresses of the console's own network are called only where "
    "RTK_NOTIFY_OWN_NETWORK says so"
)
_NEVER = "its address is one that webhooks never call"
_WHY = {
    pycurl.E_COULDNT_RESOLVE_HOST: "its name could not be resolved",
    pycurl.E_COULDNT_CONNECT: "no connection could be made",
    pycurl.E_OPERATION_TIMEDOUT: f"it did not answer within {chosen_duration(TIMEOUT_S)}",
    pycurl.E_GOT_NOTHING: "it closed the connection without an answer",
}


def post(url: str, body: bytes, headers: Mapping[str, str], own_network: bool, timeout_s: float = TIMEOUT_S) -> None:
    """Send JSON; done when it is answered with 2xx. Raises Undelivered."""
    door = Door(own_network)
    read = BodyDrain()
    handle = pycurl.Curl()
    try:
        _set_manners(handle, timeout_s)
        handle.setopt(pycurl.OPENSOCKETFUNCTION, door.open)
        handle.setopt(pycurl.WRITEFUNCTION, read.take)
        handle.setopt(pycurl.URL, url)
        handle.setopt(pycurl.POSTFIELDS, body)
        sent = {"Content-Type": "application/json", "Expect": "", **headers}
        handle.setopt(pycurl.HTTPHEADER, [f"{name}: {value}" for name, value in sent.items()])
        handle.perform()
        status = handle.getinfo(pycurl.RESPONSE_CODE)
    except pycurl.error as error:
        status = handle.getinfo(pycurl.RESPONSE_CODE) if read.too_much else 0
        code = int(error.args[0])
        if not status and not own_network and (door.refused or code == pycurl.E_COULDNT_RESOLVE_HOST):
            raise Undelivered(_NOT_PUBLIC) from None
        if not status and door.refused:
            raise Undelivered(_NEVER, final=True) from None
        if not status:
            why = _WHY.get(code, f"libcurl's error {code}")
            raise Undelivered("no trusted TLS connection could be made" if code in _TLS else why) from None
    finally:
        handle.close()
        door.close()
    if 300 <= status < 400:
        raise Undelivered(f"it answered {status}; redirects are not followed")
    if not 200 <= status < 300:
        raise Undelivered(f"it answered {status}", final=status == HTTPStatus.GONE)


class Door:
    """Opens sockets to addresses that may be called, and no others: it is asked with what a name resolved to."""

    def __init__(self, own_network: bool) -> None:
        self.own_network = own_network
        self._opened: list[socket.socket] = []
        self.refused = False

    def open(self, _purpose: int, address: Any) -> socket.socket | int:
        """A socket for libcurl, or its sign for none."""
        family, kind, protocol, where = address
        if family not in (socket.AF_INET, socket.AF_INET6) or not ssrf_guard.may_connect(where[0], self.own_network):
            self.refused = True
            return int(pycurl.SOCKET_BAD)
        self._opened.append(socket.socket(family, kind, protocol))
        return self._opened[-1]

    def close(self) -> None:
        """Close ours: libcurl works with a copy of each."""
        for each in self._opened:
            each.close()


class BodyDrain:
    """Reads an answer's body up to a bound, and forgets it."""

    def __init__(self) -> None:
        self._size = 0
        self.too_much = False

    def take(self, part: bytes) -> int | None:
        """Whether to go on: None does, -1 breaks off."""
        self._size += len(part)
        self.too_much = self._size > MOST_READ
        return -1 if self.too_much else None


def _set_manners(handle: pycurl.Curl, timeout_s: float) -> None:
    handle.setopt(pycurl.NOSIGNAL, 1)  # signals would end up in any thread
    handle.setopt(pycurl.TIMEOUT_MS, int(timeout_s * 1000))
    handle.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
    handle.setopt(pycurl.FOLLOWLOCATION, 0)
    handle.setopt(pycurl.PROXY, "")  # behind a proxy nobody could see which address is called
    handle.setopt(pycurl.USERAGENT, f"reliability-toolkit/{rtk.__version__}")
    given = next((os.environ[name] for name in _AUTHORITIES if os.environ.get(name)), None)
    handle.setopt(pycurl.CAPATH if given and Path(given).is_dir() else pycurl.CAINFO, given or certifi.where())
