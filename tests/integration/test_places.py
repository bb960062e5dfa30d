"""Places through the store: who has one, who gets the next, and what is counted, whatever way a case goes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.case.command import Actor
from engine.case.refusal import Code
from engine.clock import SetClock
from engine.service import Case, Engine
from engine.service.lists.places import Group
from engine.store.lists import places as place_store
from engine.store.lists.places import give_back_place, take_place, taken
from tests.conftest import START
from tests.steps import REVIEW, done, in_placement, offered, refusal

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


def test_a_place_that_a_later_version_does_not_name_is_handed_on_to_nobody(beds: Engine) -> None:
    lies, waits = two(beds)
    beds.publish(
        BEDS.replace('version: "1"', 'version: "2"')
        .replace("bed: {title: Bed, capacity: 1}, ", "")
        .replace("place: bed", "place: table")
    )
    assert done(beds.fire(lies.id, "step_out", "nurse")).places == ()
    assert beds.case(waits.id).waiting_for == "bed"
    assert beds.free_places("beds") == {"bed": 0, "table": 4}
    assert beds.verify().findings == ()


def test_who_waits_longest_by_a_clock_that_was_set_back_is_offered_first_too(beds: Engine, clock: SetClock) -> None:
    lies, waits = two(beds)
    clock.set(START - timedelta(days=2))
    waits_longer = done(beds.open_case("beds", "nurse"))
    done(beds.fire(lies.id, "step_out", "nurse"))
    assert [beds.case(one.id).places for one in (waits_longer, waits)] == [("bed",), ()]
    assert beds.case(waits_longer.id).since == START - timedelta(days=2)


def test_a_place_is_held_until_the_placement_begins(engine: Engine, referral: object) -> None:
    offered(engine)
    in_placement(engine)
    process, manager = engine.process("hbep-referral"), Actor("max", frozenset({"manager"}))
    ks3, _ = engine.places.figures(process, manager)
    assert (ks3.taken, ks3.held, ks3.free) == (1, 1, 23)
    assert [one for one in ks3.groups if one.taken + one.held] == [Group("Not known", taken=1, held=1)]
    done(engine.fire(2, "hold_review", "coordinator", REVIEW))
    assert engine.places.figures(process, manager)[0].taken == 1


MORE_BEDS = BEDS.replace('version: "1"', 'version: "2"').replace("2023-01-01", "2023-09-12")


def roomier(beds: Engine, clock: SetClock, capacity: int = 2) -> tuple[int, int]:
    """One in the lobby, and one who waits for a bed. There are more since today, and nobody has looked since."""
    comes = done(beds.open_case("beds", "nurse")).id
    done(beds.fire(comes, "step_out", "nurse"))
    _, waits = two(beds)
    beds.publish(MORE_BEDS.replace("title: Bed, capacity: 1", f"title: Bed, capacity: {capacity}"))
    clock.set(START + timedelta(days=1))
    return comes, waits.id


def test_nobody_gets_a_new_place_before_those_who_wait_for_it(beds: Engine, clock: SetClock) -> None:
    comes, waits = roomier(beds, clock)
    assert beds.check_event(comes, "come_in", "nurse", {}) is None
    assert (beds.case(waits).state, beds.free_places("beds")["bed"]) == ("queue", 1)
    done(beds.fire(comes, "come_in", "nurse"))
    assert (beds.case(waits).state, beds.case(comes).state) == ("ward.first", "queue")
    assert beds.verify().findings == ()
    beds.run_due()
    assert beds.case(comes).state == "queue"


def test_nobody_begins_with_a_new_place_before_those_who_wait_for_it(beds: Engine, clock: SetClock) -> None:
    _, waits = roomier(beds, clock)
    begins = done(beds.open_case("beds", "nurse"))
    assert (beds.case(waits).state, begins.state) == ("ward.first", "queue")
    assert beds.verify().findings == ()


def test_who_comes_gets_the_new_place_that_nobody_else_waits_for(beds: Engine, clock: SetClock) -> None:
    _, waits = roomier(beds, clock, 3)
    comes = done(beds.open_case("beds", "nurse")).id
    assert [beds.case(one).state for one in (waits, comes)] == ["ward.first", "ward.first"]
    assert beds.verify().findings == ()


def test_who_waits_and_refuses_what_is_offered_keeps_nobody_from_it(beds: Engine, clock: SetClock) -> None:
    offer, needs = "{title: Offered, by: [], to: ward}", "needs: [{check: well == true, say: Not well yet.}]"
    picky = BEDS.replace(offer, f"{{title: Offered, by: [], {needs}, to: ward}}").replace('"1"', '"1b"')
    beds.publish(picky)
    comes, waits = roomier(beds, clock)
    done(beds.fire(comes, "come_in", "nurse"))
    assert [beds.case(one).state for one in (waits, comes)] == ["queue", "ward.first"]
    assert beds.verify().findings == ()


def test_who_begins_to_wait_as_a_place_comes_free_is_asked_first(beds: Engine) -> None:
    """The other transaction had read the queue before this one stood in it: only the next look would find them."""
    lies, waits = two(beds)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(place_store, "longest_waiting", lambda *_: iter(()))
        done(beds.fire(lies.id, "step_out", "nurse"))
    assert beds.free_places("beds")["bed"] == 1
    back = done(beds.fire(lies.id, "come_in", "nurse"))
    assert (back.state, beds.case(waits.id).state) == ("queue", "ward.first")
    assert beds.verify().findings == ()


ANEW = (
    MORE_BEDS.replace("ward", "wing")
    .replace("table: {title: Table, capacity: 4}", "desk: {title: Desk, capacity: 4}")
    .replace("place: table", "place: desk")
)


def test_figures_tell_what_cases_of_earlier_versions_hold_and_wait_for(beds: Engine, clock: SetClock) -> None:
    """Their states and kinds of place may be gone in the version in force, and so may the words for them."""
    table = done(beds.open_case("beds", "nurse", state="theatre")).id
    two(beds)
    done(beds.fire(table, "lie_down", "nurse"))
    beds.publish(ANEW)
    clock.set(START + timedelta(days=1))
    told = beds.places.figures(beds.process("beds"), Actor("nurse", frozenset({"nurse"})))
    assert [(one.kind.name, one.capacity, one.taken, one.held, one.free, one.waiting) for one in told] == [
        ("bed", 1, 1, 0, 0, 1),
        ("desk", 4, 0, 0, 4, 0),
        ("table", 0, 1, 1, 0, 0),
    ]
    assert [one.by_week[0] for one in told] == [1, 0, 2]
    done(beds.fire(table, "go_home", "nurse"))
    told = beds.places.figures(beds.process("beds"), Actor("nurse", frozenset({"nurse"})))
    assert [one.kind.name for one in told] == ["bed", "desk"]
    assert beds.verify().findings == ()
