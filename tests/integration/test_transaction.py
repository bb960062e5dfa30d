"""Transaction: the cases that it holds, the places it takes and gives back, and that a refusal writes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import Actor, Engine, Refusal
from engine.case.command import Fire
from engine.case.time.instants import to_text
from engine.clock import SetClock
from engine.service.cases.transaction import Transaction, UnknownCase
from engine.service.cases.work import LostRace, due_timers
from tests.conftest import START
from tests.steps import done, in_panel, in_placement

CLERK = Actor("cleo", frozenset({"equipment-loan/clerk"}))


def lathe(engine: Engine) -> int:
    """A loan of the only lathe that could be accepted."""
    case = done(engine.open_case("equipment-loan", CLERK, {"club": "Hobby", "item": "lathe"})).id
    done(engine.add_document(case, "id_card", b"card", CLERK))
    return case


def accept(engine: Engine) -> Fire:
    return Fire("accept", CLERK, engine.clock.now(), {"deposit": 50, "due_back": "2023-12-01"})


def test_a_case_is_held_once_and_one_that_is_not_there_is_told(engine: Engine) -> None:
    case = in_panel(engine).id

    def work(tx: Transaction) -> None:
        assert tx.hold(case) is tx.hold(case)
        with pytest.raises(UnknownCase) as missing:
            tx.hold(9999)
        with pytest.raises(UnknownCase) as hidden:
            tx.hold_for(case, Actor("pat", frozenset({"hbep-referral/school"}), "Elsewhere"))
        assert str(hidden.value).replace(str(case), "9999") == str(missing.value)
        with pytest.raises(UnknownCase):
            tx.hold_for(case, CLERK)

    engine.site.write(work)


def test_steps_are_written_together_or_not_at_all(engine: Engine) -> None:
    first, second = lathe(engine), lathe(engine)
    before = [engine.case(one).version for one in (first, second)]

    def work(tx: Transaction) -> Refusal | None:
        assert tx.do(tx.hold(first), accept(engine)) is None
        return tx.do(tx.hold(second), Fire("settle", CLERK, tx.now))  # decided, and not written

    assert isinstance(engine.site.write(work), Refusal)
    assert [engine.case(one).version for one in (first, second)] == before
    assert engine.free_places("equipment-loan")["lathe"] == 1


def test_a_place_that_one_step_took_is_not_free_for_the_next(engine: Engine) -> None:
    cases = [lathe(engine), lathe(engine)]

    def work(tx: Transaction) -> list[int]:
        free = []
        for case in cases:
            free.append(tx.free("equipment-loan")["lathe"])
            assert tx.do(tx.hold(case), accept(engine)) is None
        tx.write()
        return free

    assert engine.site.write(work) == [1, 0]
    assert [engine.case(one).state for one in cases] == ["lent.out", "queue"]
    assert engine.verify().findings == ()


def test_a_place_that_comes_free_is_offered_in_the_same_transaction(engine: Engine) -> None:
    cases = [lathe(engine), lathe(engine)]
    for case in cases:
        done(engine.fire(case, "accept", CLERK, {"deposit": 50, "due_back": "2023-12-01"}))

    def work(tx: Transaction) -> None:
        assert tx.do(tx.hold(cases[0]), Fire("bring_back", CLERK, tx.now, {"damaged": False})) is None
        tx.write()

    engine.site.write(work)
    assert [engine.case(one).state for one in cases] == ["closed", "lent.out"]
    assert engine.free_places("equipment-loan")["lathe"] == 0


def test_a_place_that_somebody_else_took_meanwhile_is_a_lost_race(engine: Engine) -> None:
    cases = [lathe(engine), lathe(engine)]
    with engine.database.writing() as connection:
        tx = Transaction(connection, engine.site.catalogue, engine.clock.now())
        for case in cases:
            tx.free("equipment-loan")["lathe"] = 1  # as read before the other one took it
            assert tx.do(tx.hold(case), accept(engine)) is None
        with pytest.raises(LostRace):
            tx.write()
        connection.rollback()
    assert [engine.case(one).state for one in cases] == ["requested", "requested"]


def test_timers_that_are_due_fire_at_their_own_time_and_to_the_instant(engine: Engine, clock: SetClock) -> None:
    case = in_placement(engine)
    due = min(one.due for one in case.timers)
    clock.set(START + timedelta(days=300))

    def work(tx: Transaction) -> tuple[int, list[str]]:
        held = tx.hold(case.id)
        tx.catch_up(held, due - timedelta(microseconds=1))
        before = len(held.entries)
        tx.catch_up(held, due)
        at = [one.at for one in held.entries if one.kind == "timer"]
        tx.write()
        return before, at

    before, at = engine.site.write(work)
    assert before == 0
    assert set(at) == {to_text(due)}
    _, snapshot = engine.seen(case.id, None)
    assert due_timers(snapshot, to_text(due)) == []
    later = due_timers(snapshot, to_text(due + timedelta(days=400)))
    assert later == sorted(later)


def test_the_earliest_timer_that_was_set_is_remembered(engine: Engine) -> None:
    case = lathe(engine)

    def work(tx: Transaction) -> tuple[str | None, str | None]:
        none = tx.earliest
        assert tx.do(tx.hold(case), accept(engine)) is None
        tx.write()
        return none, tx.earliest

    none, earliest = engine.site.write(work)
    found = min(one.due for one in engine.case(case).timers)
    assert (none, earliest) == (None, to_text(found))
