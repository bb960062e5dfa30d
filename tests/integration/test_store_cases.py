"""Cases as they are stored: a row with its history, and the rows that find tasks, timers and those who wait."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, insert, update

from engine import Engine
from engine.case.command import AssignTask, Command, Open
from engine.case.entry import GENESIS, chained
from engine.case.snapshot import replay
from engine.case.step.decide import Decision
from engine.case.time.instants import to_text
from engine.store import processes
from engine.store.cases import cases as store
from engine.store.cases.cases import Key, StoredCase
from engine.store.cases.index import Columns
from engine.store.tables import cases, hooks, versions
from tests.workshop import BOSS, CLERK, START, TEXT, ask, facts, fire, workshop

PROCESS = workshop()
COLUMNS = Columns("clerk", "North", "Ann")
OF_A_VERSION = {"effective_from": "2030-01-01", "text": "", "hash": "", "published": "", "published_by": ""}


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    engine.publish(TEXT)
    with engine.database.writing() as connection:
        yield connection


def decided(case: StoredCase | None, command: Command, days: float = 0, free: int = 1) -> Decision:
    found = ask(PROCESS, case.snapshot if case else None, command, facts(days, {"bench": free, "lathe": free}))
    assert isinstance(found, Decision), found
    return found


def opened(connection: Connection) -> StoredCase:
    decision = decided(None, Open(CLERK, START, "desk", {}))
    number = store.insert_case(connection, decision.snapshot, decision.entries, COLUMNS)
    found = store.read_case(connection, number)
    assert found is not None
    return found


def changed(connection: Connection, case: StoredCase, command: Command, days: float = 0, free: int = 1) -> StoredCase:
    decision = decided(case, command, days, free)
    after = store.update_case(connection, case, decision.snapshot, decision.entries, (COLUMNS, COLUMNS))
    assert after is not None
    return after


def test_a_case_is_read_as_it_was_written_and_ends_with_the_last_link_of_its_chain(connection: Connection) -> None:
    assert not store.has_cases(connection)
    case = changed(connection, opened(connection), fire("report", 1), 1)
    assert store.read_case(connection, case.id) == case
    assert store.has_cases(connection)
    assert store.read_case(connection, case.id + 1) is None
    rows = list(store.history_of(connection, case.id))
    assert [row[0] for row in rows] == list(range(1, case.snapshot.seq + 1))
    head = GENESIS
    for one in rows:
        head = chained(head, one.body)
        assert one.hash == head
    assert case.head == head
    assert replay([one.entry for one in rows]) == case.snapshot
    row = store.case_row(connection, case.id)
    assert row is not None
    wanted = {"state": "desk", "owner": "clerk", "organisation": "North", "label": "ann", "organisation_order": "north"}
    assert {name: row[name] for name in wanted} == wanted
    assert (row["opened"], row["since"], row["seq"]) == (to_text(START), to_text(START), case.snapshot.seq)


def test_with_a_case_is_read_how_much_is_published_and_whether_anybody_outside_is_told(connection: Connection) -> None:
    case = opened(connection)
    assert case.stamp == processes.stamp(connection)
    assert case.hooked is False
    for is_active in (False, True):
        connection.execute(insert(hooks).values(url="https://example.org", secret="s", active=is_active))
        found = store.read_case(connection, case.id)
        assert found is not None
        assert found.hooked is is_active


def test_a_case_that_somebody_else_changed_meanwhile_is_not_written(connection: Connection) -> None:
    case = opened(connection)
    connection.execute(update(cases).where(cases.c.id == case.id).values(seq=case.snapshot.seq + 1))
    decision = decided(case, fire("report"))
    assert store.update_case(connection, case, decision.snapshot, decision.entries, (COLUMNS, COLUMNS)) is None
    row = store.case_row(connection, case.id)
    assert row is not None
    assert row["snapshot"] == case.snapshot.as_json()


OTHERS = {
    "owner": ("boss", replace(COLUMNS, owner="boss")),
    "organisation": (None, replace(COLUMNS, organisation=None)),
    "organisation_order": ("south", replace(COLUMNS, organisation="South")),
    "label": ("bob", replace(COLUMNS, label="Bob")),
    "subject": ("ann marsh", replace(COLUMNS, subject="Ann Marsh")),
    "kept_until": ("2030-01-31", replace(COLUMNS, kept="2030-01-31")),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_few_steps_change_is_written_with_the_step_that_changes_it(connection: Connection, name: str) -> None:
    case, (wanted, columns) = opened(connection), OTHERS[name]
    decision = decided(case, fire("report", 1), 1)
    assert store.update_case(connection, case, decision.snapshot, decision.entries, (COLUMNS, columns)) is not None
    row = store.case_row(connection, case.id)
    assert row is not None
    assert (row[name], row["seq"], row["outcome"]) == (wanted, decision.snapshot.seq, "")


@pytest.mark.parametrize(
    ("name", "wanted", "values"),
    [
        ("version", "2", {"version": "2"}),
        ("outcome", "Mended", {"outcome": "Mended"}),
        ("retained", "held", {"retention": {"what": "held"}}),
    ],
)
def test_what_stands_of_a_case_in_its_row_follows_its_snapshot(
    connection: Connection, name: str, wanted: str, values: dict[str, Any]
) -> None:
    connection.execute(insert(versions).values(process="workshop", version="2", **OF_A_VERSION))
    case = opened(connection)
    decision = decided(case, fire("report", 1), 1)
    snapshot = replace(decision.snapshot, **values)
    after = store.update_case(connection, case, snapshot, decision.entries, (COLUMNS, COLUMNS))
    row = store.case_row(connection, case.id)
    assert row is not None
    assert after is not None
    assert (row[name], row["seq"], row["owner"], row["label"]) == (wanted, snapshot.seq, "clerk", "ann")
    assert store.read_case(connection, case.id) == after


def test_the_rows_of_tasks_and_timers_follow_the_case(connection: Connection) -> None:
    case = opened(connection)

    def rows(part: str) -> list[str]:
        name = part.removesuffix("s")
        return [str(row[name]) for row in store.part_rows(connection, part, case.id)]

    assert rows("tasks") == sorted(case.snapshot.tasks)
    assert rows("timers") == sorted(case.snapshot.timers)
    assert "call" in rows("tasks")
    case = changed(connection, case, AssignTask("call", "kim", CLERK, START))
    [call] = [row for row in store.part_rows(connection, "tasks", case.id) if row["task"] == "call"]
    assert (call["person"], call["role"], call["raised"]) == ("kim", "clerk", to_text(START))
    case = changed(connection, case, fire("report", 1), 1)
    assert "call" not in rows("tasks")
    assert rows("timers") == sorted(case.snapshot.timers)
    other = opened(connection)
    changed(connection, case, fire("scrap", 1, BOSS), 1)
    assert (rows("tasks"), rows("timers")) == ([], [])
    for part, kept in (("tasks", other.snapshot.tasks), ("timers", other.snapshot.timers)):
        assert len(store.part_rows(connection, part, other.id)) == len(kept)


def test_a_case_stands_in_the_queue_while_it_waits(connection: Connection) -> None:
    case = changed(connection, opened(connection), fire("start", 1), 1, free=0)
    since = to_text(START.replace(day=9))
    queued = {"case_id": case.id, "process": "workshop", "place": "bench", "since": since}
    assert store.part_rows(connection, "waiting", case.id) == [queued]
    changed(connection, case, fire("scrap", 2, BOSS), 2)
    assert store.part_rows(connection, "waiting", case.id) == []


def test_history_is_read_in_blocks_each_way_and_as_of_one_instant(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, entries = opened(connection), []
    ahead = case
    for n in range(25):
        decision = decided(ahead, fire("report", n // 24), n // 24)
        entries += decision.entries
        ahead = replace(ahead, snapshot=decision.snapshot)
    after = store.update_case(connection, case, ahead.snapshot, tuple(entries), (COLUMNS, COLUMNS))
    assert after is not None
    last = after.snapshot.seq

    def numbers(end: int) -> list[int]:
        return [one.entry.seq for one in store.history_back(connection, case.id, end)]

    assert numbers(last) == list(range(last, 0, -1))
    assert numbers(3) == [3, 2, 1]
    assert [row[0] for row in store.history_of(connection, case.id, last - 2)] == [last - 1, last]
    assert [row[0] for row in store.history_after(connection, case.id, 2, 3)] == [3, 4, 5]
    assert store.history_after(connection, case.id, last, 3) == []
    for block in (1, 7, last - 1, last, last + 1):
        monkeypatch.setattr(store, "BLOCK", block)
        assert [row[0] for row in store.history_of(connection, case.id)] == list(range(1, last + 1))
        assert [row[0] for row in store.history_of(connection, case.id, last - 2)] == [last - 1, last]
    at_end = [one.seq for one in store.entries_at(connection, case.id, to_text(START.replace(day=9)))]
    assert at_end == [last]
    assert store.entries_at(connection, case.id, to_text(START)) == []  # the last ones are of another instant


def test_cases_are_given_by_their_numbers(connection: Connection) -> None:
    numbers = [opened(connection).id for _ in range(3)]
    assert store.case_ids(connection, 0, 2) == numbers[:2]
    assert store.case_ids(connection, numbers[1], 2) == numbers[2:]
    assert store.case_ids(connection, numbers[2], 2) == []
    assert sorted(store.snapshots_of(connection, [numbers[2], numbers[0], numbers[0], 999])) == numbers[::2]


def test_a_key_stands_for_what_was_done_under_it(connection: Connection) -> None:
    case = opened(connection)
    key = Key("f" * 64, case.id, 1, 3)
    store.insert_key(connection, "jo:1", key)
    assert store.read_key(connection, "jo:1") == key
    assert store.read_key(connection, "jo:2") is None
