"""The transport by which the issuer is asked: bounded in time and in size as a whole, however slowly it answers.

The time limit of `requests` is one for each part that arrives, so that an issuer that sends a byte now and then would
hold a thread for as long as it likes.
"""

import io
import os
from pathlib import Path
from typing import Any

import certifi
import pycurl
import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

LIMIT_S = 5.0
MOST_READ = 1024 * 1024  # bytes of an answer
_AUTHORITIES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
_TLS = {pycurl.E_SSL_CONNECT_ERROR, pycurl.E_PEER_FAILED_VERIFICATION, pycurl.E_SSL_CACERT_BADFILE}


class TooLarge(requests.RequestException):
    """The answer is larger than any that an issuer has to give."""


class OidcTransport(BaseAdapter):
    """Sends a request by libcurl, which follows no redirect."""

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Return the answer, all of which has arrived. Raises RequestException."""
        handle, body, head = pycurl.Curl(), _Bounded(), list[str]()
        try:
            _set_up(handle, request)
            handle.setopt(pycurl.WRITEFUNCTION, body.take)
            handle.setopt(pycurl.HEADERFUNCTION, lambda line: head.append(line.decode("latin-1")))
            handle.perform()
            answer = requests.Response()
            answer.request, answer.url = request, str(request.url)
            answer.status_code = int(handle.getinfo(pycurl.RESPONSE_CODE))
        except pycurl.error as error:
            code = int(error.args[0])
            if code == pycurl.E_OPERATION_TIMEDOUT:
                raise requests.Timeout from None
            if code in _TLS:
                raise requests.exceptions.SSLError from None
            if code == pycurl.E_WRITE_ERROR and body.tell():
                raise TooLarge from None
            raise requests.ConnectionError from None
        finally:
            handle.close()
        lines = (line.partition(":") for line in head if ":" in line)
        answer.headers = CaseInsensitiveDict((name.strip(), value.strip()) for name, _, value in lines)
        body.seek(0)
        answer.raw = body
        return answer

    def close(self) -> None:
        """Nothing stays open."""


class _Bounded(io.BytesIO):
    """Takes an answer up to a bound."""

    def take(self, part: bytes) -> int:
        """Return how much of a part was taken; less than all of it ends the call."""
        return self.write(part) if self.tell() + len(part) <= MOST_READ else 0


def _set_up(handle: pycurl.Curl, request: requests.PreparedRequest) -> None:
    handle.setopt(pycurl.NOSIGNAL, 1)  # signals would end up in any thread
    handle.setopt(pycurl.TIMEOUT_MS, int(LIMIT_S * 1000))
    handle.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
    handle.setopt(pycurl.FOLLOWLOCATION, 0)
    handle.setopt(pycurl.ACCEPT_ENCODING, "")  # what libcurl can undo: its answer is bounded as it is read
    given = next((os.environ[name] for name in _AUTHORITIES if os.environ.get(name)), None)
    handle.setopt(pycurl.CAPATH if given and Path(given).is_dir() else pycurl.CAINFO, given or certifi.where())
    handle.setopt(pycurl.URL, request.url)
    if request.body is not None:
        handle.setopt(pycurl.POSTFIELDS, request.body)
    handle.setopt(pycurl.CUSTOMREQUEST, request.method)
    sent = ["Expect:"]  # none: libcurl would wait for an answer to it before it sends a body
    for name, value in request.headers.items():
        if name.lower() not in _OF_LIBCURL:
            sent.append(f"{name}: {value.decode('latin-1') if isinstance(value, bytes) else value}")
    handle.setopt(pycurl.HTTPHEADER, sent)


_OF_LIBCURL = {"accept-encoding", "connection", "content-length"}  # which libcurl writes itself
