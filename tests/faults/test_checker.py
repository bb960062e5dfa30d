"""The independent checker: it finds nothing where nothing is wrong, and each kind of damage that is done."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, text

from engine.authoring.demonstration import load_demonstration, play
from engine.case.refusal import Refusal
from engine.clock import SetClock
from engine.service import Case, Engine
from engine.store.tables import metadata
from tests.conftest import ROOT, START
from tests.faults import checker
from tests.faults.checker import NOTHING, Step
from tests.faults.lending import PROCESS, TOOLS
from tests.tampering import everything, unguard

Damage = Callable[[Connection], object]


def test_it_shares_no_code_with_the_program() -> None:
    tree = ast.parse(Path(checker.__file__).read_text())
    found = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    found |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert {str(name).partition(".")[0] for name in found} & {"engine", "tests", "sqlalchemy"} == set()


def test_a_caseload_in_every_state_is_as_it_should_be(url: str, tmp_path: Path) -> None:
    clock = SetClock(datetime(2025, 8, 15, 10, tzinfo=UTC))
    engine = Engine(url, documents=tmp_path / "documents", clock=clock)
    assert play(load_demonstration(ROOT / "processes" / "hbep-referral.demo.yaml"), engine, clock) == 60
    engine.close()
    assert checker.faults(url, asked=[]) == []


class Lent:
    """Six cases of which three have a tool and two wait for one, and what was answered on the way."""

    def __init__(self, url: str) -> None:
        self.url, self.acknowledged = url, list[Step]()
        self.clock = SetClock(START)
        engine = Engine(url, clock=self.clock)
        engine.publish(PROCESS)
        for number in range(6):
            case = self._done(
                f"open{number}", lambda data, key: engine.open_case("lending", "clerk", data, idempotency_key=key)
            )
            self.clock.set(self.clock.now() + timedelta(minutes=7))
            for event in ("note", "lend")[: 1 + (number > 0)]:
                asked = (case.id, event)
                self._done(
                    f"{event}{number}",
                    lambda data, key, asked=asked: engine.fire(*asked, "clerk", data, idempotency_key=key),
                )
        self.clock.set(self.clock.now() + timedelta(minutes=12))
        engine.run_due()
        self._ticked(engine.complete_task(2, "call", "clerk", idempotency_key="call2"))
        self._done("back2", lambda data, key: engine.fire(2, "give_back", "clerk", data, idempotency_key=key))
        engine.close()

    def _done(self, mark: str, do: Callable[..., Case | Refusal]) -> Case:
        found = do({"mark": mark}, f"clerk:{mark}")
        assert isinstance(found, Case), found
        self.acknowledged.append(Step(found.id, found.version, mark, f"clerk:{mark}"))
        return found

    def _ticked(self, found: Case | Refusal) -> None:
        assert isinstance(found, Case), found
        self.acknowledged.append(Step(found.id, found.version, "", "call2"))

    def faults(self) -> list[str]:
        now = self.clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        marks = [step.mark for step in self.acknowledged]
        return checker.faults(self.url, acknowledged=self.acknowledged, asked=marks, places={"tool": TOOLS}, now=now)


@pytest.fixture(scope="module")
def lent(shared_url: str) -> Lent:
    return Lent(shared_url)


def entries(connection: Connection, case: int) -> list[dict[str, Any]]:
    query = text("SELECT seq, body, hash, private FROM history WHERE case_id = :case ORDER BY seq")
    return [dict(row._mapping) for row in connection.execute(query, {"case": case})]


def store(connection: Connection, case: int, rows: list[dict[str, Any]]) -> None:
    """Put entries in the place of those of a case, with all hashes made to fit: no chain tells of it any more."""
    connection.execute(text("DELETE FROM history WHERE case_id = :case"), {"case": case})
    head = NOTHING
    for seq, row in enumerate(rows, 1):
        body = json.dumps(
            json.loads(row["body"]) | {"seq": seq}, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        head = hashlib.sha256(f"{head}\n{body}".encode()).hexdigest()
        values = {"case": case, "seq": seq, "body": body, "hash": head, "private": row["private"]}
        connection.execute(text("INSERT INTO history VALUES (:case, :seq, :body, :hash, :private)"), values)
    connection.execute(
        text("UPDATE cases SET seq = :seq, head = :head WHERE id = :case"),
        {"case": case, "seq": len(rows), "head": head},
    )


def again(case: int, what: Callable[[dict[str, Any]], bool]) -> Damage:
    """An entry comes a second time, right after itself."""

    def do(connection: Connection) -> None:
        rows = entries(connection, case)
        at = next(index for index, row in enumerate(rows) if what(json.loads(row["body"])))
        store(connection, case, [*rows[: at + 1], *rows[at:]])

    return do


def without(case: int, what: Callable[[dict[str, Any]], bool]) -> Damage:
    """An entry is gone, and no hash tells of it."""

    def do(connection: Connection) -> None:
        store(connection, case, [row for row in entries(connection, case) if not what(json.loads(row["body"]))])

    return do


def written(case: int, what: Callable[[dict[str, Any]], bool], change: dict[str, Any]) -> Damage:
    """An entry says something else, and no hash tells of it."""

    def do(connection: Connection) -> None:
        rows = entries(connection, case)
        for row in rows:
            if what(body := json.loads(row["body"])):
                row["body"] = json.dumps(body | change)
        store(connection, case, rows)

    return do


def sql(statement: str) -> Damage:
    return lambda connection: connection.execute(text(statement))


def of_entry(case: int, seq: int, change: str) -> Damage:
    return sql(f"UPDATE history SET {change} WHERE case_id = {case} AND seq = {seq}")


def whole_case_gone(connection: Connection) -> None:
    for table in reversed(metadata.sorted_tables):
        if "case_id" in table.c:
            connection.execute(delete(table).where(table.c.case_id == 1))
    sql("DELETE FROM cases WHERE id = 1")(connection)


def is_event(name: str) -> Callable[[dict[str, Any]], bool]:
    return lambda body: body.get("event") == name


def replaced(before: str, after: str, column: str = "private") -> str:
    return f"{column} = replace({column}, '{before}', '{after}')"


LAST = "seq = (SELECT max(seq) FROM history WHERE case_id = 2)"
LATER = "2023-09-12T08:00:00.000000Z"
SOONER = "2023-09-11T07:00:00.000000Z"
TICK, LOOK, NOTE = (is_event(name) for name in ("here/tick", "task:look", "note"))
LEND, BACK = is_event("lend"), is_event("give_back")
ONE_TOO_MANY = {"held": {"here.lent": "tool"}, "entered": ["here.lent"]}
# What is done, and what has to be said of it.
DAMAGE: dict[str, tuple[Damage, str]] = {
    "an entry in the middle is gone": (
        sql("DELETE FROM history WHERE case_id = 1 AND seq = 2"),
        "case 1: entry 2 is missing",
    ),
    "the last entry is gone": (sql(f"DELETE FROM history WHERE case_id = 2 AND {LAST}"), "case 2: its row says"),
    "a case is gone with all that is of it": (whole_case_gone, "open0 was answered and is lost"),
    "an entry was changed": (of_entry(1, 1, replaced("lending", "x", "body")), "case 1: entry 1 has not the hash"),
    "a hash was changed": (of_entry(1, 1, "hash = 'x'"), "case 1: entry 1 has not the hash"),
    "a head was changed": (sql("UPDATE cases SET head = 'x' WHERE id = 1"), "case 1: its row says"),
    "a state was changed": (sql("UPDATE cases SET state = 'off' WHERE id = 1"), "case 1: its row says"),
    "an outcome was changed": (sql("UPDATE cases SET outcome = '' WHERE id = 2"), "case 2: its row says"),
    "a value was changed": (of_entry(1, 1, replaced("open0", "open9")), "data/mark of entry 1 was changed"),
    "a value is gone": (of_entry(1, 1, "private = NULL"), "data/mark of entry 1 is missing"),
    "a value was put in": (
        of_entry(1, 1, replaced('"mark"', '"more":["a",1],"mark"')),
        "data/more stands beside entry 1 for nothing",
    ),
    "a timer fired twice": (again(1, TICK), "the timer here/tick was set for a time that was before"),
    "a timer fired that had ended": (again(3, LOOK), "the timer task:look fired, and was not set"),
    "a timer fired too early": (written(1, TICK, {"at": SOONER}), "the timer here/tick fired before its time"),
    "a timer stays after it fired": (written(3, LOOK, {"stopped": []}), "the timer task:look fired and is set still"),
    "a timer is lost": (sql("DELETE FROM timers WHERE case_id = 1"), "case 1: a row of timers is missing"),
    "a timer was set by nobody": (
        sql(f"INSERT INTO timers (case_id, timer, due) VALUES (1, 'here/soon', '{LATER}')"),
        "case 1: there is a row of timers for nothing",
    ),
    "a timer was not fired": (sql(f"UPDATE timers SET due = '{SOONER}' WHERE case_id = 1"), "and is there still"),
    "a step is lost": (without(1, NOTE), "note0 was answered and is lost"),
    "a step was done twice": (again(1, NOTE), "note0 was done 2 times"),
    "a step that nobody asked for": (
        sql(f"UPDATE history SET {replaced('note0', 'note9')}"),
        "note9 was done and never asked for",
    ),
    "a request is forgotten": (
        sql("DELETE FROM keys WHERE \"key\" = 'call2'"),
        "the request call2 was answered with",
    ),
    "a request of what is not there": (
        sql("UPDATE keys SET last = 99 WHERE \"key\" = 'call2'"),
        "made entry 99 of case 2, which is not there",
    ),
    "one entry of two requests": (
        sql("UPDATE keys SET first = 1, last = 2 WHERE \"key\" = 'clerk:note0'"),
        "case 1: entry 1 was made by two requests",
    ),
    "a place too many is taken": (
        sql("UPDATE places SET taken = taken + 1"),
        "4 of the place tool are counted as taken, and 3 are held",
    ),
    "a place was given out twice": (
        sql("UPDATE places SET taken = taken - 1"),
        "2 of the place tool are counted as taken, and 3 are held",
    ),
    "more are held than there are": (
        written(6, LEND, ONE_TOO_MANY),
        "4 of the place tool are held, of which there are 3",
    ),
    "a place of a state that was left": (
        written(2, BACK, {"freed": []}),
        "a place is held for here.lent, which was left",
    ),
    "a task of a state that was left": (written(2, BACK, {"closed": {}}), "is open, and here was left"),
    "a timer of a state that was left": (
        written(2, BACK, {"stopped": []}),
        "the timer here/tick is set, and here was left",
    ),
    "a task of nobody": (
        sql(f"INSERT INTO tasks (case_id, task, role, raised) VALUES (1, 'more', 'clerk', '{LATER}')"),
        "case 1: there is a row of tasks for nothing: more",
    ),
    "a task is lost": (sql("DELETE FROM tasks WHERE case_id = 3"), "case 3: a row of tasks is missing"),
    "a turn is lost": (sql("DELETE FROM waiting WHERE case_id = 6"), "case 6: a row of waiting is missing"),
    "time went back": (written(1, NOTE, {"at": SOONER}), "happened before the one before it"),
    "an entry after the end": (again(2, BACK), "came after its end"),
    "the journal was changed": (sql("UPDATE journal SET about = 'x' WHERE seq = 1"), "row 1 of the journal"),
}


def test_nothing_is_found_where_nothing_is_wrong(lent: Lent) -> None:
    assert lent.faults() == []


@pytest.mark.parametrize("kind", DAMAGE)
def test_each_kind_of_damage_is_found(lent: Lent, kind: str) -> None:
    damage, told = DAMAGE[kind]
    engine = Engine(lent.url)
    with engine.database.writing() as connection:
        unguard(connection)
        before = everything(connection)
        damage(connection)
    found = lent.faults()
    with engine.database.writing() as connection:
        unguard(connection)
        put_back(connection, before)
    engine.close()
    assert [fault for fault in found if told in fault], found
    assert lent.faults() == []


def put_back(connection: Connection, rows: dict[str, Any]) -> None:
    for table in reversed(metadata.sorted_tables):
        connection.execute(delete(table))
    for table in metadata.sorted_tables:
        if rows[table.name]:
            connection.execute(insert(table), rows[table.name])
