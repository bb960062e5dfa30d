"""The table of paths: what every way leaves, enters, gives back and takes, and what a case does with it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from engine.authoring.diagram.chart import arrows
from engine.calendars.loader import load_calendar
from engine.case.command import Actor, Facts, Fire, Open
from engine.case.refusal import Code, Refusal
from engine.case.snapshot import Snapshot, places_taken
from engine.case.step.decide import Decision, decide
from engine.process import paths
from engine.process.definition import ANYWHERE, Process
from engine.process.file.loader import load_process
from engine.process.flow import graph
from engine.process.paths import AUTOMATIC, OUTSIDE, Paths, paths_of
from tests.conftest import LOAN, REFERRAL
from tests.drawn import load_drawn, processes
from tests.workshop import workshop

NOW = datetime(2024, 1, 8, 9, tzinfo=UTC)
NURSE = Actor("jo", frozenset({"nurse"}))
HOSPITAL = """
process: hospital
version: "1"
title: Hospital
effective_from: 2023-09-01
initial: lobby
roles: {nurse: {title: Nurse}}
fields:
  kind: {title: Kind, type: choice, choices: [bed, cot]}
  other: {title: Other kind, type: choice, choices: [bed, cot]}
  wait: {title: Wait, type: yes_no}
tasks: {look: {title: Look, role: nurse}}
places: {bed: {title: Bed, capacity: 1}, cot: {title: Cot, capacity: 1}}
events:
  leave: {title: Leave, to: gone}
states:
  lobby:
    owner: nurse
    deadline: {within: 1 week, raise: look}
    events:
      admit: {title: Admit, form: {kind: optional}, to: house.ward}
      wake: {title: Wake up, to: house.theatre.recovery}
  queue:
    owner: nurse
    deadline: {within: 1 week, raise: look}
    initial: standing
    events:
      again: {title: Again, to: queue}
      place_offered: {title: Offered, by: [], to: house.ward}
      ask: {title: Ask for another kind, form: {kind: required}}
    states:
      standing: {events: {sit: {title: Sit, to: sitting}}}
      sitting: {}
  house:
    owner: nurse
    deadline: {within: 1 week, raise: look}
    initial: ward
    events:
      round: {title: Round, to: house}
    states:
      ward:
        holds: {place: kind, otherwise: queue}
        initial: still
        events:
          rewards: {title: Re-enter, to: ward}
          move: {title: Move, form: {kind: optional}, to: annex}
          swap: {title: Swap, set: {kind: other}, form: {other: required}, to: ward}
          operate: {title: Operate, to: theatre}
          pause: {title: Pause, to: corridor}
        states:
          still: {events: {stir: {title: Stir, to: moving}, turn: {title: Turn, to: still}}}
          moving: {}
      annex:
        holds: {place: kind}
        events: {back: {title: Back, to: ward}}
      corridor:
        automatic: [{when: wait == true, to: lobby}, {to: ward}]
      theatre:
        holds: {place: bed}
        initial: table
        events: {all_of_it: {title: All of it, to: theatre}}
        states:
          table: {events: {finish: {title: Finish, to: recovery}}}
          recovery: {holds: {place: bed}}
  gone: {final: true}
