"""Find: which rows a filter finds, in which order, and where the next page goes on. Rows are written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from engine.case.sight import NOTHING, Holders, ListSight, Part, Sight
from engine.store.database import Database
from engine.store.lists.find import (
    CaseFilter,
    TaskFilter,
    TimerFilter,
    beginning,
    count_cases,
    count_lanes,
    count_tasks,
    find_cases,
    find_lanes,
    find_tasks,
    find_timers,
    place_of,
    place_of_task,
    place_of_timer,
)
from engine.store.tables import bookings, cases, tasks, timers, versions, words

DAY = "2024-01-{:02}T09:00:00.000000Z"
CASES: list[dict[str, Any]] = [
    {"id": 1, "state": "desk", "owner": "clerk", "label": "bee", "since": DAY.format(4), "next_due": DAY.format(9)},
    {"id": 2, "state": "desk", "owner": "clerk", "label": None, "since": DAY.format(3), "next_due": None},
    {"id": 3, "state": "work", "owner": "boss", "label": "ant", "since": DAY.format(2), "next_due": DAY.format(8)},
    {"id": 4, "state": "done", "owner": "", "label": "bee", "since": DAY.format(1), "outcome": "finished"},
    {"id": 5, "process": "loan", "state": "desk", "owner": "clerk", "label": None, "since": DAY.format(5)},
    {"id": 6, "version": "2", "state": "desk", "owner": "boss", "label": "cat", "since": DAY.format(6)},
]
OWN = {1: "North", 2: "South", 3: "South", 4: "North", 5: "North", 6: None}
TASKS: list[dict[str, Any]] = [
    {"case_id": 1, "task": "look", "role": "clerk", "late": DAY.format(9), "person": "kim"},
    {"case_id": 1, "task": "call", "role": "boss", "late": DAY.format(9)},
    {"case_id": 2, "task": "look", "role": "clerk", "late": None},
    {"case_id": 3, "task": "look", "role": "clerk", "late": DAY.format(8), "escalated": "boss"},
    {"case_id": 3, "task": "chase", "role": "boss", "late": DAY.format(8), "overdue_of": "look"},
    {"case_id": 5, "task": "look", "role": "clerk", "late": DAY.format(7)},
    {"case_id": 6, "task": "look", "role": "clerk", "late": None, "person": "kim"},
]


@pytest.fixture(scope="module")
def database(shared_url: str) -> Iterator[Database]:
    database = Database(shared_url)
    with database.writing() as connection:
        _write(connection)
    yield database
    database.dispose()


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.reading() as connection:
        yield connection


def _write(connection: Connection) -> None:
    published = {"effective_from": "2024-01-01", "text": "", "hash": "", "published": DAY.format(1)}
    for process, version in (("shop", "1"), ("shop", "2"), ("loan", "1")):
        connection.execute(insert(versions).values(process=process, version=version, published_by="", **published))
    usual = {"process": "shop", "version": "1", "outcome": "", "opened": DAY.format(1), "next_due": None, "seq": 1}
    for one in CASES:
        own = OWN[one["id"]]
        named = {"organisation": own, "organisation_order": own and own.lower(), "head": "", "snapshot": "{}"}
        connection.execute(insert(cases).values(usual | named | one))
    optional = {"person": None, "escalated": None, "overdue_of": None, "due": None, "raised": DAY.format(1)}
    connection.execute(insert(tasks), [optional | one for one in TASKS])
    running = [(1, "b", 9), (1, "a", 9), (2, "a", 8), (5, "a", 10)]
    connection.execute(
        insert(timers), [{"case_id": n, "timer": name, "due": DAY.format(at)} for n, name, at in running]
    )
    found_by = [("anna", 1), ("anne", 1), ("hill", 1), ("anna", 2), ("ann", 4), ("ao", 3)]
    connection.execute(insert(words), [{"word": word, "case_id": number} for word, number in found_by])
    booked = {"process": "shop", "meeting": "board", "day": "2024-02-01"}
    connection.execute(insert(bookings), [booked | {"case_id": n, "series": s} for n, s in ((2, "east"), (3, "west"))])


def numbers(connection: Connection, wanted: CaseFilter, most: int = 50) -> list[int]:
    return [row["id"] for row in find_cases(connection, wanted, most)]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (CaseFilter(), [1, 2, 3, 4, 5, 6]),
        (CaseFilter(process="loan"), [5]),
        (CaseFilter(owner="boss"), [3, 6]),
        (CaseFilter(organisation="South"), [2, 3]),
        (CaseFilter(open_only=True), [1, 2, 3, 5, 6]),
        (CaseFilter(ended_only=True), [4]),
        (CaseFilter(states=(("shop", "desk"), ("shop", "done"))), [1, 2, 4, 6]),
        (CaseFilter(states=(("shop", "desk"), ("shop", "desk"))), [1, 2, 6]),
        (CaseFilter(since_from=DAY.format(5)), [5, 6]),
        (CaseFilter(overdue_at=DAY.format(10)), [3, 1]),
        (CaseFilter(overdue_at=DAY.format(9)), [3]),
        (CaseFilter(words=(beginning("ann"),)), [1, 2, 4]),
        (CaseFilter(words=(beginning("ann"), beginning("hi"))), [1]),
        (CaseFilter(words=(beginning("nna"),)), []),
        (CaseFilter(process="shop", owner="clerk", open_only=True, organisation="South"), [2]),
    ],
    ids=str,
)
def test_a_filter_finds_its_cases(connection: Connection, wanted: CaseFilter, found: list[int]) -> None:
    assert numbers(connection, wanted) == found
    assert count_cases(connection, wanted) == len(found)
    assert count_cases(connection, wanted, 2) == min(2, len(found))


ORDERS = {
    "id": [1, 2, 3, 4, 5, 6],
    "-id": [6, 5, 4, 3, 2, 1],
    "label": [3, 1, 4, 6, 2, 5],
    "-label": [6, 4, 1, 3, 2, 5],
    "organisation": [1, 4, 5, 2, 3, 6],
    "-organisation": [3, 2, 5, 4, 1, 6],
    "since": [4, 3, 2, 1, 5, 6],
    "-since": [6, 5, 1, 2, 3, 4],
    "next_due": [3, 1, 2, 4, 5, 6],
    "-next_due": [1, 3, 2, 4, 5, 6],
}
STATES = tuple((process, state) for process in ("shop", "loan") for state in ("desk", "work", "done"))


def test_pages_of_every_order_hold_each_case_once_and_those_without_a_value_last(connection: Connection) -> None:
    for sort, order in ORDERS.items():
        for states in ((), STATES):
            wanted = CaseFilter(sort=sort, states=states)
            assert numbers(connection, wanted) == order, sort
            found: list[int] = []
            while rows := find_cases(connection, wanted, 2):
                found += [row["id"] for row in rows]
                wanted = CaseFilter(sort=sort, states=states, after=place_of(rows[-1], sort))
            assert found == order, (sort, states)


def test_a_state_may_hold_more_states_than_can_be_asked_for_at_once(connection: Connection) -> None:
    """SQLite joins at most 500 queries, and knows conditions of at most 1,000 parts."""
    many = [("shop", f"empty_{n}") for n in range(1200)]
    states = (("shop", "desk"), *many, ("shop", "done"), ("shop", "work"))
    pages, after = list[int](), ()
    while rows := find_cases(connection, CaseFilter(states=states, sort="label", after=after), 2):
        pages += [row["id"] for row in rows]
        after = place_of(rows[-1], "label")
    assert pages == [3, 1, 4, 6, 2]
    assert count_cases(connection, CaseFilter(states=states)) == 5
    assert count_cases(connection, CaseFilter(states=states), 3) == 3
    assert {row["id"] for row in find_lanes(connection, CaseFilter(states=states, sort="since"), 1)} == {2, 3, 4}


def test_lanes_are_the_first_cases_of_each_state(connection: Connection) -> None:
    wanted = CaseFilter(process="shop", open_only=True, sort="since")
    assert count_lanes(connection, wanted) == {"desk": 3, "work": 1}
    wanted = CaseFilter(process="shop", open_only=True, sort="since", states=(("shop", "desk"), ("shop", "work")))
    assert sorted(row["id"] for row in find_lanes(connection, wanted, 2)) == [1, 2, 3]


def only(sight: Sight, *of: str, process: str = "shop") -> ListSight:
    return ListSight(everything=False, parts=(Part(process, of, sight),))


@pytest.mark.parametrize(
    ("sight", "found"),
    [
        (NOTHING, []),
        (only(Sight(everything=True)), [1, 2, 3, 4, 6]),
        (only(Sight(everything=True), "2"), [6]),
        (only(Sight()), []),
        (only(Sight(organisation="North")), [1, 4]),
        (only(Sight(agendas=frozenset({("board", "east")}))), [2]),
        (only(Sight(agendas=frozenset({("forum", "east")}))), []),
        (only(Sight(agendas=frozenset({("board", "east")})), process="loan"), []),
        (only(Sight(organisation="North", agendas=frozenset({("board", "west"), ("board", "east")}))), [1, 2, 3, 4]),
    ],
    ids=[
        "nothing",
        "all",
        "all-of-a-version",
        "none",
        "own",
        "agenda",
        "other-kind",
        "other-process",
        "own-and-agendas",
    ],
)
def test_lists_hold_what_is_seen_and_nothing_else(connection: Connection, sight: ListSight, found: list[int]) -> None:
    assert numbers(connection, CaseFilter(sight=sight)) == found
    assert count_cases(connection, CaseFilter(sight=sight)) == len(found)
    assert {row["case_id"] for row in find_tasks(connection, TaskFilter(sight=sight), 50)} <= set(found)
    assert {row["case_id"] for row in find_timers(connection, TimerFilter(sight=sight), 50)} <= set(found)


SEVENTH, EIGHTH, NINTH = "5 look", ["3 chase"], ["1 call", "1 look"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (TaskFilter(), [SEVENTH, *EIGHTH, *NINTH, "2 look", "6 look"]),
        (TaskFilter(roles=(("", "boss"),)), ["3 chase", "1 call"]),
        (TaskFilter(roles=(("", "clerk"),)), [SEVENTH, "3 look", "1 look", "2 look", "6 look"]),
        (TaskFilter(roles=(("loan", "clerk"),)), [SEVENTH]),
        (TaskFilter(roles=(("shop", "clerk"), ("shop", "boss"))), [*EIGHTH, *NINTH, "2 look", "6 look"]),
        (TaskFilter(person="kim"), ["1 look", "6 look"]),
        (TaskFilter(case=3), EIGHTH),
        (TaskFilter(overdue_at=DAY.format(9)), [SEVENTH, *EIGHTH]),
        (TaskFilter(due_from=DAY.format(8), due_before=DAY.format(9)), EIGHTH),
        (TaskFilter(due_from=DAY.format(9)), NINTH),
        (TaskFilter(stranded=True), []),
        (TaskFilter(stranded=True, holders=(Holders(("kim", "sam"), NOTHING),)), ["1 look", "6 look"]),
        (TaskFilter(stranded=True, holders=(Holders(("kim",), only(Sight(organisation="North"))),)), ["6 look"]),
        (TaskFilter(stranded=True, holders=(Holders(("sam",), NOTHING),)), []),
    ],
    ids=str,
)
def test_a_filter_finds_its_tasks(connection: Connection, wanted: TaskFilter, found: list[str]) -> None:
    rows = find_tasks(connection, wanted, 50)
    assert [f"{row['case_id']} {row['task']}" for row in rows] == found
    assert count_tasks(connection, wanted, 50) == len(found)
    assert count_tasks(connection, wanted, 1) == min(1, len(found))


@pytest.mark.parametrize("roles", [(), (("", "clerk"), ("", "boss"))], ids=["all", "roles"])
def test_pages_of_tasks_hold_each_once_and_those_without_a_date_last(connection: Connection, roles: Any) -> None:
    found, after = [], ()
    while rows := find_tasks(connection, TaskFilter(roles=roles, after=after), 2):
        found += [f"{row['case_id']} {row['task']}" for row in rows]
        after = place_of_task(rows[-1])
    assert found == [SEVENTH, *EIGHTH, *NINTH, "2 look", "6 look"]


def test_timers_are_found_in_the_order_in_which_they_fire(connection: Connection) -> None:
    def found(wanted: TimerFilter, most: int = 50) -> list[str]:
        return [f"{row['case_id']} {row['timer']}" for row in find_timers(connection, wanted, most)]

    assert found(TimerFilter()) == ["2 a", "1 a", "1 b", "5 a"]
    assert found(TimerFilter(due_by=DAY.format(9))) == ["2 a", "1 a", "1 b"]
    assert found(TimerFilter(due_from=DAY.format(9), due_by=DAY.format(9))) == ["1 a", "1 b"]
    assert found(TimerFilter(case=5)) == ["5 a"]
    for end, rest in enumerate((["1 a", "1 b", "5 a"], ["1 b", "5 a"], ["5 a"], [])):
        row = find_timers(connection, TimerFilter(), 50)[end]
        assert found(TimerFilter(after=place_of_timer(row))) == rest
