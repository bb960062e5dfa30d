"""Timers that are due: in order, each once, after an outage, beside others."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from engine import Engine
from engine.case.time.instants import to_text
from engine.clock import SetClock
from engine.service.cases import due as due_room
from engine.service.cases import timers as timers_room
from engine.service.cases.transaction import Transaction
from engine.store.tables import timers
from tests.conftest import START
from tests.steps import PUPIL, REVIEW, done, in_placement, offered, visits_by_half_terms


@pytest.fixture(autouse=True)
def repeated(engine: Engine) -> None:
    """A version in which visits come again and again: what is missed, and when the next one comes."""
    visits_by_half_terms(engine)


def fired(engine: Engine, case: int) -> list[tuple[str, str]]:
    return [(entry.at[:10], entry.event) for entry in engine.history(case) if entry.kind == "timer"]


def test_after_a_week_without_scheduler_all_fire_in_order_of_their_time(engine: Engine, clock: SetClock) -> None:
    cases = [in_placement(engine).id]
    for days in (1, 2):
        clock.set(START + timedelta(days=days))
        cases.append(in_placement(engine).id)
    clock.set(START + timedelta(weeks=6))
    seen: list[tuple[int, int]] = []
    ran = engine.run_due(progress=lambda done_, total: seen.append((done_, total)))
    assert (ran.fired, ran.failed) == (6, ())
    assert seen[-1] == (6, 6)
    for number, days in zip(cases, (0, 1, 2), strict=True):
        due = (START + timedelta(weeks=5, days=days)).date().isoformat()
        assert fired(engine, number) == [(due, "programme.placement/review_due"), ("2023-10-23", "programme/visit_due")]
    with engine.database.reading() as connection:
        left = connection.execute(timers.select()).all()
    assert all(row.due > "2023-10-23T08" for row in left)
    assert engine.verify().findings == ()
    assert engine.run_due().fired == 0


def test_what_was_missed_for_weeks_is_caught_up_in_short_transactions(
    engine: Engine, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Timers that set the next one within the outage: others may write in between."""
    engine.publish(SMALL.replace("after: 1 day, send: turn", "after: 1 hour, send: turn"))
    cases = [done(engine.open_case("small", "clerk")).id for _ in range(2)]
    clock.set(START + timedelta(days=1, minutes=1))
    batches, plain = list[int](), timers_room.fire_batch
    monkeypatch.setattr(timers_room, "fire_batch", lambda *given: (batches.append(plain(*given)), batches[-1])[1])
    assert engine.run_due(batch=10).fired == 48
    assert batches == [10, 10, 10, 10, 8, 0]
    for case in cases:
        times = [entry.at for entry in engine.history(case) if entry.kind == "timer"]
        assert times == [to_text(START + timedelta(hours=hour)) for hour in range(1, 25)]
    assert engine.verify().findings == ()


