"""Declined: who does not take a place up is asked again when something that decides it has changed, and not before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine import Actor, Engine, Refusal, shipped
from engine.case.command import Fire
from engine.case.refusal import Code
from engine.clock import SetClock
from engine.service.cases import declined as room
from engine.service.cases.declined import Declined
from engine.service.cases.transaction import Transaction
from engine.service.cases.work import Work
from engine.service.site import TakenBack
from engine.store.lists.places import AT_ONCE
from engine.store.statement import Statement
from tests.conftest import START
from tests.steps import done

WARD = """
process: ward
version: "1"
title: Ward
effective_from: 2023-01-01
calendar: leicestershire
initial: [bed, seat]
roles: {nurse: {title: Nurse}}
fields: {well: {title: Well, type: yes_no}}
tasks: {look: {title: Look, role: nurse}}
places: {bed: {title: Bed, capacity: 1}, chair: {title: Chair, capacity: 5}}
events: {fill: {title: Fill in, form: {well: optional}}}
states:
  bed:
    owner: nurse
    deadline: {within: 1 year, raise: look}
    holds: {place: bed, otherwise: queue}
    events: {out: {title: Out, to: lobby}}
  queue:
    owner: nurse
    deadline: {within: 3 days, raise: look}
    events:
      place_offered: {title: Offered, by: [], needs: [{check: NEED, say: Not well yet.}], to: bed}
  lobby:
    owner: nurse
    deadline: {within: 1 year, raise: look}
    events: {in: {title: In, to: bed}, go: {title: Go, to: home}}
  seat:
    owner: nurse
    deadline: {within: 1 year, raise: look}
    holds: {place: chair}
    events: {leave: {title: Leave, to: home}}
  home: {final: true}
"""
STILL, MOVING = "well == true", 'well == true || today >= date("2023-09-13")'


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The cases that are offered a place from now on."""
    found, plain = list[int](), Transaction._offer_to

    def noting(tx: Transaction, work: Work, *more: Any) -> bool:
        found.append(work.id)
        return plain(tx, work, *more)

    monkeypatch.setattr(Transaction, "_offer_to", noting)
    return found


def queue(engine: Engine, count: int, need: str = STILL) -> list[int]:
    """So many cases that wait while a bed is free, and were asked once."""
    engine.publish(WARD.replace("NEED", f"'{need}'" if need == MOVING else need))
    first, *waiting = (done(engine.open_case("ward", "nurse", state="bed")).id for _ in range(count + 1))
    done(engine.fire(first, "out", "nurse"))
    assert engine.free_places("ward")["bed"] == 1
    return waiting


def look(engine: Engine, asked: list[int]) -> list[int]:
    """Whom a look of the scheduler asks."""
    asked.clear()
    assert engine.run_due().failed == ()
    return list(asked)


def test_many_who_declined_are_not_asked_at_each_look_and_hide_nobody(engine: Engine, asked: list[int]) -> None:
    waiting = queue(engine, AT_ONCE + 3)
    assert asked == waiting
    assert look(engine, asked) == []
    done(engine.fire(waiting[-1], "fill", "nurse", {"well": "yes"}))
    assert look(engine, asked) == waiting[-1:]
    assert engine.case(waiting[-1]).places == ("bed",)
    assert [engine.case(one).waiting_for for one in waiting[:-1]] == ["bed"] * (len(waiting) - 1)
    assert engine.verify().findings == ()


