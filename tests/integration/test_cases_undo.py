"""What was done last is taken back, on both databases: places, figures, mails and hooks follow, and both stay."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine import Engine
from engine.case.command import Actor
from engine.case.refusal import Code
from engine.clock import SetClock
from engine.service.cases.transaction import UnknownCase
from engine.service.cases.undo import Outlook
from engine.store.keys import Keys, new_key
from tests.integration.test_retention import REOPENED, at, closed, due, refused
from tests.steps import done

START = datetime(2024, 1, 8, 9, tzinfo=UTC)
BENCH = """
process: bench
version: "1"
title: Bench
effective_from: 2023-01-01
initial: desk
roles: {clerk: {title: Clerk}, boss: {title: Boss}}
places: {bench: {title: Bench, capacity: 1}}
tasks:
  look: {title: Look, role: clerk, due: 1 day, done_by: [start], escalate: {after: 1 day, to: boss}}
  chase: {title: Chase, role: clerk}
states:
  desk:
    owner: clerk
    deadline: {within: 1 year, raise: chase}
    raise: look
    events: {start: {title: Start, done: Started, undo: {by: [clerk], within: 1 week}, to: work}}
  line:
    owner: clerk
    deadline: {within: 1 year, raise: chase}
    events: {place_offered: {title: Offered, by: [], to: work}}
  work:
    owner: clerk
    holds: {place: bench, otherwise: line}
    deadline: {within: 1 year, raise: chase}
    timers: {inspect: {every: 2 days, raise: chase}}
    events: {finish: {title: Finish, undo: {by: [clerk], reopens: true}, to: over}}
  over: {final: true, outcome: Finished}
