"""Kill `casework init` (SIGKILL) in the middle of an upgrade: afterwards everything is as before, and init ends it.

    python -m tests.faults.upgrade URL

The moments are spread over all statements that the upgrade makes, its last commit included.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import sys
from dataclasses import dataclass
from typing import Any

import sqlalchemy
from sqlalchemy import MetaData, event, select

from engine.service import Engine
from engine.store import schema
from engine.store.database import Database
from tests.conftest import LOAN

BEFORE = "0010"
NAMES = ("North", "South", "O’Neil-Öst")


@dataclass(frozen=True)
class Outcome:
    """How many children were killed, and what was found wrong."""

    killed: int
    faults: tuple[str, ...]


def run(url: str, moments: int) -> Outcome:
    """Kill it at so many moments, then let it come to its end."""
    _prepare(url)
    as_it_was, killed = _everything(url), 0
    steps = _steps(url)
    every, faults = steps / moments, [] if steps > moments else [f"only {steps} steps"]
    for moment in range(moments):
        at = int((moment + 1) * every)
        killed += _killed(url, at)
        if _everything(url) != as_it_was:
            faults.append(f"killed at step {at}, the database is not as it was")
            break
    Engine.prepare(url)
    engine = Engine(url)
    faults += [str(one) for one in engine.verify().findings]
    if [one.data["club"] for one in engine.cases(by="clerk").items] != list(NAMES):
        faults.append("cases were lost")
    if [one.id for one in engine.cases(search="oneilost", by="clerk").items] != [3]:
        faults.append("the index was not made anew")
    engine.close()
    return Outcome(killed, tuple(faults))


def _prepare(url: str) -> None:
    Engine.prepare(url)
    engine = Engine(url)
    engine.publish(LOAN)
    for name in NAMES:
        engine.open_case("equipment-loan", "clerk", {"club": name, "item": "saw"})
    engine.close()
    database = Database(url)
    with database.writing() as connection:
        schema.bring_down(connection, BEFORE)
    database.dispose()


def _everything(url: str) -> str:
    """A digest of all tables and rows."""
    database = Database(url)
    with database.reading() as connection:
        found = MetaData()
        found.reflect(connection)
        rows = {table.name: sorted(map(repr, connection.execute(select(table)).all())) for table in found.sorted_tables}
    database.dispose()
    return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()


class _TakenBack(Exception):
    """Ends the trial by which steps are counted."""


def _steps(url: str) -> int:
    """How many steps an upgrade has; it is taken back."""
    count = 0

    is_last = False

    def counted(_: Any, __: Any, statement: str, *___: Any) -> None:
        nonlocal count, is_last
        count, is_last = count + 1, is_last or "UPDATE alembic_version" in statement

    def stopped(_: Any) -> None:
        nonlocal count
        count += 1
        if is_last:  # what was only read before is committed, too
            raise _TakenBack

    event.listen(sqlalchemy.Engine, "before_cursor_execute", counted)
    event.listen(sqlalchemy.Engine, "commit", stopped)
    try:
        with contextlib.suppress(_TakenBack):
            Engine.prepare(url)
    finally:
        event.remove(sqlalchemy.Engine, "before_cursor_execute", counted)
        event.remove(sqlalchemy.Engine, "commit", stopped)
    return count


def _killed(url: str, at: int) -> bool:
    child = os.fork()
    if not child:
        try:
            _die_at(at)
            Engine.prepare(url)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def _die_at(step: int) -> None:
    left = step

    def counted(*_: Any) -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(sqlalchemy.Engine, "before_cursor_execute", counted)
    event.listen(sqlalchemy.Engine, "commit", counted)


if __name__ == "__main__":
    found = run(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 100)
    print(json.dumps([found.killed, found.faults]))
