"""Tampering: what somebody can do who has the database in their hands, drawn at random from a seed.

Each edit says what has to be named: the case and the entry where there is one, or what it is called. What nobody can
tell from a change by the program (a mark that was raised, a new row at the end) has to be listed as not proved.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from random import Random
from typing import Any

from sqlalchemy import Column, Connection, Table, and_, delete, insert, select, text, update

from engine.case.canonical import canonical
from engine.case.entry import GENESIS, Entry, chained
from engine.case.merkle import Tree
from engine.case.snapshot import Snapshot, replay
from engine.service import Verified
from engine.store.keeping import checkpoints
from engine.store.keeping.parts import NOT_PROVEN, STATES, row_digest
from engine.store.processes import text_hash
from engine.store.tables import accesses, calendars, cases, history, leaves, metadata, versions
from engine.store.tables import checkpoints as taken

PASSING = {name for name, why in NOT_PROVEN.items() if "compared" not in why}
EDITED = [table for table in metadata.sorted_tables if table.name not in PASSING]
# What changes by itself, or is proven by nothing.
FREE = {("accounts", "counter"), ("accounts", "recovery"), ("accounts", "totp"), ("hooks", "secret")}
FREE |= {("passkeys", "count"), ("passkeys", "used")}
Rows = list[dict[str, Any]]


def unguard(connection: Connection) -> None:
    """Take away every guard that keeps rows from being changed."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        for (name,) in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            connection.execute(text(f"DROP TRIGGER {name}"))
        return
    # Whoever owns the server switches off triggers and references alike.
    connection.execute(text("SET LOCAL session_replication_role = replica"))


@dataclass
class Edit:
    """What was done. `case` and `entry` are 0 where none is meant; `is_disguised`: it looks as the program's own."""

    what: str
    case: int = 0
    entry: int = 0
    is_disguised: bool = False

    def is_named(self, found: Verified) -> bool:
        """Whether a finding names it, or what is not proved does where it is disguised."""
        if self.is_disguised:
            return bool(found.findings or found.later)
        return any(self._is_it(one.case, one.entry) for one in found.findings)

    def _is_it(self, case: int, entry: int) -> bool:
        return (not self.case or case == self.case) and (not self.entry or entry == self.entry)