def test_what_is_set_anew_waits_for_what_the_next_batch_holds(
    engine: Engine, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first timer stops the second one of its batch, and sets one that is due after that of another case."""
    engine.publish(SMALL.replace("after: 1 day, send: turn", "after: 36 hours, send: turn"))
    first = done(engine.open_case("small", "clerk")).id
    clock.set(START + timedelta(days=1))
    second = done(engine.open_case("small", "clerk")).id
    clock.set(START + timedelta(days=3, minutes=1))
    order, plain = list[tuple[int, str]](), due_room._fire_one

    def fire_one(tx: Transaction, case: int, due: str, key: str) -> bool:
        fires = plain(tx, case, due, key)
        order.extend([(case, due)] if fires else [])
        return fires

    monkeypatch.setattr(due_room, "_fire_one", fire_one)
    assert engine.run_due(batch=2).fired == 3
    hours = [(first, 36), (second, 60), (first, 72)]
    assert order == [(case, to_text(START + timedelta(hours=many))) for case, many in hours]


def test_a_missed_repetition_fires_once_or_each_time_as_the_process_says(engine: Engine, clock: SetClock) -> None:
    placed = in_placement(engine)
    lent = done(engine.open_case("equipment-loan", "clerk", {"club": "Hobby", "item": "saw"}))
    done(engine.add_document(lent.id, "id_card", b"x", "clerk"))
    done(engine.fire(lent.id, "accept", "clerk", {"deposit": 60, "due_back": "2023-09-12"}))
    clock.set(datetime(2024, 2, 1, tzinfo=UTC))
    engine.run_due()
    visits = [at for at, key in fired(engine, placed.id) if key == "programme/visit_due"]
    assert visits == ["2023-10-23"]
    reminders = [at for at, key in fired(engine, lent.id) if key == "lent.late/reminder"]
    assert reminders[:3] == ["2023-09-19", "2023-09-26", "2023-10-03"]
    assert len(reminders) == 20
    due = {timer.timer: timer.due.date().isoformat() for timer in engine.case(placed.id).timers}
    assert due["programme/visit_due"] == "2024-02-19"


def test_overdue_reviews_are_raised_escalated_and_closed_by_holding_the_review(engine: Engine, clock: SetClock) -> None:
    case = in_placement(engine).id
    steps = [
        (5, 0, ["hold_review"]),
        (6, 6, ["hold_review", "school_visit"]),
        (7, 0, ["hold_review", "overdue_review", "school_visit"]),
    ]
    for weeks, days, expected in steps:
        clock.set(START + timedelta(weeks=weeks, days=days, hours=1))
        engine.run_due()
        assert sorted(task.task for task in engine.case(case).tasks) == sorted(expected)
    clock.set(START + timedelta(weeks=8, hours=1))
    engine.run_due()
    [escalated] = engine.tasks(roles=("manager",)).items
    assert (escalated.case, escalated.task, escalated.escalated) == (case, "overdue_review", "manager")
    held = done(engine.fire(case, "hold_review", "coordinator", REVIEW))
    assert [task.task for task in held.tasks] == ["school_visit"]
    assert engine.tasks(roles=("manager",)).items == ()


def test_a_second_scheduler_on_the_same_database_does_no_harm(engine: Engine, url: str, clock: SetClock) -> None:
    cases = [in_placement(engine).id for _ in range(12)]
    clock.set(START + timedelta(weeks=9))
    others = [Engine(url, clock=clock, documents=engine.documents) for _ in range(2)]
    threads = [threading.Thread(target=other.run_due, kwargs={"batch": 3}) for other in others]
    for thread in threads:
        thread.start()
    engine.run_due(batch=2)
    for thread in threads:
        thread.join()
    for other in others:
        other.close()
    assert engine.run_due().fired == 0
    for case in cases:
        keys = [key for _, key in fired(engine, case)]
        assert sorted(keys) == sorted(set(keys))
        assert [at for at, _ in fired(engine, case)] == sorted(at for at, _ in fired(engine, case))
        assert len(keys) == 4
    assert engine.verify().findings == ()


def test_a_case_that_cannot_be_decided_does_not_keep_the_others_from_their_timers(
    engine: Engine, clock: SetClock
) -> None:
    bad, good = in_placement(engine).id, in_placement(engine).id
    with engine.database.writing() as connection:
        connection.execute(
            text("UPDATE cases SET snapshot = replace(snapshot, 'repeated', '9') WHERE id = :id"), {"id": bad}
        )
    clock.set(START + timedelta(weeks=5))
    ran = engine.run_due()
    assert (ran.fired, ran.failed) == (1, ((bad, "UnknownProcess"),))
    assert [task.task for task in engine.case(good).tasks] == ["hold_review"]


def test_a_case_that_cannot_be_decided_keeps_nobody_from_a_place_nor_from_their_timers(
    engine: Engine, clock: SetClock
) -> None:
    other = small(engine)
    inside, bad, good = (done(engine.open_case("small", "clerk")).id for _ in range(3))
    for case in (inside, bad, good):
        done(engine.fire(case, "enter", "clerk"))
    with engine.database.writing() as connection:
        connection.execute(
            text('UPDATE cases SET snapshot = replace(snapshot, \'"version":"1"\', \'"version":"9"\') WHERE id = :id'),
            {"id": bad},
        )
    done(engine.fire(inside, "stop", "clerk"))
    assert engine.case(good).state == "inside"
    done(engine.fire(good, "stop", "clerk"))
    assert engine.free_places("small")["room"] == 1
    clock.set(START + timedelta(days=1))
    ran = engine.run_due()
    assert (ran.fired, ran.failed) == (1, ((bad, "UnknownProcess"),))
    assert fired(engine, other) == [("2023-09-12", "here/again")]


def test_a_place_that_comes_free_goes_to_the_one_that_waited_longest(engine: Engine, clock: SetClock) -> None:
    engine.close()
    small = Engine(
        str(engine.database.url.render_as_string(hide_password=False)),
        clock=clock,
        documents=engine.documents,
        capacities={"ks3": 1},
    )
    first = offered(small)
    waiting = []
    for days in (1, 2, 3):
        clock.set(START + timedelta(days=days))
        waiting.append(offered(small))
    assert [case.state for case in waiting] == ["waiting"] * 3
    done(small.fire(first.id, "withdraw", "coordinator", {"reason": "x"}))
    assert [small.case(case.id).state for case in waiting] == ["programme.admission", "waiting", "waiting"]
    done(small.fire(waiting[1].id, "withdraw", "coordinator", {"reason": "x"}))
    done(small.fire(waiting[0].id, "withdraw", "coordinator", {"reason": "x"}))
    assert [small.case(case.id).state for case in waiting] == ["withdrawn", "withdrawn", "programme.admission"]
    assert small.free_places("hbep-referral")["ks3"] == 0
    assert small.verify().findings == ()
    small.close()


def test_what_will_fire_is_told(engine: Engine) -> None:
    case = in_placement(engine).id
    told = [(timer.timer, timer.does) for timer in engine.timers(case=case)]
    assert told == [
        ("programme.placement/review_due", "raises Hold the six-weekly review"),
        ("programme/visit_due", "raises Visit the pupil this half term"),
        ("programme.placement/review_overdue", "raises Review overdue"),
        ("programme/year_11_ends", "sends End Year 11"),
        ("programme/year_10_begins", "sends Move up to Year 10"),
    ]
    assert [timer.timer for timer in engine.timers(until=datetime(2023, 10, 20, tzinfo=UTC))] == [told[0][0]]
    assert engine.next_due() == START + timedelta(weeks=5)


def test_a_listener_is_told_of_the_earliest_new_timer(engine: Engine) -> None:
    heard: list[datetime] = []
    engine.on_timer(heard.append)
    done(engine.open_case("hbep-referral", "coordinator", PUPIL))
    assert heard == [datetime(2023, 10, 9, 8, tzinfo=UTC)]


@pytest.mark.parametrize("stopped_after", [1, 2])
def test_a_run_that_is_stopped_goes_on_later(engine: Engine, clock: SetClock, stopped_after: int) -> None:
    for _ in range(4):
        in_placement(engine)
    clock.set(START + timedelta(weeks=5))
    rounds = iter(range(100))
    ran = engine.run_due(stop=lambda: next(rounds) >= stopped_after, batch=1)
    assert ran.fired == stopped_after
    assert engine.run_due().fired == 4 - stopped_after


SMALL = """
process: small
version: "1"
title: Small
effective_from: 2023-01-01
timezone: UTC
initial: here
roles: {clerk: {title: Clerk}}
fields: {blocked: {title: Blocked, type: yes_no}}
tasks: {look: {title: Look, role: clerk}}
places: {room: {title: Room, capacity: 1}}
events: {block: {title: Block, form: {blocked: required}}, stop: {title: Stop, to: over}}
states:
  here:
    owner: clerk
    timers: {again: {after: 1 day, send: turn}, later: {after: 2 days, raise: look}}
    events: {turn: {title: Turn, by: [], to: here}, enter: {title: Enter, to: inside}}
  queue:
    owner: clerk
    timers: {long: {after: 1 year, raise: look}}
    events: {place_offered: {title: Offered, by: [], to: inside}}
  inside:
    owner: clerk
    holds: {place: room, otherwise: queue}
    timers: {long: {after: 1 year, raise: look}}
  over: {final: true}
rules: [{never: within("inside") && blocked, say: Blocked.}]
"""


def small(engine: Engine) -> int:
    engine.publish(SMALL)
    return done(engine.open_case("small", "clerk")).id


def test_a_timer_that_is_set_anew_does_not_fire_at_its_old_time(engine: Engine, clock: SetClock) -> None:
    case = small(engine)
    clock.set(START + timedelta(days=3, hours=12))
    engine.run_due()
    assert [key for _, key in fired(engine, case)] == ["here/again"] * 3
    assert engine.case(case).tasks == ()
    assert engine.verify().findings == ()


def test_one_who_may_not_take_an_offered_place_does_not_keep_it_from_the_next(engine: Engine) -> None:
    holder, blocked, following = (small(engine) for _ in range(3))
    for case in (holder, blocked, following):
        done(engine.fire(case, "enter", "clerk"))
    assert done(engine.fire(blocked, "block", "clerk", {"blocked": "yes"})).state == "queue"
    done(engine.fire(holder, "stop", "clerk"))
    assert [engine.case(case).state for case in (blocked, following)] == ["queue", "inside"]
    done(engine.fire(following, "stop", "clerk"))
    assert engine.case(blocked).state == "queue"
    done(engine.fire(blocked, "block", "clerk", {"blocked": "no"}))
    engine.run_due()
    assert engine.case(blocked).state == "inside"
    assert engine.verify().findings == ()