"""


@pytest.fixture(scope="module")
def hospital() -> Process:
    return load_process(HOSPITAL, "hospital.yaml", lambda _: None).process


def do(
    process: Process, case: Snapshot | None, event: str, data: dict[str, Any] | None = None, **free: int
) -> Snapshot | Refusal:
    command = Open(NURSE, NOW) if case is None else Fire(event, NURSE, NOW, data or {})
    decided = decide(process, case, command, Facts(NOW, free))
    return decided.snapshot if isinstance(decided, Decision) else decided


def done(
    process: Process, case: Snapshot | None, event: str, data: dict[str, Any] | None = None, **free: int
) -> Snapshot:
    found = do(process, case, event, data, **free)
    assert isinstance(found, Snapshot), found
    assert set(found.held) == {state.name for state in process.around(found.state) if state.hold}
    return found


def in_ward(process: Process, kind: str = "bed") -> Snapshot:
    return done(process, done(process, None, ""), "admit", {"kind": kind}, bed=1, cot=1)


WARD, STILL = "house.ward", "house.ward.still"


@pytest.mark.parametrize(
    ("state", "event", "left", "entered"),
    [
        (STILL, "turn", (STILL,), (STILL,)),
        (STILL, "stir", (STILL,), ("house.ward.moving",)),
        (STILL, "rewards", (STILL, WARD), (WARD, STILL)),
        ("house.ward.moving", "rewards", ("house.ward.moving", WARD), (WARD, STILL)),
        (STILL, "round", (STILL, WARD, "house"), ("house", WARD, STILL)),
        (STILL, "move", (STILL, WARD), ("house.annex",)),
        ("house.theatre.table", "finish", ("house.theatre.table",), ("house.theatre.recovery",)),
        ("lobby", "wake", ("lobby",), ("house", "house.theatre", "house.theatre.recovery")),
        ("lobby", "leave", ("lobby",), ("gone",)),
        ("queue.standing", "ask", (), ()),
    ],
)
def test_what_a_way_leaves_and_enters(
    hospital: Process, state: str, event: str, left: tuple[str, ...], entered: tuple[str, ...]
) -> None:
    [path] = paths_of(hospital).on(state, event)
    assert (path.left, path.entered) == (left, entered)
    assert path.to == (entered[-1] if entered else "")
    assert [one.name for one in path.gives] == [name for name in left if hospital.states[name].hold]
    assert [one.name for one in path.takes] == [name for name in entered if hospital.states[name].hold]


def test_a_case_begins_from_outside(hospital: Process) -> None:
    path = paths_of(hospital).begin("lobby")
    assert (path.to, path.left, path.entered) == ("lobby", (), ("lobby",))


def test_what_follows_by_itself_is_in_the_table(hospital: Process) -> None:
    assert [path.to for path in paths_of(hospital).on("house.corridor", AUTOMATIC)] == ["lobby", STILL]
    assert paths_of(hospital).on("lobby", AUTOMATIC) == ()
    assert paths_of(hospital).on("lobby", "round") == ()


def test_where_a_case_waits_instead_is_in_the_table_and_in_the_graph(hospital: Process) -> None:
    [path] = paths_of(hospital).on("lobby", "admit")
    assert {name: (to.to, to.left) for name, to in path.waits.items()} == {WARD: ("queue.standing", ("lobby",))}
    assert path.targets == {STILL, "queue.standing"} == graph(hospital)["lobby"] - {"house.theatre.recovery", "gone"}
    [operate] = paths_of(hospital).on(STILL, "operate")
    assert operate.waits == {}


def test_a_diagram_draws_no_queue_where_no_place_can_be_lacking() -> None:
    text = HOSPITAL.replace("holds: {place: kind, otherwise: queue}", "holds: {place: bed, otherwise: queue}")
    process = load_process(text, "hospital.yaml", lambda _: None).process
    drawn = {(one.source, one.target): one.labels for one in arrows(process)}
    assert drawn[WARD, STILL] == ("Re-enter", "Swap")
    assert (WARD, "queue.standing") not in drawn
    assert drawn["lobby", "queue.standing"] == ("Admit, no place free",)


@pytest.mark.parametrize("event", ["rewards", "round", "move", "operate", "pause"])
@pytest.mark.parametrize("free", [0, -1, 1])
def test_a_place_that_is_given_back_on_the_same_way_is_there(hospital: Process, event: str, free: int) -> None:
    case = in_ward(hospital)
    after = done(hospital, case, event, bed=free)
    assert list(after.held.values()) == ["bed"]
    assert not after.waiting
    assert places_taken(case, after) == {}


def test_inside_the_holding_state_the_place_is_kept_without_a_word(hospital: Process) -> None:
    case = in_ward(hospital)
    decided = decide(hospital, case, Fire("stir", NURSE, NOW), Facts(NOW, {}))
    assert isinstance(decided, Decision)
    assert [(entry.held, entry.freed) for entry in decided.entries] == [({}, ())]
    assert decided.snapshot.held == case.held


def test_another_kind_than_the_case_has_must_be_free(hospital: Process) -> None:
    case = in_ward(hospital)
    full = do(hospital, case, "move", {"kind": "cot"}, bed=1, cot=0)
    assert isinstance(full, Refusal)
    assert (full.code, full.missing) == (Code.NO_PLACE, ("cot",))
    moved = done(hospital, case, "move", {"kind": "cot"}, bed=0, cot=1)
    assert moved.held == {"house.annex": "cot"}
    assert places_taken(case, moved) == {"bed": -1, "cot": 1}


def test_the_place_is_the_one_that_the_data_ask_for_after_the_way_has_set_them(hospital: Process) -> None:
    case = in_ward(hospital)
    swapped = done(hospital, case, "swap", {"other": "cot"}, bed=0, cot=1)
    assert (swapped.held, swapped.data["kind"]) == ({WARD: "cot"}, "cot")
    waiting = done(hospital, case, "swap", {"other": "cot"}, bed=0, cot=0)
    assert (waiting.state, waiting.held, waiting.waiting["place"]) == ("queue.standing", {}, "cot")


def test_two_holds_of_a_kind_need_two_places(hospital: Process) -> None:
    lobby = done(hospital, None, "")
    refusal = do(hospital, lobby, "wake", bed=1)
    assert isinstance(refusal, Refusal)
    assert refusal.code is Code.NO_PLACE
    woken = done(hospital, lobby, "wake", bed=2)
    assert places_taken(lobby, woken) == {"bed": 2}
    after = done(hospital, woken, "all_of_it", bed=0)
    assert places_taken(woken, after) == {"bed": -1}
    assert isinstance(do(hospital, after, "finish", bed=0), Refusal)


def test_a_waiting_case_keeps_its_turn_where_it_waits(hospital: Process) -> None:
    waiting = done(hospital, done(hospital, None, ""), "admit", {"kind": "bed"}, bed=0)
    turn = waiting.waiting
    sitting = done(hospital, waiting, "sit")
    assert sitting.waiting == {**turn, "state": "queue.sitting"}
    again = done(hospital, sitting, "again")
    assert again.waiting == turn
    assert done(hospital, again, "ask", {"kind": "cot"}).waiting == {**turn, "place": "cot"}
    assert done(hospital, again, "leave").waiting == {}


def test_a_chain_that_ends_elsewhere_gives_the_place_back(hospital: Process) -> None:
    case = in_ward(hospital)
    decided = decide(hospital, case, Fire("pause", NURSE, NOW), Facts(NOW, {"bed": 0}))
    assert isinstance(decided, Decision)
    assert [entry.to for entry in decided.entries] == ["house.corridor", STILL]


def test_an_event_that_is_written_inside_replaces_the_one_around_it() -> None:
    process = workshop(
        {
            "    events: {finish: {title: Finish, to: done}}": (
                "    events: {finish: {title: Finish, to: done}, scrap: {title: Scrap it, to: scrapped},"
                " grip: {title: Outer, to: done}}"
            )
        }
    )
    table = paths_of(process)
    assert [(one.scope, one.to) for one in table.on("work.hand", "grip")] == [("work.hand", "work.place")]
    assert [(one.scope, one.to) for one in table.on("work.place", "grip")] == [("work", "done")]
    assert [one.scope for one in table.on("work.hand", "scrap")] == ["work"]
    assert [one.scope for one in table.on("desk", "scrap")] == [ANYWHERE]


def each_by_itself(process: Process) -> Paths:
    """The table as it is where the machine is driven from every state."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths._Chart, "_kind", lambda *_: None)
        return Paths(process)


