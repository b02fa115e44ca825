"""How a webhook knows that a notification is ours: HMAC-SHA256 over the time and the body.

    Rtk-Timestamp: 1767225600
    Rtk-Signature: v1=<hex of HMAC-SHA256(secret, timestamp + "." + body)>

The time is signed as well, so that a receiver can refuse what somebody kept and sends again.
"""

import hashlib
import hmac

TIMESTAMP, SIGNATURE = "Rtk-Timestamp", "Rtk-Signature"


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """The signature's header. The secret is used as it was shown, prefix included."""
    signed = b"%d." % timestamp + body
    return "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def headers(secret: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Both headers."""
    return {TIMESTAMP: str(timestamp), SIGNATURE: signature(secret, timestamp, body)}
