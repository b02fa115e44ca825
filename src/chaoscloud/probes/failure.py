"""Why a request failed, in one sentence that names the host: never credentials, never a query."""

import errno
import os
import re
from urllib.parse import urlsplit

import pycurl

from chaoscloud.probes.arguments import ProbeRequest
from rtk.figures import chosen_duration

MOST_REDIRECTS = 20

_REASONS = {
    pycurl.E_COULDNT_RESOLVE_HOST: "its name could not be resolved",
    pycurl.E_COULDNT_RESOLVE_PROXY: "the name of the proxy could not be resolved",
    pycurl.E_COULDNT_CONNECT: "no connection could be made, it is refused or unreachable",
    pycurl.E_TOO_MANY_REDIRECTS: f"it redirected more than {MOST_REDIRECTS} times",
    pycurl.E_GOT_NOTHING: "the connection was closed without an answer",
    pycurl.E_PARTIAL_FILE: "the connection was closed before the whole body had come",
    pycurl.E_UNSUPPORTED_PROTOCOL: "it redirected to an address that is neither http nor https",
}
_TLS = {
    pycurl.E_SSL_CONNECT_ERROR,
    pycurl.E_PEER_FAILED_VERIFICATION,
    pycurl.E_SSL_CACERT_BADFILE,
    pycurl.E_SSL_CERTPROBLEM,
    pycurl.E_SSL_CIPHER,
}
# libcurl's own words may quote the address, with its credentials and its query.
_SECRET = re.compile(r"(?<=//)[^/\s]*@|\?\S*")


def where(url: str) -> str:
    """The host of an address, with its port where it names one."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def failure_of(handle: pycurl.Curl, error: pycurl.error, request: ProbeRequest) -> str:
    """The sentence for what libcurl raised; after redirects it names the host that failed."""
    code, detail = int(error.args[0]), _SECRET.sub("", str(error.args[-1]))
    place = where(handle.getinfo(pycurl.EFFECTIVE_URL) or request.url)
    if code == pycurl.E_OPERATION_TIMEDOUT:
        # The moments alone do not tell: libcurl sums them up over redirects and fills in later ones on failure.
        if detail.startswith("Resolving"):
            stage = "looking up the name"
        elif detail.startswith("Connection"):
            stage = "making a connection"
        elif handle.getinfo(pycurl.RESPONSE_CODE) in {0, *range(300, 400)}:
            stage = "waiting for the first byte"
        else:
            stage = "reading the body"
        return f"The call to {place} was not done within {chosen_duration(request.timeout)}: it was still {stage}."
    if code in _TLS:
        return f"The call to {place} failed: no trusted TLS connection could be made ({detail})."
    return f"The call to {place} failed: {_REASONS.get(code, detail)}."


def system_error(handle: pycurl.Curl, error: pycurl.error) -> OSError | None:
    """Return what the system refused libcurl, where that is known: who measures must know its own lack from others'.

    Where no connection could be made and the system refused none, not even a socket was to be had for one.
    """
    number = handle.getinfo(pycurl.OS_ERRNO)
    if not number and error.args[0] == pycurl.E_COULDNT_CONNECT:
        number = errno.EMFILE
    return OSError(number, os.strerror(number)) if number else None
