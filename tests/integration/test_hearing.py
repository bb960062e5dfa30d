"""Ends that are awaited: told in the transaction that brings them about, once, and later where that could not be."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import text

from engine import Engine
from engine.case.refusal import Refusal
from engine.clock import SetClock
from engine.service.cases.hearing import MOST
from engine.service.cases.transaction import Transaction
from tests.integration.test_links import BEA, JO, SAM, engine, loan, order
from tests.sets import REPAIRS, START
from tests.steps import done

__all__ = ["engine"]
UNDO = "to: mended, undo: {by: clerk, reopens: true}}"


def kinds(engine: Engine, case: int) -> list[str]:
    return [one.kind for one in engine.history(case)]


@pytest.fixture
def pair(engine: Engine) -> tuple[int, int]:
    """Something that is away until its repair has ended."""
    jug, repair = loan(engine, "Jug"), order(engine)
    done(engine.link(jug, "repair", repair, BEA))
    done(engine.fire(jug, "send", JO))
    return jug, repair


@pytest.mark.parametrize(("event", "state"), [("mend", "shelf"), ("throw", "lost")])
def test_an_end_is_told_in_the_same_transaction(engine: Engine, pair: tuple[int, int], event: str, state: str) -> None:
    jug, repair = pair
    done(engine.fire(repair, event, SAM))
    assert engine.case(jug).state == state
    assert kinds(engine, jug)[-2:] == ["heard", "automatic"]
    [heard] = [one for one in engine.report(jug, BEA).history if "ended" in one.what]
    assert heard.what == f"A linked case ended ({engine.case(repair).outcome}): Repair, Handle, case {repair}"
    # Who may not see that case is told of what followed, and not of what it followed from.
    assert not [one for one in engine.report(jug, JO).history if "linked" in one.what.lower()]
    engine.run_due()
    assert kinds(engine, jug).count("heard") == 1
    assert engine.verify().findings == ()


def test_an_end_that_a_timer_brings_about_is_told_too(engine: Engine, pair: tuple[int, int]) -> None:
    jug, repair = pair
    clock = engine.clock
    assert isinstance(clock, SetClock)
    clock.set(START + timedelta(days=200))
    engine.run_due()
    assert (engine.case(repair).outcome, engine.case(jug).outcome) == ("Thrown away", "Lost")
    # At its own time, in order with what came to its time in the other case before.
    times = [(one.kind, one.at[:10]) for one in engine.history(jug)]
    assert times[-3:] == [("timer", "2024-02-07"), ("heard", "2024-03-08"), ("automatic", "2024-03-08")]


def test_an_end_that_could_not_be_told_is_told_later_and_once(
    engine: Engine, pair: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    jug, repair = pair
    hold = Transaction.hold

    def broken(tx: Transaction, case: int) -> object:
        if case == jug:
            raise ValueError("its process cannot be read")
        return hold(tx, case)

    monkeypatch.setattr(Transaction, "hold", broken)
    assert done(engine.fire(repair, "mend", SAM)).outcome == "Mended"
    assert engine.run_due().failed == ((jug, "ValueError"),)
    assert MOST > 1
    monkeypatch.undo()
    assert engine.case(jug).state == "away"
    assert engine.run_due().failed == ()
    assert engine.case(jug).state == "shelf"
    before = engine.case(jug).version
    engine.run_due()
    assert engine.case(jug).version == before
    assert engine.verify().findings == ()


def test_one_end_frees_all_that_wait_for_it(engine: Engine, pair: tuple[int, int]) -> None:
    jug, repair = pair
    bowl = loan(engine, "Bowl")
    done(engine.link(bowl, "repair", repair, BEA))
    done(engine.fire(bowl, "send", JO))
    done(engine.fire(repair, "mend", SAM))
    assert [engine.case(one).state for one in (jug, bowl)] == ["shelf", "shelf"]


def test_what_has_ended_when_it_is_linked_is_known_at_once(engine: Engine) -> None:
    jug, repair = loan(engine, "Jug"), order(engine)
    done(engine.fire(repair, "mend", SAM))
    done(engine.fire(jug, "send", JO))
    done(engine.link(jug, "repair", repair, BEA))
    assert engine.case(jug).state == "shelf"


def test_both_cases_move_at_once_and_neither_loses_the_news(engine: Engine, pair: tuple[int, int]) -> None:
    jug, repair = pair
    line, failed = Barrier(2), list[BaseException]()

    def does(case: int, event: str, by: str) -> None:
        line.wait()
        try:
            engine.fire(case, event, by)
        except BaseException as error:
            failed.append(error)

    threads = [Thread(target=does, args=one) for one in ((jug, "give_up", JO), (repair, "mend", SAM))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failed == []
    with engine.database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM links WHERE awaits IS NOT NULL")).scalar_one() == 0
    assert kinds(engine, jug).count("heard") == 1
    assert engine.verify().findings == ()


def test_an_end_that_was_told_is_not_taken_back(engine: Engine) -> None:
    jug, repair = loan(engine, "Jug"), order(engine)
    engine.publish(REPAIRS.replace('"1"', '"2"').replace("2000-01-01", "2024-01-01").replace("to: mended}", UNDO))
    again = order(engine)
    done(engine.link(jug, "repair", again, BEA))
    for one in (repair, again):
        done(engine.fire(one, "mend", SAM))
    found = engine.undo(again, "By mistake", SAM)
    assert isinstance(found, Refusal)
    assert found.message == "Another case was told that this one has ended, and goes on from that."
