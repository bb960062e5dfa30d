"""Site: work that writes is run again where it lost a race, and what is refused half-way leaves nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, ProgrammingError

from engine import Engine, Refusal
from engine.calendars import calendar as calendar_room
from engine.case.refusal import Code
from engine.case.time.instants import to_text
from engine.clock import SetClock
from engine.service import site as site_room
from engine.service.cases import transaction as transaction_room
from engine.service.cases.transaction import Transaction
from engine.service.cases.work import LostRace
from engine.service.processes import catalogue as catalogue_room
from engine.service.site import ATTEMPTS, TakenBack
from engine.store.cases import cases as case_store
from engine.store.database import Database, DatabaseUnavailable
from engine.store.keys import Keys, new_key
from engine.store.people.people import insert_organisation
from tests.conftest import START
from tests.steps import done, in_panel, refusal


def organisations(engine: Engine) -> list[str]:
    return [one.name for one in engine.people.organisations()]


def losing(times: int) -> Any:
    """Work that writes, and loses its race so many times."""
    tries: list[int] = []

    def work(tx: Transaction) -> int:
        tries.append(1)
        insert_organisation(tx.connection, f"try {len(tries)}", "", [])
        if len(tries) <= times:
            raise LostRace
        return len(tries)

    return work


def test_what_lost_its_race_is_run_again_and_nothing_of_it_stays(engine: Engine) -> None:
    assert engine.site.write(losing(3)) == 4
    assert organisations(engine) == ["try 4"]


def test_the_last_attempt_counts_and_after_it_the_database_is_too_busy(engine: Engine) -> None:
    with pytest.raises(DatabaseUnavailable, match="too busy"):
        engine.site.write(losing(ATTEMPTS))
    assert organisations(engine) == []
    assert engine.site.write(losing(ATTEMPTS - 1)) == ATTEMPTS
    assert organisations(engine) == [f"try {ATTEMPTS}"]


def test_only_a_fault_that_is_worth_it_is_tried_again(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[DBAPIError] = []

    def work(tx: Transaction) -> str:
        if len(said) < 2:
            said.append(ProgrammingError("select", None, Exception("deadlock")))
            raise said[-1]
        return "done"

    monkeypatch.setattr(site_room, "is_worth_retrying", lambda error: error is said[0])
    with pytest.raises(ProgrammingError):
        engine.site.write(work)
    assert len(said) == 2


def test_what_is_taken_back_was_not_written(engine: Engine) -> None:
    refusal = Refusal(Code.FORM, "Not so.")

    def work(tx: Transaction) -> None:
        insert_organisation(tx.connection, "Hilltop", "", [])
        raise TakenBack(refusal)

    assert engine.site.change(work) is refusal
    assert organisations(engine) == []


def test_the_present_is_the_clocks_unless_it_is_given(engine: Engine) -> None:
    given = START + timedelta(days=1)
    assert engine.site.write(lambda tx: tx.now) == START
    assert engine.site.write(lambda tx: tx.now, given) == given


def test_a_timer_is_told_of_once_it_can_be_found(engine: Engine) -> None:
    told: list[tuple[datetime, datetime | None]] = []
    engine.on_timer(lambda due: told.append((due, engine.next_due())))
    in_panel(engine)
    assert told
    assert all(due == found for due, found in told)
    told.clear()
    engine.people.add_organisation("Hilltop")
    engine.site.write(lambda _: None)
    assert told == []


HOURLY = """
process: hourly
version: "1"
title: Hourly
effective_from: 2023-01-01
timezone: UTC
initial: here
roles: {clerk: {title: Clerk}}
fields: {asked: {title: Asked, type: yes_no}}
tasks: {look: {title: Look, role: clerk}}
places: {room: {title: Room, capacity: 1}}
events: {fill: {title: Fill in, form: {asked: optional}}}
states:
  here:
    owner: clerk
    timers: {tick: {every: 1 hour, missed: each, raise: look}, close: {after: 32 hours, send: shut}}
    events:
      shut: {title: Shut, by: [], to: over}
      go: {title: Go, to: inside}
      end: {title: End, to: over}
  queue:
    owner: clerk
    timers: {tick: {every: 1 hour, missed: each, raise: look}}
    events: {place_offered: {title: Offered, by: [], to: inside}}
  inside:
    owner: clerk
    deadline: {within: 1 year, raise: look}
    holds: {place: room, otherwise: queue}
    events: {leave: {title: Leave, to: over}}
  over: {final: true}
