"""History in the store: entries of some kinds are found as `kind_of` tells them apart, whatever else is called so."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations

import pytest

from engine import Engine
from engine.case.kinds import StepKind, kind_of
from engine.clock import SetClock
from engine.store.cases import history as store
from tests.conftest import START
from tests.steps import done

KINDS = """
process: kinds
version: "1"
title: Kinds
effective_from: 2023-01-01
initial: kind
roles: {clerk: {title: Clerk}}
fields: {kind: {title: Kind, type: text}, held: {title: Held, type: text}}
documents: {event: {title: Event}}
places: {event: {title: An event, capacity: 9}, timer: {title: A timer, capacity: 9}}
tasks: {kind: {title: Kind, role: clerk}, correction: {title: Correction, role: clerk}}
keep: {by: clerk, else: 1 year}
events:
  fill: {title: Fill in, by: clerk, form: {kind: optional, held: optional}}
  task: {title: Task, by: clerk, raise: kind}
  timer: {title: Timer, by: []}
  move: {title: Move, by: clerk, to: pass}
  leave: {title: Leave, by: clerk, to: gone}
states:
  kind: {owner: clerk, holds: {place: event}, timers: {tick: {every: 1 week, send: timer}}, raise: correction}
  pass: {automatic: [{to: document}]}
  document:
    owner: clerk
    holds: {place: 'kind == "x" ? "event" : "timer"'}
    timers: {tick: {every: 1 week, send: timer}}
  gone: {final: true}
"""
CLERK = "jo:clerk"


@pytest.fixture
def case(engine: Engine) -> int:
    """A case with entries of every kind, in which much is called like one."""
    engine.publish(KINDS)
    case = done(engine.open_case("kinds", CLERK)).id
    for text in ('{"kind":"timer"}', '","kind":"document","', "event"):
        done(engine.fire(case, "fill", CLERK, {"kind": text, "held": text}))
    done(engine.fire(case, "task", CLERK))
    done(engine.complete_task(case, "correction", CLERK))
    done(engine.add_document(case, "event", b"x", CLERK, name='"kind":"timer".txt'))
    done(engine.correct(case, 4, "kind", "x", '"kind":"task"', CLERK))
    done(engine.fire(case, "move", CLERK))
    return case


def test_every_set_of_kinds_finds_just_the_entries_of_those(engine: Engine, case: int, clock: SetClock) -> None:
    clock.set(START + timedelta(days=8))
    engine.run_due()
    every = engine.history(case, CLERK)
    assert {kind_of(one) for one in every} == set(StepKind)
    last = every[-1].seq
    with engine.database.reading() as connection:
        for count in range(len(StepKind) + 1):
            for kinds in map(frozenset, combinations(StepKind, count)):
                wanted = [one.seq for one in every if not kinds or kind_of(one) in kinds]
                found = store.entries_after(connection, case, 0, 100, kinds)
                assert [one.seq for one in found] == wanted, kinds
                back = store.entries_until(connection, case, last, 100, kinds)
                assert [one.seq for one in back] == wanted[::-1]
                assert store.count_entries(connection, case, last, kinds) == len(wanted)
                assert [one.seq for one in store.entries_after(connection, case, 2, 1, kinds)] == [
                    one for one in wanted if one > 2
                ][:1]
        assert store.entries_until(connection, case + 1, last, 100) == []
        assert sorted(store.entries_named(connection, case, [2, 1, 99])) == [1, 2]


def test_places_are_found_back_to_when_they_were_taken(engine: Engine, case: int) -> None:
    moved = [one.seq for one in engine.history(case, CLERK) if one.held]
    with engine.database.reading() as connection:
        found = list(store.places_back(connection, case, 99))
        assert [seq for seq, _ in found] == moved[::-1]
        assert (found[0][1], found[-1][1]) == ({"document": "event"}, {"kind": "event"})
        assert list(store.places_back(connection, case, moved[-1] - 1)) == found[1:]
