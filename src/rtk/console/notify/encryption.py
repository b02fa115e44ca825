"""What is secret of a recipient: its address, sealed where it is stored, and the key that signs what it is sent.

Both come from the console's secret key, so that a copy of the database alone opens nothing. The signing secret is
stored nowhere: it is computed from the recipient's id.
"""

import base64
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken
from django.utils.crypto import salted_hmac

PREFIX = "rtkwh_"


class Unreadable(Exception):
    """What was sealed with another secret key."""


def seal(address: str) -> bytes:
    """An address as it is stored."""
    return _seal().encrypt(address.encode())


def unseal(sealed: bytes | memoryview) -> str:
    """The address again. Raises Unreadable when the console's secret key has changed."""
    try:
        return _seal().decrypt(bytes(sealed)).decode()
    except InvalidToken:
        raise Unreadable from None


def secret_of(recipient: UUID) -> str:
    """What signs the notifications of a recipient, 256 bits in URL-safe base64 after a prefix."""
    return PREFIX + _derived("rtk.console.notify.hmac_signature", recipient.hex).rstrip("=")


def _seal() -> Fernet:
    return Fernet(_derived("rtk.console.notify.address", "sealed"))


def _derived(purpose: str, value: str) -> str:
    return base64.urlsafe_b64encode(salted_hmac(purpose, value, algorithm="sha256").digest()).decode()
