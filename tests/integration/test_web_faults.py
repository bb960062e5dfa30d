"""Faults of the pages: each of them is answered by a page of its own, and none by that for faults of the program."""

from __future__ import annotations

import inspect

from engine.clock import SetClock
from engine.service import Engine
from engine.source.fault import CaseworkError, Invalid
from engine.web import faults
from engine.web.app import create_site
from tests.conftest import START


def test_each_of_them_is_answered() -> None:
    engine = Engine(clock=SetClock(START))
    handlers = create_site(engine).exception_handlers
    every = [one for _, one in inspect.getmembers(faults, inspect.isclass) if issubclass(one, CaseworkError)]
    assert len(every) > 5
    assert [one for one in every if not set(one.__mro__) & set(handlers) and one not in (CaseworkError, Invalid)] == []
    # Where one is a kind of another, its own answer comes first.
    assert handlers[faults.LacksFactor] != handlers[faults.NotSignedIn]
    assert handlers[faults.TooLong] != handlers[Invalid]
    engine.close()


def test_what_is_too_long_says_what_there_is_room_for() -> None:
    assert "room for 12,000 characters" in str(faults.TooLong(12_000))
    assert faults.Elsewhere("/cases/1").said
