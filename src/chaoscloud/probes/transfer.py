"""One HTTP request by libcurl, timed in C: its own connection, redirects followed, the whole body read.

Handles are reused, because a new one costs as much as the rest of a call and reads the certificate
authorities again (15 ms, inside the TLS part of its first call). They are kept in a pool and not with
their thread, so that an engine that starts a thread for each measurement gains as well. Nothing of one
call reaches the next: options, cookies, connections, names and TLS sessions are all forgotten.
"""

import math
import os
from collections import deque
from pathlib import Path
from typing import NamedTuple

import certifi
import pycurl
from chaoslib.exceptions import ActivityFailed

from chaoscloud.probes.arguments import ProbeRequest
from chaoscloud.probes.failure import MOST_REDIRECTS, failure_of, system_error, where
from rtk.slices import ask_for_short_slices

# A handle's end must not wait for a name lookup that hangs: 10 s and more, also at the end of the process.
# The number is CURLOPT_QUICK_EXIT of libcurl's ABI, to which pycurl gives no name; known since 7.87.
_QUICK_EXIT = 322 if pycurl.version_info()[2] >= 0x075700 else None
# CURLFOLLOW_OBEYCODE: after a 303 a PUT goes on as GET. Before 8.13 any number but 0 means "follow".
_FOLLOW_AS_THE_STATUS_SAYS = 2
_AUTHORITIES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_SURROUNDINGS = (*_AUTHORITIES, "HTTP_PROXY", "http_proxy", "REQUEST_METHOD")
_MOST_SETUPS = 64  # of requests whose handles are kept

_Setup = tuple[ProbeRequest, tuple[str | None, ...]]
# Of a deque each pop and append is a single step, so that threads need no lock.
_idle: dict[_Setup, deque[pycurl.Curl]] = {}


class Transfer(NamedTuple):
    """What came back: `size` is the body's bytes as they came; the moments are seconds since the call began.

    With redirects each moment is the sum over all requests of the chain, as libcurl counts.
    """

    status: int
    size: int
    name_lookup: float
    connect: float
    tls: float
    first_byte: float
    total: float


def transfer(request: ProbeRequest) -> Transfer:
    """Send the request and read the whole answer; ActivityFailed with one sentence where that fails."""
    ask_for_short_slices()
    setup = (request, tuple(map(os.environ.get, _SURROUNDINGS)))
    # Those that are set up for just this request: setting options is a third of a call's cost.
    ready = _idle.get(setup)
    if ready is None:
        if len(_idle) >= _MOST_SETUPS:
            # Addresses that are others with each call would keep their handles for good.
            _idle.clear()
        ready = _idle.setdefault(setup, deque())
    try:
        handle = ready.pop()
    except IndexError:
        handle = _set_up(request)
    try:
        # Cookies live for one chain of redirects, since many a sign-in loops without them.
        handle.setopt(pycurl.COOKIELIST, "ALL")
        handle.perform()
        return Transfer(
            status=handle.getinfo(pycurl.RESPONSE_CODE),
            size=handle.getinfo(pycurl.SIZE_DOWNLOAD_T),
            name_lookup=handle.getinfo(pycurl.NAMELOOKUP_TIME),
            connect=handle.getinfo(pycurl.CONNECT_TIME),
            tls=handle.getinfo(pycurl.APPCONNECT_TIME),
            first_byte=handle.getinfo(pycurl.STARTTRANSFER_TIME),
            total=handle.getinfo(pycurl.TOTAL_TIME),
        )
    except pycurl.error as error:
        raise ActivityFailed(failure_of(handle, error, request)) from system_error(handle, error)
    finally:
        # After a failure, too: nothing of one call reaches the next.
        ready.append(handle)


def fetch(request: ProbeRequest, most: int) -> tuple[int, bytes]:
    """The status and the body of an answer; ActivityFailed where there is none, or one of more than `most` bytes."""
    handle, body = _set_up(request), bytearray()

    def take(part: bytes) -> int:
        body.extend(part)
        return len(part) if len(body) <= most else 0  # which ends the transfer

    try:
        handle.setopt(pycurl.WRITEFUNCTION, take)
        handle.perform()
        return handle.getinfo(pycurl.RESPONSE_CODE), bytes(body)
    except pycurl.error as error:
        if len(body) > most:
            raise ActivityFailed(f"The answer of {where(request.url)} has more than {most:,} bytes.") from None
        raise ActivityFailed(failure_of(handle, error, request)) from system_error(handle, error)
    finally:
        handle.close()


