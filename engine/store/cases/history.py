"""History: the entries of a case of some kinds, and what was written down before one of them."""

from __future__ import annotations

import functools
import itertools
import json
from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)

from engine.case.command import ENGINE
from engine.case.entry import Entry
from engine.case.kinds import EVENT, OF_KIND, StepKind
from engine.store.cases.cases import StoredEntry
from engine.store.statement import BLOCK, Statement
from engine.store.tables import cases, history

Kinds = frozenset[StepKind]
ALL: Kinds = frozenset()
"""No kinds in particular: entries of every one."""
_COLUMNS = (history.c.seq, history.c.body, history.c.hash, history.c.private)
# Two values each: a statement of SQLite takes only so many.
_PAIRS = 400
_SQLITE, _POSTGRES = "sqlite", "postgresql"


def _part(name: str, database: str) -> ColumnElement[Any]:
    """A text at the top of an entry."""
    if database == _SQLITE:
        return func.json_extract(history.c.body, literal_column(f"'$.{name}'"))
    return func.json_extract_path_text(cast(history.c.body, JSON), literal_column(f"'{name}'"))


def _is_of(kinds: Kinds, database: str) -> ColumnElement[bool]:
    """That an entry is of one of these kinds of step, just as `kind_of` says."""
    kind, engine = _part("kind", database), _part("by", database) == ENGINE.name
    ways = [and_(_holds(f'"kind":"{one}"'), kind == one) for step in sorted(kinds) for one in OF_KIND[step]]
    event = and_(_holds(f'"kind":"{EVENT}"'), kind == EVENT)
    if kinds >= {StepKind.PEOPLE, StepKind.BY_ITSELF}:
        ways.append(event)
    elif StepKind.PEOPLE in kinds:
        ways.append(and_(event, ~engine))
    elif StepKind.BY_ITSELF in kinds:
        ways.append(and_(event, engine))
    return or_(*ways)


def _holds(text: str) -> ColumnElement[bool]:
    """That a text stands in an entry: asked first, for to read the whole of it as JSON takes much longer."""
    return history.c.body.contains(text, autoescape=True)


@functools.cache
def _statement(kinds: Kinds, way: str) -> Statement:
    """`back`: up to a number, the latest first; `on`: behind one, in order; `count`: how many there are."""

    def made(database: str) -> Select[Any]:
        query = (select(func.count()) if way == "count" else select(*_COLUMNS)).where(
            history.c.case_id == bindparam("id")
        )
        query = query.where(_is_of(kinds, database)) if kinds else query
        if way == "count":
            return query.where(history.c.seq <= bindparam("seq"))
        is_back = way == "back"
        border = history.c.seq <= bindparam("seq") if is_back else history.c.seq > bindparam("seq")
        query = query.where(border).order_by(history.c.seq.desc() if is_back else history.c.seq)
        return query.limit(bindparam("most"))

    return Statement(made(_SQLITE), made(_POSTGRES))


def entries_until(connection: Connection, case: int, last: int, most: int, kinds: Kinds = ALL) -> list[StoredEntry]:
    """The entries of a case up to a number, the latest first: at most so many, of these kinds only."""
    rows = _statement(kinds, "back").rows(connection, id=case, seq=last, most=most)
    return [StoredEntry(*row) for row in rows]


def entries_after(connection: Connection, case: int, after: int, most: int, kinds: Kinds = ALL) -> list[StoredEntry]:
    """The entries of a case behind a number, in order: at most so many, of these kinds only."""
    rows = _statement(kinds, "on").rows(connection, id=case, seq=after, most=most)
    return [StoredEntry(*row) for row in rows]


def count_entries(connection: Connection, case: int, last: int, kinds: Kinds) -> int:
    """How many entries of these kinds a case has up to a number."""
    row = _statement(kinds, "count").row(connection, id=case, seq=last)
    return int(row[0]) if row else 0


def entries_named(connection: Connection, case: int, numbers: Collection[int]) -> dict[int, StoredEntry]:
    """The entries of a case with these numbers."""
    found, wanted = dict[int, StoredEntry](), sorted(numbers)
    for start in range(0, len(wanted), BLOCK):
        query = select(*_COLUMNS).where(history.c.case_id == case, history.c.seq.in_(wanted[start : start + BLOCK]))
        found |= {row[0]: StoredEntry(*row) for row in connection.execute(query)}
    return found


def entries_of_cases(connection: Connection, numbers: Collection[tuple[int, int]]) -> dict[int, list[StoredEntry]]:
    """The entries with these numbers, each behind the number of its case, in order; by the cases."""
    found, wanted = dict[int, list[StoredEntry]](), sorted(numbers)
    for start in range(0, len(wanted), _PAIRS):
        named = tuple_(history.c.case_id, history.c.seq).in_(wanted[start : start + _PAIRS])
        for row in connection.execute(select(history.c.case_id, *_COLUMNS).where(named).order_by(*history.primary_key)):
            found.setdefault(row[0], []).append(StoredEntry(*row[1:]))
    return found


def histories_of(
    connection: Connection, process: str, organisation: str | None = None
) -> Iterator[tuple[int, list[Entry]]]:
    """The whole history of each case of a process in order, each with its number; of one organisation where named."""
    own = () if organisation is None else (cases.c.organisation == organisation,)
    query = select(history.c.case_id, *_COLUMNS).join(cases, cases.c.id == history.c.case_id)
    rows = connection.execute(query.where(cases.c.process == process, *own).order_by(*history.primary_key))
    for case, found in itertools.groupby(rows, key=lambda row: row[0]):
        yield case, [StoredEntry(*row[1:]).entry for row in found]


def task_entries(connection: Connection, cases: Collection[int]) -> dict[int, list[Entry]]:
    """What was written of nothing but tasks (given, put off, ticked off) in these cases, in order; by the cases."""
    found, wanted = dict[int, list[Entry]](), sorted(set(cases))
    for start in range(0, len(wanted), BLOCK):
        named = history.c.case_id.in_(wanted[start : start + BLOCK])
        query = select(history.c.case_id, *_COLUMNS).where(named, _holds('"kind":"task"'))
        for row in connection.execute(query.order_by(*history.primary_key)):
            entry = StoredEntry(*row[1:]).entry
            if entry.kind == "task":
                found.setdefault(row[0], []).append(entry)
    return found


def places_back(connection: Connection, case: int, last: int) -> Iterator[tuple[int, dict[str, str]]]:
    """The entries of a case up to a number that took a place, the latest first: each with the place for each state."""
    query = select(history.c.seq, history.c.body).where(history.c.case_id == case, _holds('"held":{'))
    while True:
        page = query.where(history.c.seq <= last).order_by(history.c.seq.desc()).limit(100)
        rows = connection.execute(page).all()
        for seq, body in rows:
            if held := json.loads(body).get("held"):
                yield seq, held
        if len(rows) < 100:
            return
        last = rows[-1][0] - 1
