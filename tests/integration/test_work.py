"""What a transaction holds of one case, and what says that it is behind."""

from __future__ import annotations

from engine import Engine
from engine.service.cases.transaction import Transaction
from engine.service.cases.work import Behind, LostRace
from tests.integration.test_links import engine, loan
from tests.sets import START

__all__ = ["engine"]


def test_a_case_is_held_once_in_a_transaction(engine: Engine) -> None:
    jug = loan(engine, "Jug")
    with engine.database.reading() as connection:
        tx = Transaction(connection, engine.site.catalogue, START, is_dry=True)
        work = tx.hold(jug)
        assert (work.id, work.entries, tx.hold(jug) is work) == (jug, [], True)


def test_who_is_behind_has_lost_a_race_and_says_until_when() -> None:
    behind = Behind(7, START)
    assert isinstance(behind, LostRace)
    assert (behind.case, behind.until) == (7, START)
