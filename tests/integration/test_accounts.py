"""Accounts: invitations, passwords, second factors and sessions, and the bounds of each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from engine import Engine
from engine.clock import SetClock
from engine.service.people.accounts import INVITED
from engine.service.people.authenticators import CODES, STEP
from engine.service.people.faults import BadPassword, BadPerson, HasSecondFactor, UnknownPerson
from engine.service.people.sessions import ABSOLUTE, IDLE, Stage, handle_of
from engine.store.tables import metadata
from tests.conftest import START
from tests.integration.site import PASSWORD, settle

NEW = "marmot trellis quince"
TINY = timedelta(microseconds=1)


@pytest.fixture
def engine(engine: Engine) -> Engine:
    settle(engine)
    return engine


def key_of(engine: Engine, login: str = "jo") -> str:
    key = engine.accounts.sign_in(login, PASSWORD)
    assert key is not None
    return key


def leave(engine: Engine, login: str) -> None:
    engine.people.change(replace(engine.people.person(login), active=False))


def test_an_invitation_holds_for_seven_days_and_to_the_end_of_them_only(engine: Engine, clock: SetClock) -> None:
    secret = engine.accounts.invite("jo")
    clock.set(START + INVITED - TINY)
    assert engine.accounts.invited(secret) == "jo"
    clock.set(START + INVITED)
    assert engine.accounts.invited(secret) is None
    assert engine.accounts.accept(secret, NEW) is None
    assert engine.accounts.sign_in("jo", PASSWORD) is not None


def test_a_new_invitation_voids_the_one_before_unless_it_is_made_beside_it(engine: Engine) -> None:
    first = engine.accounts.invite("jo")
    second = engine.accounts.invite("jo")
    third, others = engine.accounts.invite_again("jo")
    assert others
    assert [engine.accounts.invited(one) for one in (first, second, third)] == [None, "jo", "jo"]
    assert engine.accounts.accept(third, NEW) == "jo"
    assert [engine.accounts.invited(one) for one in (second, third)] == [None, None]


def test_who_is_not_active_or_not_known_is_not_invited_nor_let_in(engine: Engine) -> None:
    secret, signed_in = engine.accounts.invite("jo"), key_of(engine)
    leave(engine, "jo")
    assert engine.accounts.invited(secret) is None
    assert engine.accounts.session(signed_in) is None
    assert engine.accounts.sign_in("jo", PASSWORD) is None
    assert engine.accounts.sign_in_as("jo") is None
    with pytest.raises(BadPerson, match="not active"):
        engine.accounts.invite("jo")
    with pytest.raises(UnknownPerson):
        engine.accounts.invite("nobody")


def test_a_password_that_is_chosen_by_an_invitation_ends_every_session_and_the_second_factor(engine: Engine) -> None:
    device = pyotp.random_base32()
    assert engine.accounts.add_second_factor("jo", device, code(engine, device))
    signed_in, secret = engine.accounts.sign_in_as("jo"), engine.accounts.invite("jo")
    with pytest.raises(BadPassword):
        engine.accounts.accept(secret, "short")
    assert engine.accounts.accept(secret, NEW) == "jo"
    assert signed_in is not None
    assert engine.accounts.session(signed_in) is None
    assert engine.accounts.second_factor("jo") == (False, 0)
    assert engine.accounts.sign_in("jo", PASSWORD) is None
    assert engine.accounts.sign_in(" JO ", NEW) is not None


def test_a_password_that_is_given_leaves_the_second_factor(engine: Engine) -> None:
    device = pyotp.random_base32()
    engine.accounts.add_second_factor("jo", device, code(engine, device))
    signed_in = engine.accounts.sign_in_as("jo")
    with pytest.raises(BadPassword, match="12 to 200"):
        engine.accounts.set_password("jo", "elevenchars")
    with pytest.raises(BadPassword, match="12 to 200"):
        engine.accounts.set_password("jo", NEW * 10)
    engine.accounts.set_password("jo", NEW)
    assert signed_in is not None
    assert engine.accounts.session(signed_in) is None
    assert engine.accounts.second_factor("jo") == (True, CODES)
    assert engine.accounts.confirmed("jo", NEW)
    assert not engine.accounts.confirmed("jo", PASSWORD)


def code(engine: Engine, device: str, steps: int = 0) -> str:
    """The code that an authenticator shows, so many steps from now."""
    return pyotp.TOTP(device).at(engine.clock.now() + timedelta(seconds=steps * STEP))


def test_a_code_holds_for_its_own_step_and_those_beside_it_once(engine: Engine, clock: SetClock) -> None:
    device = pyotp.random_base32()
    assert engine.accounts.add_second_factor("jo", device, code(engine, device, 2)) is None
    assert engine.accounts.add_second_factor("jo", device, code(engine, device, -1)) is not None
    with pytest.raises(HasSecondFactor):
        engine.accounts.add_second_factor("jo", (other := pyotp.random_base32()), code(engine, other))
    asked = engine.accounts.session(key_of(engine))
    assert asked is not None
    assert asked.stage is Stage.CODE
    used, right = code(engine, device, -1), code(engine, device)
    assert engine.accounts.give_code(asked, used) is None
    key = engine.accounts.give_code(asked, f" {right[:3]} {right[3:]} ")
    assert key is not None
    signed_in = engine.accounts.session(key)
    assert signed_in is not None
    assert signed_in.stage is Stage.SIGNED_IN
    assert engine.accounts.session(asked.key) is None
    again = engine.accounts.session(key_of(engine))
    assert again is not None
    assert engine.accounts.give_code(again, right) is None


def test_a_code_is_good_for_nothing_once_the_session_that_asked_for_it_has_ended(engine: Engine) -> None:
    device = pyotp.random_base32()
    assert engine.accounts.add_second_factor("jo", device, code(engine, device, -1)) is not None
    asked = engine.accounts.session(key_of(engine))
    assert asked is not None
    engine.accounts.set_password("jo", NEW)
    assert engine.accounts.give_code(asked, code(engine, device)) is None
    assert engine.accounts.sessions("jo") == []


def test_each_recovery_code_is_good_once(engine: Engine) -> None:
    device = pyotp.random_base32()
    codes = engine.accounts.add_second_factor("jo", device, code(engine, device))
    assert codes is not None
    assert len(set(codes)) == CODES
    for said, is_good in ((codes[0].upper(), True), (codes[0], False), ("000000-000000", False), (codes[1], True)):
        asked = engine.accounts.session(key_of(engine))
        assert asked is not None
        assert (engine.accounts.give_code(asked, said) is not None) is is_good, said
    assert engine.accounts.second_factor("jo") == (True, CODES - 2)
    assert not engine.accounts.drop_second_factor("jo", "000000")
    assert not engine.accounts.drop_second_factor("jo", codes[0])  # used
    assert engine.accounts.second_factor("jo") == (True, CODES - 2)
    assert engine.accounts.drop_second_factor("jo", codes[-1])
    assert not engine.accounts.drop_second_factor("jo", codes[-2])
    signed_in = engine.accounts.session(key_of(engine))
    assert signed_in is not None
    assert signed_in.stage is Stage.SIGNED_IN


def test_nothing_that_lets_somebody_in_stands_in_the_database(engine: Engine) -> None:
    device = pyotp.random_base32()
    codes = engine.accounts.add_second_factor("max", device, code(engine, device))
    assert codes is not None
    token, _ = engine.people.issue_token("jo", "", ["read"], 1)
    session = engine.accounts.sign_in_as("jo")
    secrets = [session, engine.accounts.invite("jo"), engine.accounts.new_feed("jo"), token, device, *codes, PASSWORD]
    with engine.database.reading() as connection:
        kept = str([connection.execute(select(one)).all() for one in metadata.sorted_tables])
    assert "hbep-referral/coordinator" in kept
    # The token of forms is of one session, and good for nothing without its key.
    assert [one for one in secrets if str(one).removeprefix("cw_") in kept] == []


def test_a_session_ends_when_it_is_not_used_and_at_last_in_any_case(engine: Engine, clock: SetClock) -> None:
    key = key_of(engine)
    clock.set(START + IDLE - TINY)
    assert engine.accounts.session(key) is not None
    clock.set(START + 2 * IDLE - TINY)
    assert engine.accounts.session(key) is None
    key = key_of(engine)
    begun = clock.now()
    for minutes in range(20, int(ABSOLUTE.total_seconds()) // 60, 20):
        clock.set(begun + timedelta(minutes=minutes))
        assert engine.accounts.session(key) is not None, minutes
    clock.set(begun + ABSOLUTE - TINY)
    assert engine.accounts.session(key) is not None
    clock.set(begun + ABSOLUTE)
    assert engine.accounts.session(key) is None
    assert engine.accounts.sessions("jo") == []


def test_somebody_ends_their_own_sessions_only(engine: Engine) -> None:
    mine, other = key_of(engine), key_of(engine, "max")
    session = engine.accounts.session(other)
    assert session is not None
    assert engine.accounts.end_session("jo", handle_of(session)) is False
    assert engine.accounts.session(other) is not None
    assert engine.accounts.end_session("max", handle_of(session)) is True
    assert engine.accounts.session(other) is None
    key_of(engine)
    assert engine.accounts.sign_out_everywhere("jo") == 2
    assert engine.accounts.session(mine) is None
    assert engine.accounts.sign_out_everywhere("jo") == 0


def test_an_address_that_two_active_people_share_names_neither(engine: Engine) -> None:
    for login in ("kim", "kit2"):
        engine.people.add(login, "", ["coordinator"], email="Team@example.org")
    assert engine.accounts.person_with_email("team@example.org") is None
    assert engine.accounts.person_with_email("") is None
    leave(engine, "kit2")
    assert engine.accounts.person_with_email("TEAM@example.org") == "kim"


def test_a_new_calendar_address_voids_the_one_before(engine: Engine) -> None:
    first = engine.accounts.new_feed("jo")
    second = engine.accounts.new_feed("jo")
    assert (engine.accounts.feed_of(first), engine.accounts.feed_of(second)) == (None, "jo")
    engine.accounts.drop_feed("jo")
    assert engine.accounts.feed_of(second) is None
    assert not engine.accounts.has_feed("jo")


def test_no_password_is_made_of_the_words_of_the_place(engine: Engine) -> None:
    url = engine.database.url.render_as_string(hide_password=False)
    strict = Engine(url, clock=engine.clock, keys=engine.safe._keys, password_words=["Snibston", "Spinney Hill"])
    for easy in ("snibston2026", "Snibston-1234", "spinney hill1", "caseworkcasework"):
        with pytest.raises(BadPassword, match="too easy to guess"):
            strict.accounts.set_password("jo", easy)
    engine.accounts.set_password("jo", "Snibston-1234")  # elsewhere it is a word as any other
    strict.accounts.set_password("jo", "marmot trellis quince")
    strict.close()
