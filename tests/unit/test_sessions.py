"""Sessions: how long one lasts, and that its name tells nothing of its key."""

from __future__ import annotations

from datetime import timedelta

from engine.service.people.people import Person, digest
from engine.service.people.sessions import ABSOLUTE, IDLE, Session, Stage, handle_of, handle_under, lasts
from tests.conftest import START

TINY = timedelta(microseconds=1)


def test_a_session_lasts_while_it_is_used_and_not_for_ever() -> None:
    assert lasts(START, START, START + IDLE - TINY)
    assert not lasts(START, START, START + IDLE)
    late = START + ABSOLUTE - TINY
    assert lasts(START, late, late)
    assert not lasts(START, late, START + ABSOLUTE)


def test_one_that_lies_ahead_is_of_another_clock() -> None:
    assert lasts(START, START, START - IDLE + TINY)
    assert not lasts(START, START, START - IDLE)
    assert not lasts(START, START + IDLE, START)


def test_its_name_is_that_of_its_key_and_does_not_tell_it() -> None:
    session = Session(Person("jo", "Jo", ()), Stage.SIGNED_IN, "csrf", START, START, "key")
    assert handle_of(session) == handle_under(digest("key")) != handle_under(digest("other"))
    assert handle_of(session) not in digest("key")
