"""Errands: what has to be remembered while a browser is sent elsewhere to sign in, and comes back. Times are UTC.

The browser keeps it itself, encrypted: whichever process it comes back to can read it, also after a restart.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from engine.case.time.instants import from_text, to_text
from engine.clock import Clock
from engine.service.keeping.safe import Safe
from engine.service.people.attempts import Attempts

PURPOSE = "errands"
# For somebody who looks for the phone with their second factor.
LONGEST = timedelta(minutes=10)
NONCE = 12
# A browser keeps no cookie that is longer, its name and attributes included.
MOST = 3800


class Errands:
    """The errands of one site."""

    def __init__(self, clock: Clock, safe: Safe, attempts: Attempts) -> None:
        self._clock = clock
        self._safe = safe
        self._attempts = attempts

    def send(self, remembered: Mapping[str, str]) -> str:
        """What the browser keeps; empty where it would be more than a browser keeps."""
        nonce, told = secrets.token_bytes(NONCE), json.dumps({**remembered, "at": to_text(self._clock.now())})
        kept = base64.urlsafe_b64encode(nonce + self._box().encrypt(nonce, told.encode(), PURPOSE.encode())).decode()
        return kept if len(kept) <= MOST else ""

    def back(self, kept: str) -> dict[str, str] | None:
        """What was remembered, once; None where it was changed, used, is of elsewhere or older than ten minutes."""
        try:
            raw = base64.urlsafe_b64decode(kept)
            told: dict[str, str] = json.loads(self._box().decrypt(raw[:NONCE], raw[NONCE:], PURPOSE.encode()))
        except (InvalidTag, binascii.Error, ValueError):
            return None
        age = self._clock.now() - from_text(told.pop("at"))
        # One that lies ahead is of a clock that has been set back since.
        return told if abs(age) < LONGEST and self._attempts.is_first(kept) else None

    def _box(self) -> AESGCM:
        return AESGCM(hmac.digest(self._safe.key_for(PURPOSE), PURPOSE.encode(), "sha256"))
