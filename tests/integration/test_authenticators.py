"""Authenticators: which codes are right, that each is good once, and that the secret is kept encrypted."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pyotp
import pytest

from engine import Engine
from engine.clock import SetClock
from engine.service.people.authenticators import CODES, STEP, Authenticators
from engine.service.people.people import digest
from engine.store.keys import MARK
from engine.store.people import accounts as store
from engine.store.people.people import find_person
from tests.integration.site import settle

DEVICE = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def authenticators(engine: Engine, clock: SetClock) -> Authenticators:
    settle(engine)
    return Authenticators(clock, engine.safe)


def now(clock: SetClock) -> int:
    return int(clock.now().timestamp()) // STEP


def test_a_code_of_now_or_one_beside_it_is_right(authenticators: Authenticators, clock: SetClock) -> None:
    codes = {step: pyotp.TOTP(DEVICE).generate_otp(now(clock) + step) for step in range(-2, 3)}
    found = {step: authenticators.step_of(DEVICE, code) for step, code in codes.items()}
    assert found == {-2: None, -1: now(clock) - 1, 0: now(clock), 1: now(clock) + 1, 2: None}
    assert authenticators.step_of(DEVICE, "kein Kode") is None
    assert authenticators.step_of(DEVICE, "١٢٣٤٥٦") is None


def test_codes_and_recovery_codes_are_good_once_and_the_secret_is_kept_encrypted(
    authenticators: Authenticators, engine: Engine, clock: SetClock
) -> None:
    with engine.database.writing() as connection:
        person = find_person(connection, "jo")
        assert person is not None
        account = store.account_of(connection, person.id, to_change=True)
        assert account is not None
        account, codes = authenticators.begun(connection, account, DEVICE, now(clock) - 1)
        store.put_account(connection, account, "2023-09-11T08:00:00Z")
        assert len(set(codes)) == CODES
        assert account.totp.startswith(MARK)
        assert DEVICE not in account.totp
        assert not any(one in account.recovery for one in codes)
        code = pyotp.TOTP(DEVICE).generate_otp(now(clock))
        assert authenticators.use(connection, account, f" {code[:3]} {code[3:]} ")
        assert not authenticators.use(connection, account, code)
        assert authenticators.use(connection, account, codes[0].upper())
        left = store.account_of(connection, person.id)
        assert left is not None
        assert not authenticators.use(connection, left, codes[0])
        assert authenticators.use(connection, left, codes[1])


def test_a_recovery_code_has_140_bits_and_those_of_before_are_good_still(
    authenticators: Authenticators, engine: Engine, clock: SetClock
) -> None:
    """A plain hash of fewer than 112 bits is guessed back by who has the database."""
    with engine.database.writing() as connection:
        person = find_person(connection, "jo")
        assert person is not None
        account = store.account_of(connection, person.id, to_change=True)
        assert account is not None
        account, codes = authenticators.begun(connection, account, DEVICE, now(clock))
        for one in codes:
            assert re.fullmatch("[a-z2-7]{7}(-[a-z2-7]{7}){3}", one)  # 28 signs of 5 bits
        store.put_account(
            connection, replace(account, recovery=json.dumps([digest("0a1b2c-3d4e5f")])), "2023-09-11T08:00:00Z"
        )
        account = store.account_of(connection, person.id, to_change=True)
        assert account is not None
        assert authenticators.use(connection, account, "0A1B2C-3D4E5F")