def _set_up(request: ProbeRequest) -> pycurl.Curl:
    handle = pycurl.Curl()
    try:
        _set_manners(handle, request)
        _set_message(handle, request)
        if request.verify_tls:
            given = next((os.environ[name] for name in _AUTHORITIES if os.environ.get(name)), None)
            # Either is usual: a file of all authorities, or a folder with a file for each.
            is_folder = given is not None and Path(given).is_dir()
            authorities = given or certifi.where()
            handle.setopt(pycurl.CAPATH if is_folder else pycurl.CAINFO, authorities)
            handle.setopt(pycurl.PROXY_CAPATH if is_folder else pycurl.PROXY_CAINFO, authorities)
        else:
            handle.setopt(pycurl.SSL_VERIFYPEER, 0)
            handle.setopt(pycurl.SSL_VERIFYHOST, 0)
        # libcurl reads every proxy variable but HTTP_PROXY, which under CGI a caller's header could set.
        if request.url.startswith("http:") and "http_proxy" not in os.environ and "REQUEST_METHOD" not in os.environ:
            proxy = os.environ.get("HTTP_PROXY")
            if proxy:  # it then also serves an https address that this one redirects to
                handle.setopt(pycurl.PROXY, proxy)
    except pycurl.error as error:
        raise ActivityFailed(failure_of(handle, error, request)) from None
    return handle


def _set_manners(handle: pycurl.Curl, request: ProbeRequest) -> None:
    # Of all callables a builtin holds the interpreter's lock for the shortest time; libcurl hands over
    # 16 KiB a call, yet reads faster with a larger buffer. There is no progress callback: it would take the
    # lock many times a transfer, and the threaded resolver keeps to the timeout without one.
    handle.setopt(pycurl.WRITEFUNCTION, len)
    handle.setopt(pycurl.BUFFERSIZE, 65536)
    # Signals would end up in any thread.
    handle.setopt(pycurl.NOSIGNAL, 1)
    if _QUICK_EXIT is not None:
        handle.setopt(_QUICK_EXIT, 1)
    # Rounded up, for 0 would mean no limit at all.
    handle.setopt(pycurl.TIMEOUT_MS, math.ceil(request.timeout * 1000))
    # A user's first request resolves, connects and shakes hands; so does every measurement.
    handle.setopt(pycurl.FRESH_CONNECT, 1)
    handle.setopt(pycurl.FORBID_REUSE, 1)
    handle.setopt(pycurl.DNS_CACHE_TIMEOUT, 0)
    handle.setopt(pycurl.SSL_SESSIONID_CACHE, 0)
    handle.setopt(pycurl.COOKIEFILE, "")


def _set_message(handle: pycurl.Curl, request: ProbeRequest) -> None:
    handle.setopt(pycurl.URL, request.url)
    # Neither an address nor a redirect may lead to a file of this machine.
    handle.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
    handle.setopt(pycurl.REDIR_PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
    handle.setopt(pycurl.FOLLOWLOCATION, _FOLLOW_AS_THE_STATUS_SAYS)
    handle.setopt(pycurl.MAXREDIRS, MOST_REDIRECTS)
    # As in the client of 2020: so http and https, old figures and new ones, can be compared.
    handle.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
    handle.setopt(pycurl.USERAGENT, "reliability-toolkit")
    handle.setopt(pycurl.HTTPHEADER, list(request.headers))
    if request.method == "HEAD":
        handle.setopt(pycurl.NOBODY, 1)
        return
    if request.body is not None:
        handle.setopt(pycurl.POSTFIELDS, request.body)
    # A plain POST is left to libcurl, which turns it into a GET after a 302 as browsers do.
    if request.method != ("GET" if request.body is None else "POST"):
        handle.setopt(pycurl.CUSTOMREQUEST, request.method)