def table_of(process: Process, table: Paths) -> dict[tuple[str, str], Any]:
    """All that a table holds."""
    starts: dict[tuple[str, str], Any] = {(OUTSIDE, state): table.begin(state) for state in process.initial}
    names = [*dict.fromkeys(event.name for _, event in process.every_event()), AUTOMATIC]
    leaves = [state.name for state in process.leaves()]
    scopes = [ANYWHERE, *process.states]
    written = {("written", f"{scope} {name}"): table.written_in(scope, name) for scope in scopes for name in names}
    return starts | {(leaf, name): table.on(leaf, name) for leaf in leaves for name in names} | written


def check_alike(process: Process) -> None:
    assert table_of(process, Paths(process)) == table_of(process, each_by_itself(process))


def test_states_that_are_alike_are_driven_once_and_differ_in_nothing(hospital: Process) -> None:
    written = REFERRAL.parent / "calendars" / "leicestershire.yaml"
    calendar = load_calendar(written.read_text(), written.name)
    for process in (hospital, workshop()):
        check_alike(process)
    for file in (REFERRAL, LOAN):
        check_alike(load_process(file.read_text(), file.name, lambda _: calendar).process)


def test_a_state_that_moves_on_by_itself_is_not_as_those_beside_it() -> None:
    text = """
process: chain
version: "1"
title: Chain
effective_from: 2023-01-01
initial: house
roles: {nurse: {title: Nurse}}
fields: {well: {title: Well, type: yes_no}, ill: {title: Ill, type: yes_no}}
open: {form: {well: optional, ill: optional}}
tasks: {look: {title: Look, role: nurse}}
states:
  house:
    owner: nurse
    deadline: {within: 1 week, raise: look}
    initial: first
    automatic: [{when: well, to: gone}]
    events: {next: {title: Next, to: second}, last: {title: Last, to: third}}
    states: {first: {}, second: {automatic: [{when: ill, to: away}]}, third: {}}
  away: {final: true}
  gone: {final: true}
"""
    process = load_process(text, "chain.yaml", lambda _: None).process
    check_alike(process)
    ends = {name: [one.to for one in paths_of(process).on(f"house.{name}", AUTOMATIC)] for name in ("first", "second")}
    assert ends == {"first": ["gone"], "second": ["away", "gone"]}


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=processes())
def test_so_it_is_in_processes_that_nobody_wrote(text: str) -> None:
    check_alike(load_drawn(text).process)