class Tamperer:
    """Does one thing to a database, by chance."""

    def __init__(self, connection: Connection, seed: int, older: dict[str, Rows]) -> None:
        self._connection, self._random, self._older = connection, Random(seed), older
        unguard(connection)

    def edit(self) -> Edit:
        """Do something, other than nothing."""
        kinds = [self._change] * 4 + [self._remove] * 2 + [self._put_in] * 2 + [self._swap, self._empty, self._back]
        kinds += [self._rewrite] * 2 + [self._cut, self._whole_case, self._fit_text, self._forge_log, self._fit_access]
        while True:
            done = self._random.choice(kinds)()
            if done is not None:
                return done

    # One table

    def _change(self) -> Edit | None:
        table, row = self._some_row()
        column = self._random.choice(list(table.c))
        if column.primary_key or (table.name, column.name) in FREE or (table.name, column.name) == ("leaves", "salt"):
            return None
        new = self._other(row[column.name], column)
        state = STATES.get(table.name)
        if new == row[column.name]:
            return None
        self._connection.execute(update(table).where(_is(table, row)).values({column.name: new}))
        raised = state is not None and column.name == state.mark and (isinstance(new, str) or new > row[column.name])
        return self._of(f"changed {table.name}.{column.name}", table, row, is_disguised=raised)

    def _other(self, value: Any, column: Column[Any]) -> Any:
        if isinstance(value, bool):
            return not value
        if isinstance(value, int):
            return value + self._random.choice([-1, 1, 7])
        if value is None:
            return 1 if "INT" in str(column.type) else "x"
        at = self._random.randrange(len(value) + 1)
        changed = value[:at] + self._random.choice("x7 ") + value[at + 1 :]
        length = getattr(column.type, "length", None) or len(changed)
        return changed[:length]

    def _remove(self) -> Edit | None:
        table, row = self._some_row()
        self._connection.execute(delete(table).where(_is(table, row)))
        return self._of(f"removed of {table.name}", table, row, is_disguised=_may_go(table, row))

    def _put_in(self) -> Edit | None:
        """A copy of a row with another key; behind the last number it looks as one that came later."""
        table, row = self._some_row()
        copy = dict(row)
        column = self._random.choice(list(table.primary_key))
        copy[column.name] = self._other(row[column.name], column)
        if self._connection.execute(select(table).where(_is(table, copy))).first():
            return None
        for unique in (one for one in table.c if one.unique or one.name in {"day", "hash"}):
            copy[unique.name] = self._other(row[unique.name], unique) if not unique.primary_key else copy[unique.name]
            if copy[unique.name] == row[unique.name] and not unique.primary_key:
                return None
        if table is history:  # the first that is not as it should be: one before it is missing, or it is that
            behind = max([one["seq"] for one in self._rows(table) if one["case_id"] == copy["case_id"]], default=0)
            row = copy | {"seq": max(1, min(copy["seq"], behind + 1))}
        self._connection.execute(insert(table).values(copy))
        numbered = "id" in table.c and table is not cases
        last = max(one["id"] for one in self._rows(table)) if numbered else 0
        looks_new = copy["id"] == last if numbered else table.name in STATES
        named = row if table is history else copy
        return self._of(f"put into {table.name}", table, named, is_disguised=looks_new)

    def _swap(self) -> Edit | None:
        """Two rows change places: what they hold, under the keys of each other."""
        table, one = self._some_row()
        _, other = self._some_row(table)
        names = [c.name for c in table.c if not c.primary_key and not c.unique and (table.name, c.name) not in FREE]
        if table.name in {"meetings", "tokens"}:
            names = [name for name in names if name not in {"day", "series", "hash"}]
        if all(one[name] == other[name] for name in names):
            return None
        if table.name in STATES and (mark := STATES[table.name].mark):
            names = [name for name in names if name != mark]
            if all(one[name] == other[name] for name in names):
                return None
        for row, given in ((one, other), (other, one)):
            values = {name: given[name] for name in names}
            self._connection.execute(update(table).where(_is(table, row)).values(values))
        same_case = one.get("case_id") == other.get("case_id")
        first = min(one, other, key=lambda row: row.get("seq") or 0) if table is history and same_case else one
        return self._of(f"swapped in {table.name}", table, first)

    def _empty(self) -> Edit | None:
        table, row = self._some_row()
        self._connection.execute(delete(table))
        return Edit(f"emptied {table.name}", is_disguised=_may_go(table, row))

    def _back(self) -> Edit:
        """An older copy takes the place of the database, or of one table."""
        table = self._random.choice([None, *(one for one in EDITED if self._older[one.name] != self._rows(one))])
        for one in [table] if table is not None else list(reversed(metadata.sorted_tables)):
            self._connection.execute(delete(one))
        for one in [table] if table is not None else metadata.sorted_tables:
            if self._older[one.name]:
                self._connection.execute(insert(one), self._older[one.name])
        may_go = table is not None and any(_may_go(table, row) for row in self._rows(table))
        return Edit(f"put back {'everything' if table is None else table.name}", is_disguised=may_go)

    # With hashes made to fit

    def _rewrite(self) -> Edit:
        """Another name or time in an entry, all hashes behind it made anew, and the case with them."""
        case, entries = self._some_history()
        at = self._random.randrange(len(entries))
        body = json.loads(entries[at]["body"])
        body |= self._random.choice([{"by": body["by"] + "x"}, {"recorded": body["recorded"].replace("2023", "2022")}])
        entries[at]["body"] = canonical(body)
        self._store(case, entries)
        return Edit("rewrote with hashes", case, at + 1)

    def _cut(self) -> Edit | None:
        case, entries = self._some_history()
        left = self._random.randrange(1, len(entries))
        self._store(case, entries[:left])
        return Edit("cut with hashes", case, left + 1)

    def _store(self, case: int, entries: Rows) -> None:
        head = GENESIS
        for row in entries:
            row["hash"] = head = chained(head, row["body"])
        self._connection.execute(delete(history).where(history.c.case_id == case))
        self._connection.execute(insert(history), entries)
        snapshot: Snapshot | None = replay([Entry.from_written(row["body"], row["private"]) for row in entries])
        assert snapshot is not None
        values = {"head": head, "seq": len(entries), "snapshot": snapshot.as_json(), "state": snapshot.state}
        self._connection.execute(update(cases).where(cases.c.id == case).values(values))

    def _whole_case(self) -> Edit:
        case, _ = self._some_history()
        for table in reversed(metadata.sorted_tables):
            if "case_id" in table.c and table is not accesses:
                self._connection.execute(delete(table).where(table.c.case_id == case))
        self._connection.execute(delete(cases).where(cases.c.id == case))
        return Edit("removed a case with all that is of it", case)

    def _fit_text(self) -> Edit:
        table = self._random.choice([versions, calendars])
        row = self._random.choice(self._rows(table))
        changed = row["text"] + "\n# "
        values = {"text": changed, "hash": text_hash(changed)}
        self._connection.execute(update(table).where(_is(table, row)).values(values))
        return Edit(f"changed a text of {table.name} with its hash")

    def _fit_access(self) -> Edit:
        """A name in the access log, and in the log of checkpoints what makes it fit, with all roots."""
        row = self._random.choice(self._rows(accesses))
        changed = row | {"by": row["by"] + "x"}
        self._connection.execute(update(accesses).where(_is(accesses, row)).values(changed))
        for leaf in self._rows(leaves):
            body = leaf["body"].replace(row_digest(row)[:16], row_digest(changed)[:16])
            self._connection.execute(update(leaves).where(leaves.c.number == leaf["number"]).values(body=body))
        self._new_roots()
        return Edit("changed an access with the log of checkpoints")

    def _forge_log(self) -> Edit:
        row = self._random.choice(self._rows(leaves))
        body = self._other(row["body"], leaves.c.body)
        if body == row["body"]:
            body += " "
        self._connection.execute(update(leaves).where(leaves.c.number == row["number"]).values(body=body))
        self._new_roots()
        return Edit("forged the log of checkpoints with all roots")

    def _new_roots(self) -> None:
        tree, sizes = Tree(), {head.size: head for head in checkpoints.all_heads(self._connection)}
        for leaf in checkpoints.all_leaves(self._connection):
            tree.add(leaf.hashed)
            if head := sizes.get(tree.size):
                values = {"root": tree.root, "edge": json.dumps(tree.edge)}
                self._connection.execute(update(taken).where(taken.c.number == head.number).values(values))

    # What there is

    def _rows(self, table: Table) -> Rows:
        return [row._asdict() for row in self._connection.execute(select(table).order_by(*table.primary_key))]

    def _some_row(self, table: Table | None = None) -> tuple[Table, dict[str, Any]]:
        while not (rows := self._rows(found := table if table is not None else self._random.choice(EDITED))):
            pass
        return found, self._random.choice(rows)

    def _some_history(self) -> tuple[int, Rows]:
        case = self._random.choice(self._rows(cases))["id"]
        return case, [row for row in self._rows(history) if row["case_id"] == case]

    def _of(self, what: str, table: Table, row: dict[str, Any], *, is_disguised: bool = False) -> Edit:
        case = int(row["id"] if table is cases else row.get("case_id") or 0)
        there = self._connection.execute(select(cases.c.id).where(cases.c.id == case)).first()
        return Edit(what, case, row["seq"] if table is history and there else 0, is_disguised)


def _is(table: Table, row: dict[str, Any]) -> Any:
    return and_(*(column == row[column.name] for column in table.primary_key))


def _may_go(table: Table, row: dict[str, Any]) -> bool:
    """Whether the program itself takes such rows away."""
    return table.name in STATES and not STATES[table.name].stays(row)


def everything(connection: Connection) -> dict[str, Rows]:
    """All rows of all tables."""
    return {
        table.name: [row._asdict() for row in connection.execute(select(table).order_by(*table.primary_key))]
        for table in metadata.sorted_tables
    }