def test_a_look_reads_the_queue_once_however_many_decline(
    engine: Engine, asked: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting, read, plain = queue(engine, 2 * AT_ONCE + 7), list[int](), Statement.rows

    def noting(statement: Statement, *given: Any, **values: Any) -> Any:
        found = plain(statement, *given, **values)
        read.append(len(found))
        return found

    monkeypatch.setattr(Statement, "rows", noting)
    for known, most in ((True, 20), (False, 20)):
        if not known:
            engine.site.declined._answers.clear()
        read.clear()
        assert look(engine, asked) == ([] if known else waiting)
        assert len(read) <= most
        # Each of those who wait once, and what else a look reads: places, timers.
        assert len(waiting) <= sum(read) <= len(waiting) + 10


def test_who_changed_is_asked_before_those_behind(engine: Engine, asked: list[int]) -> None:
    waiting = queue(engine, 5)
    for one in (waiting[3], waiting[1]):
        done(engine.fire(one, "fill", "nurse", {"well": "yes"}))
    assert look(engine, asked) == [waiting[1]]
    assert [engine.case(one).places for one in waiting] == [(), ("bed",), (), (), ()]


def test_all_are_asked_again_where_other_places_are_free(engine: Engine, asked: list[int]) -> None:
    waiting = queue(engine, 3)
    sits = done(engine.open_case("ward", "nurse", state="seat")).id
    assert [look(engine, asked), look(engine, asked)] == [waiting, []]
    done(engine.fire(sits, "leave", "nurse"))
    assert [look(engine, asked), look(engine, asked)] == [waiting, []]


def test_who_goes_by_school_days_is_asked_again_by_the_newest_calendar(engine: Engine, asked: list[int]) -> None:
    [case] = queue(engine, 1, "'is_school_day(date(\"2023-10-16\"))'")
    assert (look(engine, asked), engine.case(case).waiting_for) == ([], "bed")
    text = shipped.read("processes/calendars/leicestershire.yaml")
    engine.publish_calendar(text.replace("{from: 2023-10-16, ", "{from: 2023-10-17, "))
    assert look(engine, asked) == [case]
    assert engine.case(case).places == ("bed",)


def test_all_are_asked_again_where_their_process_goes_by_another_calendar(engine: Engine, asked: list[int]) -> None:
    waiting = queue(engine, 3)
    engine.publish_calendar(shipped.read("processes/calendars/leicestershire.yaml").replace("school terms", "terms"))
    assert [look(engine, asked), look(engine, asked)] == [waiting, []]


def test_who_has_a_timer_that_is_due_is_asked_after_it(engine: Engine, clock: SetClock, asked: list[int]) -> None:
    waiting = queue(engine, 3)
    clock.set(START + timedelta(days=3) - timedelta(microseconds=1))
    assert look(engine, asked) == []
    clock.set(START + timedelta(days=3))
    assert look(engine, asked) == waiting
    assert [len(engine.case(one).tasks) for one in waiting] == [1, 1, 1]
    assert [look(engine, asked), look(engine, asked)] == [waiting, []]


def test_where_the_day_decides_all_are_asked_at_each_look(engine: Engine, clock: SetClock, asked: list[int]) -> None:
    waiting = queue(engine, 3, MOVING)
    assert look(engine, asked) == []  # at the very same instant
    clock.set(START + timedelta(seconds=30))
    assert look(engine, asked) == waiting
    clock.set(START + timedelta(days=2))
    assert look(engine, asked) == waiting[:1]
    assert [engine.case(one).places for one in waiting] == [("bed",), (), ()]


def test_what_a_transaction_that_was_given_up_decided_is_not_taken_for_what_is_stored(
    engine: Engine, asked: list[int]
) -> None:
    [one] = queue(engine, 1)

    def work(tx: Transaction) -> Refusal:
        held = tx.hold(one)
        assert tx.do(held, Fire("fill", Actor.of("ward/nurse"), tx.now, {"well": "no"})) is None
        tx.write()
        assert tx.offer("ward", "bed", tx.now) == 0
        raise TakenBack(Refusal(Code.CHANGED, "Taken back."))

    assert isinstance(engine.site.change(work), Refusal)
    done(engine.fire(one, "fill", "nurse", {"well": "yes"}))
    assert look(engine, asked) == [one]
    assert engine.case(one).places == ("bed",)


def test_no_more_is_remembered_than_there_is_room_for(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST", 2)
    queue(engine, 5)
    assert len(engine.site.declined._answers) == 1
    assert Declined().process_of(1, "", frozenset(), "") is None
