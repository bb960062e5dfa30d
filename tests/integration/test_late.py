"""What happened before the last entry is written down as of its own day: what the engine did since is decided again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import Engine
from engine.authoring.scenarios import let_time_pass
from engine.case.command import Actor
from engine.case.refusal import Code, Refusal
from engine.case.snapshot import Snapshot, replay
from engine.clock import SetClock
from engine.process.rows import is_series
from engine.store.keys import Keys, new_key
from tests.drawn import processes
from tests.integration.test_retention import refused
from tests.steps import done
from tests.walking.steps import forms
from tests.workshop import CALENDAR_TEXT

START = datetime(2024, 1, 5, 9, tzinfo=UTC)  # a Friday
VISITS = """
process: visits
version: "1"
title: Visits
effective_from: 2023-01-01
initial: out
roles: {clerk: {title: Clerk}, boss: {title: Boss}}
places: {bench: {title: Bench, capacity: 1}}
documents: {paper: {title: Paper}}
tasks:
  hold: {title: Hold the review, role: clerk, due: 1 day, done_by: [review], escalate: {after: 1 day, to: boss}}
  ring: {title: Ring, role: clerk}
states:
  out:
    owner: clerk
    deadline: {within: 1 year, raise: ring}
    timers: {review_due: {after: 3 days, raise: hold}, gone: {after: 5 weeks, send: lapse}}
    events:
      review: {title: Hold the review, done: Review held, to: out, undo: clerk}
      seat: {title: Seat, to: seated}
      lapse: {title: Lapse, by: [], to: over}
  seated:
    owner: clerk
    deadline: {within: 1 year, raise: ring}
    holds: {place: bench}
    timers: {up: {after: 1 day, send: rise}}
    events: {rise: {title: Rise, to: out}, sign: {title: Sign, to: seated}}
  over: {final: true, outcome: Lapsed}
