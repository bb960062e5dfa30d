"""Places through the store: who has one, who gets the next, and what is counted, whatever way a case goes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.case.command import Actor
from engine.case.refusal import Code
from engine.clock import SetClock
from engine.service import Case, Engine
from engine.store.lists.places import give_back_place, take_place, taken
from tests.conftest import START
from tests.steps import done, refusal

BEDS = """
process: beds
version: "1"
title: Beds
effective_from: 2023-01-01
initial: [ward, theatre]
roles: {nurse: {title: Nurse}}
fields: {well: {title: Well, type: yes_no}}
tasks: {look: {title: Look, role: nurse}}
places: {bed: {title: Bed, capacity: 1}, table: {title: Table, capacity: 4}}
states:
  ward:
    owner: nurse
    deadline: {within: 1 year, raise: look}
    holds: {place: bed, otherwise: queue}
    timers: {out: {after: 2 days, send: step_out}}
    initial: first
    events:
      step_out: {title: Step out, to: lobby}
      turn: {title: Turn, to: ward}
      move: {title: Move, to: annex}
    states: {first: {}, second: {}}
  annex:
    owner: nurse
    deadline: {within: 1 year, raise: look}
    holds: {place: bed}
    events: {back: {title: Back, to: ward.second}}
  lobby:
    owner: nurse
    deadline: {within: 1 year, raise: look}
    events:
      squeeze_in: {title: Squeeze in, to: annex}
      come_in: {title: Come in, to: ward}
      go_home: {title: Go home, needs: [{check: well == true, say: Not well yet.}], to: home}
  queue:
    owner: nurse
    deadline: {within: 1 year, raise: look}
    events: {place_offered: {title: Offered, by: [], to: ward}}
  theatre:
    owner: nurse
    deadline: {within: 1 year, raise: look}
    holds: {place: table}
    initial: coming
    events: {go_home: {title: Go home, to: home}}
    states:
      coming: {events: {lie_down: {title: Lie down, to: lying}}}
      lying:
        holds: {place: table, taken_in: theatre.lying.asleep}
        initial: awake
        states: {awake: {events: {sleep: {title: Sleep, to: asleep}}}, asleep: {}}
  home: {final: true}
"""


@pytest.fixture
def beds(engine: Engine) -> Engine:
    engine.publish(BEDS)
    return engine


def two(beds: Engine) -> tuple[Case, Case]:
    """One in the only bed, one that waits for it."""
    lies, waits = (done(beds.open_case("beds", "nurse")) for _ in range(2))
    assert (lies.places, waits.waiting_for) == (("bed",), "bed")
    return lies, waits


@pytest.mark.parametrize("events", [["turn"], ["move"], ["move", "back"], ["turn", "move", "back", "turn"]])
def test_a_case_that_goes_where_it_needs_the_same_kind_keeps_its_own(beds: Engine, events: list[str]) -> None:
    lies, waits = two(beds)
    for event in events:
        assert done(beds.fire(lies.id, event, "nurse")).places == ("bed",)
    assert beds.case(waits.id).version == 1
    assert beds.free_places("beds") == {"bed": 0, "table": 4}
    assert beds.verify().findings == ()


def test_a_place_given_back_while_nobody_looked_goes_to_the_one_that_waits(beds: Engine, clock: SetClock) -> None:
    lies, waits = two(beds)
    clock.set(START + timedelta(days=3))
    came = done(beds.fire(lies.id, "come_in", "nurse"))
    assert (came.state, came.waiting_for, came.places) == ("queue", "bed", ())
    offered = beds.case(waits.id)
    assert (offered.state, offered.since) == ("ward.first", START + timedelta(days=2))
    assert beds.verify().findings == ()


def test_a_refusal_takes_back_what_came_to_pass_on_the_way_to_it(beds: Engine, clock: SetClock) -> None:
    lies, waits = two(beds)
    clock.set(START + timedelta(days=3))
    assert refusal(beds.fire(lies.id, "go_home", "nurse")).code == "requirement"
    assert (beds.case(lies.id).version, beds.case(waits.id).version) == (1, 1)
    beds.run_due()
    assert (beds.case(lies.id).state, beds.case(waits.id).state) == ("lobby", "ward.first")
    assert beds.verify().findings == ()


def test_what_could_happen_is_what_then_happens_where_a_place_came_free(beds: Engine, clock: SetClock) -> None:
    """Its timer gives the bed back before; the one that waits gets it, and nobody looked meanwhile."""
    lies, waits = two(beds)
    assert beds.check_event(waits.id, "place_offered", "nurse", {}) is not None
    clock.set(START + timedelta(days=3))
    tried = beds.check_event(lies.id, "squeeze_in", "nurse", {})
    assert [one.state for one in map(beds.case, (lies.id, waits.id))] == ["ward.first", "queue"], "nothing is written"
    assert [len(beds.history(one.id)) for one in (lies, waits)] == [1, 1]
    happened = refusal(beds.fire(lies.id, "squeeze_in", "nurse"))
    assert tried == happened
    assert happened.code == Code.NO_PLACE
    assert beds.run_due().fired == 1
    assert beds.case(waits.id).state == "ward.first"
    assert beds.check_event(lies.id, "squeeze_in", "nurse", {}) == happened
    assert beds.verify().findings == ()


def test_figures_count_each_hold_for_itself(beds: Engine) -> None:
    case = done(beds.open_case("beds", "nurse", state="theatre"))
    done(beds.fire(case.id, "lie_down", "nurse"))
    nurse = Actor("nurse", frozenset({"nurse"}))

    def figures() -> tuple[int, int, int]:
        _, table = beds.places.figures(beds.process("beds"), nurse)
        return table.taken, table.held, table.free

    assert figures() == (1, 1, 2)
    done(beds.fire(case.id, "sleep", "nurse"))
    assert figures() == (2, 0, 2)
    done(beds.fire(case.id, "go_home", "nurse"))
    assert figures() == (0, 0, 4)


def test_the_store_itself_takes_no_place_more_than_there_are(engine: Engine) -> None:
    """Where two take the last one at once, both have been told before that it is free: this decides."""
    with engine.database.writing() as connection:
        took = [take_place(connection, "beds", "bed", count, 3) for count in (2, 2, 1, 1)]
        assert took == [True, False, True, False]
        assert taken(connection, "beds") == {"bed": 3}
        give_back_place(connection, "beds", "bed", 2)
        assert [take_place(connection, "beds", "bed", count, 3) for count in (3, 2)] == [False, True]
        assert not take_place(connection, "beds", "bed", 1, 2)  # fewer are offered than before
        assert taken(connection, "beds") == {"bed": 3}
