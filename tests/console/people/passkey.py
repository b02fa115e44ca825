"""An authenticator of a test's own: it makes a passkey and signs with it, whatever it is asked to claim."""

import json
import re
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_bytes
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

ADD, LOG_IN = "/accounts/2fa/webauthn/add/", "/accounts/2fa/webauthn/login/"
ORIGIN = "http://localhost"
FLAG = AuthenticatorData.FLAG


@dataclass
class Passkey:
    """A key pair; `counter` is what it says of how often it signed, and `handle` whose it says it is."""

    origin: str = ORIGIN
    rp: str = "localhost"
    counter: int = 0
    verified: bool = True
    resident: bool | None = True
    handle: str = ""
    extra: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.id = token_bytes(16)

    def _data(self, attested: AttestedCredentialData | bytes = b"") -> AuthenticatorData:
        flags = FLAG.UP | (FLAG.UV if self.verified else FLAG(0)) | (FLAG.AT if attested else FLAG(0))
        data: AuthenticatorData = AuthenticatorData.create(
            sha256(self.rp.encode()).digest(), flags, self.counter, attested
        )
        return data

    def _client(self, kind: str, challenge: str) -> CollectedClientData:
        return CollectedClientData.create(kind, websafe_decode(challenge), self.origin, **self.extra)

    def made(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer a request to make it."""
        asked = options["publicKey"]
        self.handle = asked["user"]["id"]
        public = ES256.from_cryptography_key(self._key.public_key())  # type: ignore[no-untyped-call]
        key = AttestedCredentialData.create(Aaguid(bytes(16)), self.id, public)
        props = {} if self.resident is None else {"credProps": {"rk": self.resident}}
        return {
            "id": websafe_encode(self.id),
            "rawId": websafe_encode(self.id),
            "type": "public-key",
            "clientExtensionResults": props,
            "response": {
                "clientDataJSON": websafe_encode(self._client("webauthn.create", asked["challenge"])),
                "attestationObject": websafe_encode(AttestationObject.create("none", self._data(key), {})),
            },
        }

    def signed(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer a request to sign in with it."""
        client = self._client("webauthn.get", options["publicKey"]["challenge"])
        data = self._data()
        signature = self._key.sign(data + client.hash, ec.ECDSA(SHA256()))
        return {
            "id": websafe_encode(self.id),
            "rawId": websafe_encode(self.id),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": websafe_encode(client),
                "authenticatorData": websafe_encode(data),
                "signature": websafe_encode(signature),
                "userHandle": self.handle,
            },
        }


def here(client: Client) -> Client:
    """Let a browser know the console by the only name that passkeys take without TLS."""
    client.defaults["SERVER_NAME"] = "localhost"
    return client


def added(client: Client, key: Passkey, **form: Any) -> Any:
    """Add a passkey; what `form` says goes before."""
    here(client)
    credential = key.made(options_of(client.get(ADD).content.decode()))
    return client.post(ADD, {"name": "Key", "passwordless": "on", "credential": json.dumps(credential), **form})


def begun(client: Client) -> dict[str, Any]:
    """What the page to sign in asks a passkey for."""
    return dict(here(client).get(LOG_IN, headers={"X-Requested-With": "XMLHttpRequest"}).json()["request_options"])


def shown(client: Client, credential: Any) -> Any:
    """Sign in by an answer of a passkey."""
    sent = credential if isinstance(credential, str) else json.dumps(credential)
    return client.post(LOG_IN, {"credential": sent}, follow=True)


def options_of(page: str) -> dict[str, Any]:
    """What a page asks an authenticator for."""
    data = re.search(r'<script id="js_data" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert data, page
    [options] = json.loads(data[1]).values()
    return dict(options)
