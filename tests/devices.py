"""Devices for tests: what makes passkeys and uses them, as a browser with its authenticator does, and what cheats."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from engine.service import Engine
from engine.service.people.ceremonies import RelyingParty
from engine.service.people.passkeys import Passkey

HERE = RelyingParty("localhost", "http://localhost:8000")
PRESENT, VERIFIED, MADE = 0x01, 0x04, 0x40


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _read(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Device:
    """A device with one passkey. `party` is the site that its browser is on, `count` how often it was used.

    `verifies`: it makes sure who holds it. `counts`: it says how often it was used.
    """

    party: RelyingParty = HERE
    verifies: bool = True
    counts: bool = True
    count: int = 0
    handle: bytes = b""
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def made(self, options: str) -> str:
        """What the browser says when the device has made its passkey."""
        asked = json.loads(options)
        self.handle = _read(asked["user"]["id"])
        client = self._client("webauthn.create", asked["challenge"])
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        made = bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential + cbor2.dumps(public)
        attested = {"fmt": "none", "attStmt": {}, "authData": self._data(MADE) + made}
        return self._said(client, attestationObject=_written(cbor2.dumps(attested)), transports=["internal", "new"])

    def used(self, options: str, **other: Any) -> str:
        """What the browser says when the device has used it; `other` takes the place of what it would say."""
        asked = json.loads(options)
        self.count += 1
        client, data = self._client("webauthn.get", asked["challenge"]), self._data(0)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        own = {"authenticatorData": _written(data), "signature": _written(signature)}
        return self._said(client, **{**own, "userHandle": _written(self.handle), **other})

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.party.origin}).encode()

    def _data(self, flags: int) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        count = self.count if self.counts else 0
        return hashlib.sha256(self.party.id.encode()).digest() + bytes([flags]) + count.to_bytes(4, "big")

    def _said(self, client: bytes, **response: Any) -> str:
        name = _written(self.credential)
        response = {"clientDataJSON": _written(client), **response}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})


def added(
    engine: Engine, login: str, device: Device | None = None, name: str = "Laptop"
) -> tuple[Device, Passkey, list[str]]:
    """A device whose passkey somebody has added, and what they were given."""
    device = device or Device()
    asked = engine.passkeys.begin(login, name, device.party)
    passkey, codes = engine.passkeys.add(login, device.made(asked.options), asked.kept, device.party, by=login)
    return device, passkey, codes