"""
MOST = 10


@pytest.fixture
def written(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Each case that is written from now on, with how many timers were fired for it by this transaction."""
    engine.publish(HOURLY)
    monkeypatch.setattr(transaction_room, "BATCH", MOST)
    found, plain = list[tuple[int, int]](), case_store.update_case

    def noting(connection: Any, before: Any, snapshot: Any, entries: Any, columns: Any) -> Any:
        found.append((before.id, sum(one.kind == "timer" for one in entries)))
        return plain(connection, before, snapshot, entries, columns)

    monkeypatch.setattr(case_store, "update_case", noting)
    return found


def hours(engine: Engine, case: int) -> list[str]:
    """When its timers fired, by the history of a case."""
    return [one.at for one in engine.history(case) if one.kind == "timer"]


def test_a_step_catches_its_case_up_in_short_transactions(
    engine: Engine, clock: SetClock, written: list[tuple[int, int]]
) -> None:
    case, twin = (done(engine.open_case("hourly", "clerk")).id for _ in range(2))
    clock.set(START + timedelta(hours=24, minutes=1))
    filled = done(engine.fire(case, "fill", "clerk", {"asked": "yes"}, expected_version=1))
    assert written == [(case, MOST), (case, MOST), (case, 4), (case, 0)]
    assert hours(engine, case) == [to_text(START + timedelta(hours=hour)) for hour in range(1, 25)]
    assert (filled.version, engine.history(case)[-1].event) == (26, "fill")
    assert engine.run_due().fired == 24
    assert hours(engine, twin) == hours(engine, case)
    assert engine.verify().findings == ()


@pytest.mark.parametrize("missed", [MOST - 1, MOST])
def test_what_one_transaction_can_fire_is_fired_with_the_step(
    engine: Engine, clock: SetClock, written: list[tuple[int, int]], missed: int
) -> None:
    case = done(engine.open_case("hourly", "clerk")).id
    clock.set(START + timedelta(hours=missed))
    assert refusal(engine.fire(case, "shut", "clerk")).code == Code.NOT_ALLOWED
    assert (engine.case(case).version, written) == (1, [])  # a refusal writes nothing
    done(engine.fire(case, "fill", "clerk", {"asked": "yes"}))
    assert written == [(case, missed)]


def test_nobody_acts_upon_a_state_that_the_timers_have_left(
    engine: Engine, clock: SetClock, written: list[tuple[int, int]]
) -> None:
    case = done(engine.open_case("hourly", "clerk")).id
    clock.set(START + timedelta(hours=40))
    assert engine.check_event(case, "end", "clerk", {}) is not None
    assert (written, engine.case(case).version) == ([], 1)  # a trial writes nothing
    assert refusal(engine.fire(case, "end", "clerk")).code == Code.ENDED
    assert [count for _, count in written] == [MOST, MOST, MOST, 2]
    assert engine.case(case).since == START + timedelta(hours=32)
    assert engine.run_due().fired == 0
    assert engine.verify().findings == ()


def test_a_step_that_is_dated_back_is_caught_up_to_its_moment(
    engine: Engine, clock: SetClock, written: list[tuple[int, int]]
) -> None:
    case = done(engine.open_case("hourly", "clerk")).id
    clock.set(START + timedelta(hours=29))
    done(engine.fire(case, "fill", "clerk", {"asked": "yes"}, at=START + timedelta(hours=15, minutes=1)))
    assert [count for _, count in written] == [MOST, 5, 0]
    assert engine.history(case)[-1].at == to_text(START + timedelta(hours=15, minutes=1))


