"""Site: work that writes is run again where it lost a race, and what is refused half-way leaves nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError, ProgrammingError

from engine import Engine, Refusal
from engine.case.refusal import Code
from engine.service import site as site_room
from engine.service.cases.transaction import LostRace, Transaction
from engine.service.site import ATTEMPTS, TakenBack
from engine.store.database import DatabaseUnavailable
from engine.store.people.people import insert_organisation
from tests.conftest import START
from tests.steps import in_panel


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
