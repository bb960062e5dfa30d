"""The floor: the rows that one swing writes, written by the bare driver in one transaction.

The rows are those that the engine wrote for a real swing; only keys and order numbers change.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg

from benchmarks.process import ready_case, swing
from engine.service import Engine
from engine.store.cases.cases import case_row, history_of, part_rows

_CASE = (
    "version",
    "state",
    "owner",
    "outcome",
    "organisation",
    "organisation_order",
    "label",
    "since",
    "kept_until",
    "retained",
    "next_due",
    "seq",
    "head",
    "snapshot",
)


@dataclass(frozen=True)
class Rows:
    """What one swing of one case wrote."""

    case: dict[str, Any]
    body: str
    digest: str
    private: str | None
    task: dict[str, Any]
    timer: dict[str, Any]


def rows_of_a_swing(engine: Engine) -> Rows:
    """Let a case swing, and look at what was written."""
    number = ready_case(engine)
    swing(engine, number)
    with engine.database.reading() as connection:
        case = case_row(connection, number)
        assert case is not None
        *_, last = history_of(connection, number)
        [task], [timer] = part_rows(connection, "tasks", number), part_rows(connection, "timers", number)
    return Rows(case, last.body, last.hash, last.private, task, timer)


def _statements(mark: Callable[[str], str]) -> tuple[str, ...]:
    task = ("case_id", "task", "role", "person", "escalated", "raised", "due")
    return (
        f"UPDATE cases SET {', '.join(f'{name} = {mark(name)}' for name in _CASE)} "
        f"WHERE id = {mark('id')} AND seq = {mark('expected')}",
        f"INSERT INTO history (case_id, seq, body, hash, private) "
        f"VALUES ({mark('id')}, {mark('seq')}, {mark('body')}, {mark('digest')}, {mark('private')})",
        f"DELETE FROM tasks WHERE case_id = {mark('case_id')} AND task = {mark('task')}",
        f"INSERT INTO tasks ({', '.join(task)}) VALUES ({', '.join(mark(name) for name in task)})",
        f"DELETE FROM timers WHERE case_id = {mark('case_id')} AND timer = {mark('timer')}",
        f"INSERT INTO timers (case_id, timer, due) VALUES ({mark('case_id')}, {mark('timer')}, {mark('due')})",
    )


def _values(rows: Rows, number: int, seq: int) -> tuple[dict[str, Any], ...]:
    case = {**rows.case, "id": number, "seq": seq + 1, "expected": seq}
    history = {"id": number, "seq": seq + 1, "body": rows.body, "digest": rows.digest, "private": rows.private}
    task, timer = {**rows.task, "case_id": number}, {**rows.timer, "case_id": number}
    return case, history, task, task, timer, timer


class SqliteFloor:
    """Bare `sqlite3`: write-ahead log, synchronous FULL, one transaction a swing."""

    def __init__(self, file: str, rows: Rows) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None)
        for pragma in ("journal_mode = WAL", "foreign_keys = ON", "synchronous = FULL"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._rows = rows
        self._statements = _statements(lambda name: f":{name}")
        self._seq: dict[int, int] = {}

    def swing(self, number: int) -> None:
        """Write one swing of a case."""
        seq = self._seq.get(number) or self._first_seq(number)
        self._connection.execute("BEGIN IMMEDIATE")
        for statement, values in zip(self._statements, _values(self._rows, number, seq), strict=True):
            self._connection.execute(statement, values)
        self._connection.execute("COMMIT")
        self._seq[number] = seq + 1

    def _first_seq(self, number: int) -> int:
        seq: int = self._connection.execute("SELECT seq FROM cases WHERE id = ?", (number,)).fetchone()[0]
        return seq


class PostgresFloor:
    """Bare psycopg: one transaction a swing."""

    def __init__(self, address: str, rows: Rows) -> None:
        self._connection = psycopg.connect(address)
        self._rows = rows
        self._statements = [text.encode() for text in _statements(lambda name: f"%({name})s")]
        self._seq: dict[int, int] = {}

    def swing(self, number: int) -> None:
        """Write one swing of a case."""
        seq = self._seq.get(number) or self._first_seq(number)
        for statement, values in zip(self._statements, _values(self._rows, number, seq), strict=True):
            self._connection.execute(statement, values)
        self._connection.commit()
        self._seq[number] = seq + 1

    def _first_seq(self, number: int) -> int:
        row = self._connection.execute("SELECT seq FROM cases WHERE id = %s", (number,)).fetchone()
        assert row
        return int(row[0])

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()
