"""Crowd: very many cases at once, copied from a few real ones straight into the tables.

Each copy has its own number, organisation and times, and a history whose chain begins anew only in name:
what is measured does not read it.
"""

from __future__ import annotations

import json
import random
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.process import START, ready_case, swing
from benchmarks.servers import sqlite_engine
from engine.case.time.instants import from_text, to_text
from engine.service import Engine

HOUSES = 10
_BATCH = 5_000
Rows = dict[str, list[dict[str, Any]]]


def grow(engine: Engine, file: Path, count: int, ended: float = 0.1) -> None:
    """Add `count` cases to the database in `file`; a share has ended, tasks are spread over weeks."""
    number = ready_case(engine)
    swing(engine, number)
    with sqlite3.connect(file) as database:
        database.row_factory = sqlite3.Row
        tables = {name: _rows(database, name, number) for name in ("cases", "history", "tasks", "timers", "words")}
        chance = random.Random(7)  # noqa: S311
        last = database.execute("SELECT max(id) FROM cases").fetchone()[0]
        for first in range(last + 1, last + 1 + count, _BATCH):
            copies = [_copy(tables, one, chance, ended) for one in range(first, min(first + _BATCH, last + 1 + count))]
            for name in tables:
                _insert(database, name, [row for copy in copies for row in copy[name]])
            database.commit()
        database.execute("ANALYZE")
    database.close()


def small_and_big(place: Path, few: int, many: int) -> list[Engine]:
    """Two engines on databases in `place`, with few and with many cases."""
    engines = []
    for name, count in (("small", few), ("big", many)):
        file = place / f"{name}.db"
        engine = sqlite_engine(file)
        grow(engine, file, count)
        engines.append(engine)
    return engines


def _rows(database: sqlite3.Connection, name: str, number: int) -> list[dict[str, Any]]:
    key = "id" if name == "cases" else "case_id"
    return [dict(row) for row in database.execute(f"SELECT * FROM {name} WHERE {key} = ?", (number,))]


def _copy(tables: Rows, number: int, chance: random.Random, share: float) -> Rows:
    house, shift = f"House {chance.randrange(HOUSES)}", timedelta(minutes=chance.randrange(20 * 24 * 60))
    ended = chance.random() < share
    case = dict(tables["cases"][0])
    snapshot = json.loads(case["snapshot"])
    snapshot["data"]["house"] = house
    tasks = [{**row, "case_id": number, "due": _moved(row["due"], shift)} for row in tables["tasks"]]
    timers = [{**row, "case_id": number, "due": _moved(row["due"], shift)} for row in tables["timers"]]
    snapshot["tasks"] = {row["task"]: {**snapshot["tasks"][row["task"]], "due": row["due"]} for row in tasks}
    snapshot["timers"] = {row["timer"]: [row["due"], row["due"]] for row in timers}
    if ended:
        tasks, timers = [], []
        snapshot |= {"state": "done", "outcome": "Done", "tasks": {}, "timers": {}, "entered": {"done": to_text(START)}}
    case |= {
        "id": number,
        "organisation": house,
        "organisation_order": house.lower(),
        "snapshot": json.dumps(snapshot),
        "state": snapshot["state"],
        "outcome": snapshot["outcome"],
        "owner": "" if ended else case["owner"],
        "since": to_text(START + timedelta(minutes=number % 20_000)),
        "next_due": tasks[0]["due"] if tasks else None,
    }
    history = [{**row, "case_id": number} for row in tables["history"]]
    words = [{"word": word, "case_id": number} for word in {str(number), *house.lower().split()}]
    return {"cases": [case], "history": history, "tasks": tasks, "timers": timers, "words": words}


def _moved(due: str, shift: timedelta) -> str:
    return to_text(from_text(due) + shift)


def _insert(database: sqlite3.Connection, name: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        columns = list(rows[0])
        marks = ", ".join(f":{column}" for column in columns)
        database.executemany(f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({marks})", rows)
