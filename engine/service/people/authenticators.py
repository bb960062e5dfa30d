"""Authenticators: second factors, by the codes of a telephone (RFC 6238) and by recovery codes.

The secret of an authenticator is kept encrypted, since it has to be computed with; recovery codes as hashes. These
stand in for passkeys, too.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import replace

import pyotp
from sqlalchemy import Connection

from engine.clock import Clock
from engine.service.keeping.safe import Safe
from engine.service.people.people import digest
from engine.store.keeping.secrets import authenticator_of
from engine.store.people import accounts as store
from engine.store.people.accounts import StoredAccount

# Seconds for which one code holds: what every authenticator takes for granted.
STEP = 30
CODES = 8
# None of them looks like another one when it is written down.
_SIGNS = "abcdefghijklmnopqrstuvwxyz234567"


def with_recovery(account: StoredAccount) -> tuple[StoredAccount, list[str]]:
    """The account with new recovery codes, and these; those of before are good for nothing."""
    # 140 bits each: kept as plain hashes they cannot be guessed back, and each is good once.
    codes = [_recovery_code() for _ in range(CODES)]
    return replace(account, recovery=json.dumps([digest(one) for one in codes])), codes


class Authenticators:
    """Second factors, each within a transaction of whoever asks."""

    def __init__(self, clock: Clock, safe: Safe) -> None:
        self._clock = clock
        self._safe = safe

    def begun(
        self, connection: Connection, account: StoredAccount, secret: str, step: int
    ) -> tuple[StoredAccount, list[str]]:
        """The account with an authenticator, of which the code of a step was shown; and its recovery codes.

        Raises:
            NoKey: there is no key to encrypt the secret with.
        """
        kept = self._safe.shut(connection, secret, authenticator_of(account.person))
        return with_recovery(replace(account, totp=kept, counter=step))

    def use(self, connection: Connection, account: StoredAccount, code: str) -> bool:
        """Use a code of the authenticator, or a recovery code, up; whether it is right.

        Raises:
            NoKey: the key is missing that the secret was encrypted with.
        """
        said = code.strip().replace(" ", "")
        # Who has passkeys alone has no secret, and of none everybody could make the codes.
        secret = self._safe.opened(account.totp, authenticator_of(account.person)) if account.totp else ""
        step = self.step_of(secret, said) if secret else None
        if step is not None:
            # Only if none of this step or a later one was used: one read over a shoulder is good for nothing.
            return store.use_counter(connection, account.person, step)
        codes: list[str] = json.loads(account.recovery)
        if digest(said.lower()) not in codes:
            return False
        left = json.dumps([one for one in codes if one != digest(said.lower())])
        return store.use_recovery(connection, account.person, account.recovery, left)

    def step_of(self, secret: str, code: str) -> int | None:
        """Which step a code of the authenticator belongs to: now, the one before or after; None for a wrong one."""
        now = int(self._clock.now().timestamp())
        # One step before and one after: telephones are off by some seconds, and people type slowly.
        codes = {step: pyotp.TOTP(secret).generate_otp(step) for step in range(now // STEP - 1, now // STEP + 2)}
        said = code.strip().encode()
        return next((step for step, right in codes.items() if secrets.compare_digest(right.encode(), said)), None)


def _recovery_code() -> str:
    """A code that is written down, in four groups of seven signs."""
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(7)) for _ in range(4))