"""
CLERK = "jo:visits/clerk"


@pytest.fixture
def visits(url: str, tmp_path: Path) -> Iterator[Engine]:
    engine = Engine(url, documents=tmp_path / "documents", clock=SetClock(START), keys=Keys(new_key()))
    engine.publish(VISITS)
    yield engine
    engine.close()


def later(engine: Engine, days: float) -> None:
    assert isinstance(engine.clock, SetClock)
    let_time_pass(engine, engine.clock, day(days))


def day(days: float) -> datetime:
    return START + timedelta(days=days)


def but(case: Snapshot) -> Snapshot:
    """A case without the numbers of its entries."""
    data = {
        name: [{**row, "entry": 0} for row in value] if is_series(value) else value for name, value in case.data.items()
    }
    return replace(case, seq=0, undone=[], data=data)


def test_a_task_that_would_not_have_been_raised_is_closed_and_the_next_counts_from_that_day(visits: Engine) -> None:
    visits.people.add("max", "Max", ["visits/boss"], None, "max@example.org")
    number = done(visits.open_case("visits", CLERK)).id
    later(visits, 5.5)
    assert [(one.task, one.escalated) for one in visits.case(number).tasks] == [("hold", "boss")]
    case = done(visits.fire(number, "review", CLERK, at=day(2)))
    assert [(one.task, one.raised) for one in case.tasks] == [("hold", day(5))]
    due = {one.timer: one.due for one in case.timers}
    assert due["out/gone"] == day(2 + 35)
    history = visits.history(number)
    assert [one.kind for one in history] == ["opened", "timer", "timer", "late", "event", "timer"]
    late, event, timer = history[-3:]
    assert (late.note["undoes"], late.closed, late.by) == (2, {"hold": "cancelled"}, "jo")
    assert (event.at[:10], event.recorded[:10], timer.at[:10]) == ("2024-01-07", "2024-01-10", "2024-01-10")
    steps = visits.report(number).history
    assert steps[3].what == "What came by itself since 7 January 2024 is decided again (from entry 2 on)"
    assert ("Recorded", "on 10 January 2024 for 7 January 2024") in steps[4].lines
    assert ("Taken back", "by entry 4") in steps[1].lines
    # Who was told of the escalation is told that it stands no more, and not of it again when it would come again.
    texts = [json.loads(one.body)["text"] for one in visits.outbox.messages() if one.kind == "email"]
    assert ["any more" in one for one in texts] == [True, False]
    assert visits.verify().findings == ()
    assert replay(history) == visits.seen(number, None)[1]


def test_an_end_that_came_by_itself_is_decided_again_and_a_task_or_document_may_be_late_too(visits: Engine) -> None:
    number = done(visits.open_case("visits", CLERK)).id
    later(visits, 40)
    assert visits.case(number).outcome == "Lapsed"
    case = done(visits.fire(number, "review", CLERK, at=day(10)))
    assert (case.outcome, [one.task for one in case.tasks]) == ("", ["hold"])
    later(visits, 41)
    found = refused(visits.complete_task(number, "ring", CLERK, at=day(20)))
    assert found.code is Code.NO_SUCH_EVENT
    assert done(visits.add_document(number, "paper", b"x", CLERK, at=day(20))).documents[0].at == day(20)
    assert visits.verify().findings == ()
    later(visits, 60)
    assert visits.case(number).outcome == "Lapsed"


def test_what_somebody_did_since_is_named(visits: Engine) -> None:
    number = done(visits.open_case("visits", CLERK)).id
    later(visits, 4)
    done(visits.add_document(number, "paper", b"x", "sue:visits/clerk"))
    later(visits, 5.5)
    added = "the document Paper was added on 9 January 2024 at 09:00."
    said = f"Before the last entry of this case nothing is recorded: {added}"
    for event in ("review", "seat"):
        found = refused(visits.fire(number, event, CLERK, at=day(2)))
        assert (found.code, found.fields) == (Code.FORM, {"at": said})
        assert visits.check_event(number, event, CLERK, {}, at=day(2)) == found
    assert visits.case(number).version == 4
    # What came before what they did is as it was; what came after it is decided again.
    assert done(visits.fire(number, "review", CLERK, at=day(4.5))).version > 4
    assert refused(visits.fire(number, "review", CLERK, at=day(-1))).fields.keys() == {"at"}
    assert refused(visits.fire(number, "review", CLERK, at=day(9))).fields == {"at": "The time lies in the future."}


def test_a_place_is_looked_at_now(visits: Engine) -> None:
    first, second = (done(visits.open_case("visits", CLERK)).id for _ in range(2))
    done(visits.fire(first, "seat", CLERK))
    later(visits, 2)
    done(visits.fire(second, "seat", CLERK))
    found = refused(visits.fire(first, "sign", CLERK, at=day(0.5)))
    assert (found.code, found.message) == (Code.NO_PLACE, "The case held a Bench then, and none is free now.")
    later(visits, 4)
    assert done(visits.fire(first, "sign", CLERK, at=day(0.5))).state == "out"
    assert visits.free_places("visits") == {"bench": 1}
    assert visits.verify().findings == ()


def test_a_late_step_is_taken_back_like_any_other(visits: Engine) -> None:
    number = done(visits.open_case("visits", CLERK)).id
    later(visits, 5.5)
    before = visits.seen(number, None)[1]
    done(visits.fire(number, "review", CLERK, at=day(2), idempotency_key="k"))
    assert done(visits.fire(number, "review", CLERK, at=day(2), idempotency_key="k")).version == 6
    done(visits.undo(number, "Nobody came", CLERK))
    assert but(visits.seen(number, None)[1]) == but(before)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=processes(), data=st.data())
def test_it_comes_to_what_it_would_have_come_to_in_time(text: str, data: st.DataObject) -> None:
    """A case that is alone, to which one thing happened that is written down in time, or late."""
    wait, since = data.draw(st.sampled_from([1, 30, 60])), data.draw(st.sampled_from([1, 40, 100, 200]))
    answers, choice = data.draw(forms()), data.draw(st.integers(0, 99))
    told = []
    for is_late in (False, True):
        clock = SetClock(datetime(2023, 9, 11, 8, tzinfo=UTC))
        engine = Engine(clock=clock)
        engine.publish(text, CALENDAR_TEXT)
        opened = engine.open_case("drawn", "clerk")
        if isinstance(opened, Refusal):
            engine.close()
            return
        let_time_pass(engine, clock, clock.now() + timedelta(hours=wait))
        moment, known = clock.now(), engine.seen(opened.id, None)[1]
        events = engine.process("drawn").events_in(known.state)
        names = sorted(name for name, event in events.items() if event.by != frozenset() and name != "book")
        if not names:
            engine.close()
            return
        name = names[choice % len(names)]
        given = {one: value for one, value in answers.items() if one in events[name].form}
        if is_late:
            let_time_pass(engine, clock, moment + timedelta(hours=since))
        result = engine.fire(opened.id, name, Actor.of("clerk"), given, at=moment)
        let_time_pass(engine, clock, moment + timedelta(hours=since))
        engine.run_due()
        told.append(result if isinstance(result, Refusal) else but(engine.seen(opened.id, None)[1]))
        assert engine.verify().findings == ()
        engine.close()
    in_time, late = told
    if not isinstance(late, Refusal):
        assert late == in_time
