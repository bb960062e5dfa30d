"""Moves: a case that stays in its state moves to another kind of place where its process says so, or keeps its own."""

from __future__ import annotations

from typing import Any

import pytest

from engine.case.command import Actor, Facts, Fire, Tick
from engine.case.refusal import Code, Refusal
from engine.case.step.decide import Decision
from engine.case.step.possible import possible_events
from engine.case.time.instants import from_text
from engine.process.file.loader import load_process
from engine.process.flow import moving_fields
from engine.process.paths import paths_of
from engine.process.timing import LOOK_INTO
from engine.source.problem import Refused
from tests.hours import START, WORKER, loaded
from tests.rooms import ROOMS, TEXT, decided, settled

CASE = settled()
KEY = "from:size"
CHOSEN = 'size == null ? "big" : "small"'


def fired(name: str, case: Any = CASE, process: Any = ROOMS, data: Any = None, **free: int) -> Any:
    return decided(case, Fire(name, WORKER, START, data or {}), process, **free)


def test_the_case_moves_where_a_place_is_free_and_gives_its_own_back() -> None:
    assert CASE.held == {"going": "small"}
    found = fired("grow", data={"size": "big"}, big=1)
    assert isinstance(found, Decision)
    [entry] = found.entries
    assert (entry.held, entry.freed, entry.left, entry.entered) == ({"going": "big"}, ("going",), (), ())
    assert found.snapshot.held == {"going": "big"}


def test_where_none_is_free_it_is_refused_and_nothing_changes() -> None:
    found = fired("grow", data={"size": "big"}, small=5)
    assert isinstance(found, Refusal)
    assert (found.code, found.message, found.missing) == (Code.NO_PLACE, "No Big room is free.", ("big",))


def test_what_needs_no_other_place_takes_none() -> None:
    found = fired("grow", data={"size": "small"})
    assert (found.entries[0].held, found.entries[0].freed) == ({}, ())


def test_without_move_place_it_keeps_its_place_and_the_next_event_that_moves_catches_up() -> None:
    said = fired("say", data={"size": "big"}, big=1)
    assert said.snapshot.held == {"going": "small"}
    found = fired("grow", said.snapshot, data={"size": "big"}, big=1)
    assert found.snapshot.held == {"going": "big"}


@pytest.mark.parametrize(("quiet", "held"), [("no", "big"), ("yes", "small")])
def test_an_alternative_moves_for_itself(quiet: str, held: str) -> None:
    found = fired("pick", settled(size="big"), data={"quiet": quiet}, small=1)
    assert found.snapshot.held == {"going": held}


def test_a_way_that_moves_about_inside_moves_the_place_of_the_state_around() -> None:
    found = fired("on", data={"size": "big"}, big=1)
    assert (found.snapshot.state, found.snapshot.held) == ("going.second", {"going": "big"})
    paths = {path.way.move_place: path for path in paths_of(ROOMS).on("going.first", "pick")}
    assert [state.name for state in paths[True].moves] == ["going"]
    assert paths[False].moves == ()
    assert paths_of(ROOMS).on("going.first", "close")[0].moves == ()


def test_two_states_of_one_case_can_change_their_places_with_each_other() -> None:
    both = loaded(TEXT.replace("      first: {events", f"      first: {{holds: {{place: '{CHOSEN}'}}, events"))
    case = settled(both)
    assert case.held == {"going": "small", "going.first": "big"}
    assert fired("grow", case, both, {"size": "big"}).snapshot.held == {"going": "big", "going.first": "small"}


def test_a_form_that_decides_the_place_is_not_said_to_lack_it() -> None:
    found = possible_events(ROOMS, CASE, Actor("jo", frozenset({"worker"})), Facts(START, {"small": 0, "big": 0}))
    assert [one.event.name for one in found if one.refusal is None] == ["on", "grow", "say", "pick", "close", "rest"]


@pytest.mark.parametrize(("free", "held"), [({"big": 1}, "big"), ({}, "small")])
def test_a_change_from_a_later_day_on_moves_when_the_day_comes(free: dict[str, int], held: str) -> None:
    """Refused is it by nobody then: where no place is free, the case keeps its own and the owner is told."""
    ahead = fired("grow", data={"size": "big", "size.from": "2024-02-01"})
    assert ahead.snapshot.held == {"going": "small"}
    found = decided(ahead.snapshot, Tick(KEY, from_text(ahead.snapshot.timers[KEY][0])), **free)
    assert isinstance(found, Decision)
    assert (found.snapshot.held, found.snapshot.data["size"]) == ({"going": held}, "big")
    assert (LOOK_INTO.name in found.snapshot.tasks) is not bool(free)
    if not free:
        assert found.snapshot.tasks[LOOK_INTO.name]["role"] == "worker"
        assert found.entries[-1].note == {
            "refused": "no_place",
            "message": "No Big room is free: the case keeps the place that it has.",
        }


