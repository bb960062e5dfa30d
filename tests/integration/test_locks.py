"""Locks: held by one transaction, shared by several, and let go with it."""

from __future__ import annotations

from engine import Engine
from engine.store.locks import Lock, hold, share, try_to_hold


def test_a_lock_is_held_by_one_transaction_until_it_ends(engine: Engine) -> None:
    database = engine.database
    if database.is_sqlite:  # there is one writer: nobody else could ask meanwhile
        with database.writing() as one:
            hold(one, Lock.JOURNAL)
            assert try_to_hold(one, Lock.JOURNAL)
        return
    with database.writing() as one:
        hold(one, Lock.JOURNAL)
        with database.writing() as other:
            assert not try_to_hold(other, Lock.JOURNAL)
            assert try_to_hold(other, Lock.TELLING)
        share(one, Lock.CONTENTS)
        with database.writing() as other:
            share(other, Lock.CONTENTS)  # waits for nobody
            assert not try_to_hold(other, Lock.CONTENTS)
    with database.writing() as other:
        assert try_to_hold(other, Lock.JOURNAL)
        assert try_to_hold(other, Lock.CONTENTS)


def test_no_number_is_given_twice() -> None:
    assert len({int(one) for one in Lock.__members__.values()}) == len(Lock.__members__)
