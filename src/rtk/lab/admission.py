"""Who is answered on the lab's port: programs on this machine that know the lab's key, whatever they call.

Asked once for each request, before anything else reads it: the lab executes shell commands, and EC2 stops instances.
"""

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qs

from rtk.lab.refusals import Refusal

KEY_HEADER = "X-Lab-Key"
_LOCAL_HOST = re.compile(r"([A-Za-z0-9._-]+\.)?localhost(:\d+)?|127\.0\.0\.1(:\d+)?|\[::1\](:\d+)?")
# A picture in a page sends no Origin; what a browser says of whence it was fetched gives it away.
_BROWSER = ("HTTP_ORIGIN", "HTTP_SEC_FETCH_SITE", "HTTP_SEC_FETCH_MODE", "HTTP_SEC_FETCH_DEST")
_SIGNED = re.compile(r"Credential=([^/,\s]+)/|^AWS ([^:\s]+):")
_SCOPE = r"[^/,\s]+/[0-9]{8}/[a-z0-9-]+/[a-z0-9.-]+/aws4_request"
_WHOLE = re.compile(rf"AWS4-HMAC-SHA256 +Credential={_SCOPE} *(,.*)?|AWS [^:\s]+:\S+")
_PRESIGNED = ("X-Amz-Credential", "AWSAccessKeyId")


class Reason(StrEnum):
    """Why a request is not answered."""

    HOST = "host"
    PAGE = "page"
    NO_KEY = "no-key"
    KEY = "key"
    SCOPE = "scope"


_SENTENCES = {
    Reason.HOST: "The lab answers to localhost, 127.0.0.1 and [::1] only, not to the host name of this request.",
    Reason.PAGE: "The lab executes shell commands: it answers programs on this machine, not web pages.",
    Reason.NO_KEY: 'The request names no access key: eval "$(rtk lab env)".',
    Reason.KEY: 'The security token included in the request is invalid: eval "$(rtk lab env)".',
    Reason.SCOPE: (
        "The signature of the request is not whole: expected "
        "AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request."
    ),
}
_CODES = {
    Reason.HOST: ("AccessDeniedException", 403),
    Reason.PAGE: ("AccessDeniedException", 403),
    Reason.NO_KEY: ("UnrecognizedClientException", 403),
    Reason.KEY: ("UnrecognizedClientException", 403),
    Reason.SCOPE: ("IncompleteSignatureException", 400),
}


@dataclass(frozen=True, slots=True)
class Admission:
    """The one check. `issued` says whether the lab's own IAM or STS gave out a key."""

    access_key: str
    issued: Callable[[str], bool]

    def reason(self, wsgi: dict[str, object]) -> Reason | None:
        """Return why this request is not answered, or None."""
        # A web page whose host name was made to lead here (DNS rebinding) sends that name.
        if not _LOCAL_HOST.fullmatch(str(wsgi.get("HTTP_HOST", ""))):
            return Reason.HOST
        if any(name in wsgi for name in _BROWSER):
            return Reason.PAGE
        key = access_key(wsgi)
        if not key:
            return Reason.NO_KEY
        # Compared in the same time however much of it is right, so that nobody finds it out bit by bit.
        known = hmac.compare_digest(key.encode(), self.access_key.encode()) or self.issued(key)
        if not known:
            return Reason.KEY
        # What names the key must be whole, as moto needs it: anything else is no signature of AWS's.
        authorization = wsgi.get("HTTP_AUTHORIZATION")
        presigned = parse_qs(str(wsgi.get("QUERY_STRING", ""))).get(_PRESIGNED[0])
        whole = authorization is None or _WHOLE.fullmatch(str(authorization))
        return None if whole and (presigned is None or re.fullmatch(_SCOPE, presigned[0])) else Reason.SCOPE


def access_key(wsgi: dict[str, object]) -> str:
    """Return the access key that a request names: in its signature, in a presigned address, or in a header."""
    stated = str(wsgi.get("HTTP_X_LAB_KEY", ""))
    signed = _SIGNED.search(str(wsgi.get("HTTP_AUTHORIZATION", "")))
    if stated or signed:
        return stated or signed[1] or signed[2]  # type: ignore[index]  # one of the two is there
    query = parse_qs(str(wsgi.get("QUERY_STRING", "")))
    return next((query[name][0].split("/")[0] for name in _PRESIGNED if name in query), "")


def refusal(reason: Reason) -> Refusal:
    """Return what the caller reads."""
    code, status = _CODES[reason]
    return Refusal(code, _SENTENCES[reason], status)
