"""The rows of accounts: what is used up once, in which order it is given, and what a clock that went back bars."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from engine import Engine
from engine.case.time.instants import to_text
from engine.store.people import accounts as store
from engine.store.people.accounts import MOST_STEPS_AHEAD, StoredAccount, StoredSession
from engine.store.people.people import find_person
from tests.conftest import START


def at(hours: float) -> str:
    return to_text(START + timedelta(hours=hours))


def number(connection: Connection, login: str) -> int:
    found = find_person(connection, login)
    assert found is not None
    return found.id


@pytest.fixture
def engine(engine: Engine) -> Engine:
    for login in ("jo", "max"):
        engine.people.add(login, "", ["coordinator"])
    return engine


def test_a_code_is_used_once_and_one_far_ahead_bars_nobody(engine: Engine) -> None:
    with engine.database.writing() as connection:
        jo = number(connection, "jo")
        assert not store.use_counter(connection, jo, 5)  # no account: no code of it
        store.put_account(connection, StoredAccount(jo, "hash", "secret", 100, "[]"), at(0))
        used = [store.use_counter(connection, jo, step) for step in (100, 99, 101, 101)]
        assert used == [False, False, True, False]
        assert not store.use_counter(connection, jo, 101 - MOST_STEPS_AHEAD)
        assert store.use_counter(connection, jo, 101 - MOST_STEPS_AHEAD - 1)


def test_a_recovery_code_is_taken_by_one_only(engine: Engine) -> None:
    with engine.database.writing() as connection:
        jo, other = number(connection, "jo"), number(connection, "max")
        for person in (jo, other):
            store.put_account(connection, StoredAccount(person, "hash", "secret", 0, '["a","b"]'), at(0))
        assert store.use_recovery(connection, jo, '["a","b"]', '["b"]')
        assert not store.use_recovery(connection, jo, '["a","b"]', '["a"]')
        kept = [store.account_of(connection, person) for person in (jo, other)]
        assert [one.recovery for one in kept if one] == ['["b"]', '["a","b"]']


def test_an_account_is_changed_and_not_kept_twice(engine: Engine) -> None:
    with engine.database.writing() as connection:
        jo = number(connection, "jo")
        assert store.account_of(connection, jo) is None
        assert not store.has_accounts(connection)
        for password in ("one", "two"):
            store.put_account(connection, StoredAccount(jo, password, "", 0, "[]"), at(0))
        assert store.account_of(connection, jo) == StoredAccount(jo, "two", "", 0, "[]")
        assert store.account_of(connection, number(connection, "max")) is None


def test_an_invitation_that_a_clock_wrote_which_was_set_back_holds_no_more(engine: Engine) -> None:
    with engine.database.writing() as connection:
        jo = number(connection, "jo")
        store.insert_invitation(connection, "digest", jo, at(7))
        found = [
            store.invited(connection, "digest", now, latest)
            for now, latest in ((at(0), at(7)), (at(0), at(6)), (at(7), at(14)))
        ]
        assert found == ["jo", None, None]
        assert store.take_invitation(connection, "digest")
        assert not store.take_invitation(connection, "digest")


def test_invitations_that_have_expired_go_and_others_stay(engine: Engine) -> None:
    with engine.database.writing() as connection:
        jo, other = number(connection, "jo"), number(connection, "max")
        store.insert_invitation(connection, "early", jo, at(1))
        store.insert_invitation(connection, "late", jo, at(2))
        store.insert_invitation(connection, "other", other, at(1))
        store.delete_invitations(connection, jo, at(1))
        left = [store.invited(connection, one, at(0), at(9)) for one in ("early", "late", "other")]
        assert left == [None, "jo", "max"]
        store.delete_invitations(connection, jo)
        assert not store.has_invitation(connection, jo)
        assert store.has_invitation(connection, other)


def test_sessions_are_given_the_latest_used_first_and_leave_when_they_were_here(engine: Engine) -> None:
    with engine.database.writing() as connection:
        jo, other = number(connection, "jo"), number(connection, "max")
        for name, person, seen in (("a", jo, 1), ("b", jo, 3), ("c", jo, 2), ("d", other, 4)):
            store.insert_session(
                connection, StoredSession(name, person, "signed_in", f"csrf {name}", at(0), at(seen), at(0))
            )
        assert [one[0] for one in store.sessions_of(connection, jo, "signed_in")] == ["b", "c", "a"]
        store.touch_session(connection, "a", at(5))
        store.end_session(connection, "b")
        assert [one[0] for one in store.sessions_of(connection, jo, "signed_in")] == ["a", "c"]
        assert store.login_of_csrf(connection, "csrf b") == "jo"
        assert (store.end_sessions(connection, jo), store.end_sessions(connection, jo)) == (2, 0)
        assert store.last_seen(connection, jo) == at(5)
        store.delete_old_sessions(connection, at(5))
        assert store.last_seen(connection, other) is None
        assert store.last_seen(connection, jo) == at(5)


def test_a_calendar_address_is_one_persons_while_they_are_active(engine: Engine) -> None:
    with engine.database.writing() as connection:
        jo = number(connection, "jo")
        for digest in ("first", "second"):
            store.put_feed(connection, jo, digest, at(0))
        assert [store.feed_login(connection, one) for one in ("first", "second", "")] == [None, "jo", None]
    engine.people.change(replace(engine.people.person("jo"), active=False))
    with engine.database.reading() as connection:
        assert store.feed_login(connection, "second") is None
        assert not store.has_feed(connection, jo)