def test_what_somebody_else_does_meanwhile_is_told(
    engine: Engine, clock: SetClock, written: list[tuple[int, int]]
) -> None:
    """Between two of the short transactions: whoever acted upon the version before is told, as always."""
    case = done(engine.open_case("hourly", "clerk")).id
    clock.set(START + timedelta(hours=24))
    acted: list[int] = []

    def act(_: datetime) -> None:
        if not acted:
            acted.append(case)
            done(engine.fire(case, "fill", "kim:clerk", {"asked": "no"}))

    engine.on_timer(act)
    told = refusal(engine.fire(case, "fill", "jo:clerk", {"asked": "yes"}, expected_version=1))
    assert told.code == Code.CHANGED
    assert [one.by for one in engine.history(case) if one.event == "fill"] == ["kim"]
    assert max(count for _, count in written) <= MOST
    done(engine.fire(case, "fill", "jo:clerk", {"asked": "yes"}, expected_version=engine.case(case).version))


def test_a_fault_of_one_who_waits_and_is_far_behind_keeps_nobody_from_a_place(
    engine: Engine, clock: SetClock, written: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes behind more timers than one transaction fires: the scheduler offers it to the next one all the same."""
    lies, faulty, waits = (done(engine.open_case("hourly", "clerk")).id for _ in range(3))
    for case in (lies, faulty):
        done(engine.fire(case, "go", "clerk"))
    clock.set(START + timedelta(hours=24, minutes=1))
    done(engine.fire(waits, "go", "clerk"))
    plain = Transaction.do

    def failing(tx: Transaction, work: Any, command: Any) -> Any:
        if work.id == faulty and work.snapshot.seq > MOST + 3:
            raise ArithmeticError
        return plain(tx, work, command)

    monkeypatch.setattr(Transaction, "do", failing)
    done(engine.fire(lies, "leave", "clerk"))
    assert (engine.case(faulty).waiting_for, engine.case(waits).places) == ("room", ("room",))


def in_turn(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is done in which order: a process read, its holidays looked up, the turn to write taken and given back."""
    seen: list[str] = []
    writing, read, look_up = Database.writing, catalogue_room.published_process, calendar_room.bank_holidays

    @contextlib.contextmanager
    def noted(self: Database) -> Iterator[Connection]:
        with writing(self) as connection:
            seen.append("writes")
            try:
                yield connection
            finally:
                seen.append("wrote")

    monkeypatch.setattr(Database, "writing", noted)
    monkeypatch.setattr(catalogue_room, "published_process", lambda *asked: seen.append("read") or read(*asked))
    monkeypatch.setattr(calendar_room, "bank_holidays", lambda *asked: seen.append("holidays") or look_up(*asked))
    return seen


@pytest.mark.parametrize("what", ["fire", "open", "due"])
def test_what_takes_long_is_read_while_nobody_waits_to_write(
    engine: Engine, url: str, clock: SetClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    case = in_panel(engine).id
    seen = in_turn(engine, monkeypatch)
    fresh = Engine(url, clock=clock, documents=tmp_path / "documents", keys=Keys(new_key()))
    if what == "fire":
        done(fresh.fire(case, "add_details", "coordinator", {"tried": "More"}))
    elif what == "open":
        done(fresh.open_case("hbep-referral", "coordinator", {"school": "North"}))
    else:
        clock.set(START + timedelta(weeks=30))
        assert fresh.run_due().fired > 0
    fresh.close()
    # Within a turn nothing is read, and no holidays for the first time.
    turns = " ".join(seen).split("writes")[1:]
    assert turns
    assert ["read" in turn.split("wrote")[0] for turn in turns] == [False] * len(turns)
    assert seen.index("read") < seen.index("holidays")
    assert seen.index("holidays") < len(seen) - 1 - seen[::-1].index("writes")


def test_a_process_that_cannot_be_read_beforehand_is_told_where_it_is_met(
    engine: Engine, url: str, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = in_panel(engine).id
    fresh = Engine(url, clock=clock)

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(catalogue_room, "published_process", broken)
    with pytest.raises(ZeroDivisionError):
        fresh.fire(case, "add_details", "coordinator", {"tried": "More"})
    fresh.close()