@pytest.mark.parametrize("around", [True, False])
def test_many_states_with_many_events_around_them_are_driven_as_often_as_there_are_both(
    monkeypatch: pytest.MonkeyPatch, *, around: bool
) -> None:
    many, sent = 40, list[str]()
    names = [f"s{number}" for number in range(many)]
    events = {f"to_{name}": {"title": name, "by": ["nurse"], "to": name} for name in names}
    states = {
        name: {"title": name, "owner": "nurse", "deadline": {"within": "1 day", "raise": "look"}} for name in names
    }
    whole: dict[str, Any] = {"initial": "s0", "events": events, "states": states}
    if around:
        whole = {
            "initial": "top",
            "states": {"top": {"title": "Top", "initial": "s0", "events": events, "states": states}},
        }
    whole["states"] |= {"over": {"title": "Over", "final": True, "outcome": "over"}}
    (whole["events"] if not around else whole["states"]["top"]["events"])["end"] = {"title": "End", "to": "over"}
    head = {"process": "many", "version": "1", "title": "Many", "effective_from": "2023-01-01"}
    head |= {"roles": {"nurse": {"title": "Nurse"}}, "tasks": {"look": {"title": "Look", "role": "nurse"}}}
    drive = paths._Chart._drive
    monkeypatch.setattr(paths._Chart, "_drive", lambda chart, *asked: sent.append(asked[0]) or drive(chart, *asked))
    process = load_process(json.dumps(head | whole), "many.yaml", lambda _: None).process
    # From each state for the one event that leads to it, from one for all others, and where a case begins.
    assert len(sent) == 2 * many + 2
    inside = "top." if around else ""
    assert len(paths_of(process).written_in("top" if around else ANYWHERE, "to_s7")) == many
    [path] = paths_of(process).on(f"{inside}s3", "to_s7")
    assert (path.left, path.entered) == ((f"{inside}s3",), (f"{inside}s7",))