"""
CLERK = "jo:bench/clerk"


@pytest.fixture
def bench(url: str, tmp_path: Path) -> Iterator[Engine]:
    engine = Engine(url, documents=tmp_path / "documents", clock=SetClock(START), keys=Keys(new_key()))
    engine.publish(BENCH)
    yield engine
    engine.close()


@pytest.fixture
def yard(url: str) -> Iterator[Engine]:
    engine = Engine(url, clock=SetClock(datetime(2010, 5, 1, 12, tzinfo=UTC)))
    engine.publish(REOPENED)
    yield engine
    engine.close()


def later(engine: Engine, days: float) -> None:
    assert isinstance(engine.clock, SetClock)
    engine.clock.set(START + timedelta(days=days))
    engine.run_due()


def emails(engine: Engine) -> list[str]:
    return [json.loads(one.body)["text"] for one in engine.outbox.messages() if one.kind == "email"]


def test_an_end_that_was_chosen_by_mistake_is_taken_back_with_all_that_hung_on_it(yard: Engine) -> None:
    number = closed(yard)
    at(yard, 2012, 1, 1)
    assert set(due(yard)) == set()
    at(yard, 2022, 1, 1)
    assert set(due(yard)) == {number}
    yard.retain(number, "asked", "Kept long enough", "kim:keeper")
    case = done(yard.undo(number, " It was another boat ", "hal:hand", entry=2))
    assert (case.state, case.outcome, case.data["owner"]) == ("open", "", "Ada Fenwick")
    assert (due(yard), yard.seen(number, None)[1].retained) == ({}, "released")
    assert [one.id for one in yard.cases(search="fenwick").items] == [number]
    assert yard.cases(search="hill").items == ()
    steps = yard.report(number).history
    assert [one.what for one in steps][1:4] == ["Close: done", "Erasure asked for", "Taken back: Close: done (entry 2)"]
    assert ("Taken back", "by entry 4") in steps[1].lines
    assert ("Reason", "It was another boat") in steps[3].lines
    # What came due meanwhile did come: the deadline of ten years had passed.
    assert [one.task for one in case.tasks] == ["look"]
    assert yard.verify().findings == ()
    # And it ends again, and is kept from then on.
    done(yard.fire(number, "close", "hand", {"owner": "Ada"}))
    at(yard, 2060, 1, 1)
    yard.retain(number, "asked", "Kept long enough", "kim:keeper")
    yard.erase(number, "lou:clerk")
    assert {one.note.get("reason", "") for one in yard.history(number)} == {""}
    assert refused(yard.undo(number, "Why", "hal:hand")).code is Code.ENDED
    assert yard.verify().findings == ()


def test_a_place_is_taken_again_if_it_is_free_and_given_to_who_waits_else(bench: Engine) -> None:
    first, second = (done(bench.open_case("bench", CLERK)).id for _ in range(2))
    done(bench.fire(first, "start", CLERK))
    done(bench.fire(second, "start", CLERK))
    assert (bench.case(second).state, bench.free_places("bench")) == ("line", {"bench": 0})
    done(bench.undo(first, "The wrong one", CLERK))
    # Who waits is offered what came free, and the first cannot have it again by taking nothing back.
    assert (bench.case(first).state, bench.case(second).state) == ("desk", "work")
    done(bench.fire(second, "finish", CLERK))
    done(bench.fire(first, "start", CLERK))
    found = refused(bench.undo(second, "Not finished", CLERK))
    assert (found.code, found.missing) == (Code.NO_PLACE, ("bench",))
    done(bench.undo(first, "The wrong one", CLERK))
    assert done(bench.undo(second, "Not finished", CLERK)).places == ("bench",)
    assert bench.free_places("bench") == {"bench": 0}
    assert bench.verify().findings == ()


def test_who_was_told_of_what_is_taken_back_is_told_that_it_was(bench: Engine) -> None:
    bench.people.add("max", "Max", ["bench/boss"], None, "max@example.org")
    hook, _ = bench.outbox.add_hook("https://example.org/hook", by="ada:administrator")
    number = done(bench.open_case("bench", CLERK)).id
    later(bench, 1.5)
    done(bench.fire(number, "start", CLERK))
    later(bench, 6)
    assert emails(bench) == []
    case = done(bench.undo(number, "The wrong one", CLERK))
    # The escalation would have come meanwhile: it comes now, and it is told once.
    assert [(one.task, one.escalated) for one in case.tasks] == [("look", "boss")]
    assert len(emails(bench)) == 1
    bodies = [json.loads(one.body) for one in bench.outbox.messages() if one.kind == "webhook"]
    steps = [step for body in sorted(bodies, key=lambda one: one["version"]) for step in body["steps"]]
    assert [one["undoes"] for one in steps if "undoes" in one] == [2]
    assert hook


def test_an_escalation_that_goes_with_it_is_told_as_gone_and_none_is_told_twice(bench: Engine) -> None:
    bench.people.add("max", "Max", ["bench/boss"], None, "max@example.org")
    text = BENCH.replace(
        "tasks:", "tasks:\n  dust: {title: Dust, role: clerk, due: 1 hour, escalate: {after: 1 hour, to: boss}}"
    )
    text = text.replace('version: "1"', 'version: "2"').replace("timers: {inspect", "raise: dust\n    timers: {inspect")
    bench.publish(text)
    number = done(bench.open_case("bench", CLERK)).id
    later(bench, 3)
    assert len(emails(bench)) == 1
    done(bench.fire(number, "start", CLERK))
    later(bench, 4)
    assert len(emails(bench)) == 2
    done(bench.undo(number, "The wrong one", CLERK))
    assert emails(bench)[0].endswith("Dust” of case 1 is not yours any more: what led to it was taken back.")
    assert len(emails(bench)) == 3


def test_it_is_done_once_by_whoever_saw_what_they_take_back(bench: Engine) -> None:
    number = done(bench.open_case("bench", CLERK)).id
    done(bench.fire(number, "start", CLERK))
    asked = {"entry": 2, "idempotency_key": "k"}
    assert refused(bench.undo(number, "Why", CLERK, expected_version=1)).code is Code.CHANGED
    for _ in range(2):
        assert done(bench.undo(number, "Why", CLERK, **asked)).version == 3  # type: ignore[arg-type]
    assert refused(bench.undo(number, "Why", CLERK)).code is Code.NOT_ALLOWED
    assert bench.undos.was_done(number, 2, Actor.of(CLERK))
    assert not bench.undos.was_done(number, 2, Actor.of("sue:bench/clerk"))
    assert not bench.undos.was_done(number, 1, Actor.of(CLERK))
    with pytest.raises(UnknownCase):
        bench.undo(number, "Why", Actor("x", frozenset({"other/clerk"})))
    assert [one.kind for one in bench.history(number)] == ["opened", "event", "undo"]


def test_what_it_comes_to_is_told_before_and_nothing_is_written(bench: Engine) -> None:
    number = done(bench.open_case("bench", CLERK)).id
    assert bench.undos.undoable(number, Actor.of(CLERK)) is None
    done(bench.fire(number, "start", CLERK))
    later(bench, 3)
    found = bench.undos.undoable(number, Actor.of(CLERK))
    assert found is not None
    assert (found.entry, found.step.what) == (2, "Started")
    assert bench.undos.undoable(number, Actor.of("max:bench/boss")) is None
    outlook = bench.undos.outlook(number, 2, "Why", Actor.of(CLERK))
    assert isinstance(outlook, Outlook)
    assert (outlook.case.state, outlook.was.state) == ("desk", "work")
    assert [one.task for one in outlook.raised] == ["look"]
    assert [one.task for one in outlook.dropped] == ["chase"]
    assert (outlook.given_back, outlook.taken) == (("Bench",), ())
    assert [one.timer for one in outlook.dates] == ["desk/deadline"]
    assert refused(bench.undos.outlook(number, 2, "", Actor.of(CLERK))).code is Code.FORM
    assert bench.case(number).version == 3
    later(bench, 8)
    assert bench.undos.undoable(number, Actor.of(CLERK)) is None
    assert "until 15 January 2024 at 09:00" in refused(bench.undo(number, "Why", CLERK)).message
