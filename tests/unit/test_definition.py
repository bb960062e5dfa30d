"""What a process answers about its states and events."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from engine.process.definition import ANYWHERE, Process
from engine.process.timing import LOOK_INTO
from tests.workshop import workshop


@pytest.fixture(scope="module")
def process() -> Process:
    return workshop({"    events: {finish: {title: Finish, to: done}}": (
        "    events: {finish: {title: Finish, to: done}, scrap: {title: Scrap the work, to: scrapped},"
        " grip: {title: Outer, to: place}}")})  # fmt: skip


def test_the_state_and_those_around_it_innermost_first(process: Process) -> None:
    assert [one.name for one in process.around("work.place")] == ["work.place", "work"]
    assert [one.name for one in process.around("desk")] == ["desk"]


def test_a_case_comes_to_rest_in_the_first_state_inside(process: Process) -> None:
    inner = "{a: {states: {b: {events: {on: {title: On, to: c}, off: {title: Off, to: d}}}, c: {}}}, d: {}}"
    deep = workshop({"  line:\n": f"  line:\n    states: {inner}\n"})
    assert [deep.leaf(name) for name in ("line", "line.a", "line.d", "desk")] == [
        "line.a.b", "line.a.b", "line.d", "desk"
    ]  # fmt: skip
    assert process.leaf("work") == "work.hand"


def test_the_innermost_event_of_a_name_counts(process: Process) -> None:
    assert [process.scope("work.hand", name) for name in ("grip", "finish", "scrap", "report")] == [
        "work.hand", "work", "work", None
    ]  # fmt: skip
    assert process.scope("work.place", "grip") == "work"
    assert process.scope("desk", "scrap") == ANYWHERE
    assert process.scope("done", "scrap") is None
    here = process.events_in("work.hand")
    assert [(name, one.title) for name, one in here.items()] == [
        ("grip", "Grip"), ("finish", "Finish"), ("scrap", "Scrap the work")
    ]  # fmt: skip
    assert process.events_in("done") == {}
    event = process.event("desk", "scrap")
    assert event is not None
    assert event.title == "Scrap"


def test_the_nearest_owner_has_to_move_a_case_on(process: Process) -> None:
    assert [process.owner(state) for state in ("work.place", "work.hand", "work", "first")] == [
        "clerk", "boss", "boss", ""
    ]  # fmt: skip


def test_which_day_it_is_where_the_process_is_at_home(process: Process) -> None:
    assert process.today(datetime(2024, 8, 31, 23, 30, tzinfo=UTC)) == date(2024, 9, 1)
    assert process.today(datetime(2024, 1, 31, 23, 30, tzinfo=UTC)) == date(2024, 1, 31)


def test_titles_for_people(process: Process) -> None:
    assert process.title_of("states", "work.place") == "Place"
    assert process.title_of("roles", "boss") == "Boss"
    assert process.title_of("tasks", LOOK_INTO.name) == LOOK_INTO.title
    assert process.title_of("tasks", "unknown") == "unknown"
    assert process.task(LOOK_INTO.name) is LOOK_INTO
    assert process.task("unknown") is None