def test_the_place_that_is_kept_for_a_case_while_its_state_rests_moves_too_or_is_refused() -> None:
    away = fired("rest").snapshot
    assert (away.state, away.held) == ("away", {"going": "small"})
    assert fired("grow_away", away, data={"size": "big"}).code is Code.NO_PLACE
    moved = fired("grow_away", away, data={"size": "big"}, big=1)
    assert [(one.held, one.freed) for one in moved.entries] == [({"going": "big"}, ("going",))]
    assert (moved.snapshot.state, moved.snapshot.held) == ("away", {"going": "big"})
    again = fired("still", moved.snapshot, data={"size": "small"})
    assert (again.snapshot.state, again.snapshot.held) == ("going.first", {"going": "big"})


@pytest.mark.parametrize("place", ["small", "big"])
def test_a_case_moves_on_the_way_into_a_pause_and_on_the_way_back(place: str) -> None:
    away = fired("rest", data={"size": place}, big=1).snapshot
    assert (away.state, away.held) == ("away", {"going": place})
    back = fired("stretch", away, data={"size": "big"}, big=int(place == "small"))
    assert (back.snapshot.state, back.snapshot.held, back.snapshot.paused) == ("going.first", {"going": "big"}, {})
    if place == "small":
        assert fired("stretch", away, data={"size": "big"}).code is Code.NO_PLACE


def test_a_day_that_comes_moves_the_place_of_a_state_that_rests() -> None:
    ahead = fired("rest", data={"size": "big", "size.from": "2024-02-01"}).snapshot
    assert (ahead.state, ahead.held) == ("away", {"going": "small"})
    found = decided(ahead, Tick(KEY, from_text(ahead.timers[KEY][0])), big=1)
    assert isinstance(found, Decision)
    assert (found.snapshot.state, found.snapshot.held) == ("away", {"going": "big"})


def test_of_what_rests_only_the_states_move_in_which_the_case_is() -> None:
    both = loaded(TEXT.replace("      first: {events", f"      first: {{holds: {{place: '{CHOSEN}'}}, events"))
    second = fired("on", settled(both), both).snapshot
    assert second.held == {"going": "small"}
    away = fired("rest", second, both).snapshot
    moved = fired("grow_away", away, both, {"size": "big"}, big=2)
    assert moved.snapshot.held == {"going": "big"}


def test_where_no_event_moves_places_no_day_does() -> None:
    still = loaded(TEXT.replace(", move_place: true", ""))
    assert (moving_fields(ROOMS), moving_fields(still)) == ({"size", "size_from.day", "quiet"}, frozenset())
    ahead = fired("grow", settled(still), still, {"size": "big", "size.from": "2024-02-01"})
    found = decided(ahead.snapshot, Tick(KEY, from_text(ahead.snapshot.timers[KEY][0])), still, big=1)
    assert isinstance(found, Decision)
    assert (found.snapshot.held, found.snapshot.tasks) == ({"going": "small"}, {})


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("to: over}\n      rest", "to: over, move_place: true}\n      rest", 1),
        ("{size: required}, move_place", "{size: required}, to: going, move_place", 1),
        ("events: {come: {title: Come, to: going}", "events: {come: {title: Come, to: going, move_place: true}", 1),
        ("holds: {place: 'size == null ? \"small\" : size'", "holds: {place: small", 6),
        ('{when: size == "big"}', '{when: size == "big", to: over, move_place: true}', 1),
        ("leave: {title: Leave, to: over}", "leave: {title: Leave, to: over, move_place: true}", 1),
        ("title: Pick\n", "title: Pick\n        move_place: true\n", 0),
    ],
)
def test_what_can_move_nothing_is_told(old: str, new: str, expected: int) -> None:
    assert old in TEXT
    text, found = TEXT.replace(old, new, 1), []
    try:
        load_process(text, "rooms.yaml", lambda _: None)
    except Refused as refused:
        found = [one for one in refused.problems if one.code == "no-place-to-move"]
    assert len(found) == expected
    assert all(text.split("\n")[one.line - 1][one.column - 1 :].startswith("move_place") for one in found)
