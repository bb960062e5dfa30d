"""Accesses: who saw personal data of a case. Rows are added, never changed.

That somebody was shown a list is one row, however long the list is: it belongs to the first case of the list and names
the others, each between commas. Reading all these texts to find the rows that name a case would take longer the older
the log is. So for each block of rows that follow each other it is kept which cases they name: people look at the same
cases again and again, so that this is far less than a row for each case of each list.
"""

from __future__ import annotations

import heapq
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    BindParameter,
    Connection,
    FromClause,
    Text,
    bindparam,
    cast,
    column,
    func,
    insert,
    select,
)
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from engine.store.statement import Statement, streamed
from engine.store.tables import access_blocks, accesses

# Rows of one block. More make fewer blocks to note for a list, and more texts to read where one names the case.
BLOCK = 256
_given: dict[str, BindParameter[Any]] = {name: bindparam(name) for name in ("case_id", "at", "by", "what", "others")}
_INSERT = Statement(insert(accesses).values(_given).returning(accesses.c.id))
# All cases of a list in one statement. In one order, or two that note the same cases at once might wait for each other;
# SQLite needs something between FROM and ON CONFLICT besides, or it takes the ON for that of a join.
_cases: dict[str, FromClause] = {
    "sqlite": func.json_each(bindparam("cases", type_=Text)).table_valued("value"),
    "postgresql": func.json_array_elements_text(cast(bindparam("cases", type_=Text), JSON)).table_valued("value"),
}
_noted = {
    kind: select(cast(of.c.value, BigInteger), cast(bindparam("block"), BigInteger))
    .select_from(of)
    .order_by(column("value"))
    for kind, of in _cases.items()
}
_names = ["case_id", "block"]
_NOTE_BLOCK = Statement(
    sqlite_insert(access_blocks).from_select(_names, _noted["sqlite"]).on_conflict_do_nothing(),
    postgres_insert(access_blocks).from_select(_names, _noted["postgresql"]).on_conflict_do_nothing(),
)
_rows = select(accesses.c.id, accesses.c.at, accesses.c.by, accesses.c.what)
_latest = _rows.where(accesses.c.id < bindparam("before")).order_by(accesses.c.id.desc()).limit(bindparam("most"))
_OF_CASE = Statement(_latest.where(accesses.c.case_id == bindparam("case")))
_in_block = _latest.where(accesses.c.id >= bindparam("first"), accesses.c.others.is_not(None))
_NAMING = Statement(
    _in_block.where(func.instr(accesses.c.others, bindparam("named")) > 0),
    _in_block.where(func.strpos(accesses.c.others, bindparam("named")) > 0),
)
_BLOCKS = Statement(
    select(access_blocks.c.block)
    .where(access_blocks.c.case_id == bindparam("case"), access_blocks.c.block <= bindparam("last"))
    .order_by(access_blocks.c.block.desc())
    .limit(bindparam("most"))
)
LAST = 2**63 - 1  # a row that no access comes behind

AccessRow = tuple[int, str, str, str]


def insert_accesses(connection: Connection, shown: Iterable[tuple[Sequence[int], str, str, str]]) -> None:
    """Keep that people saw something of one case, or of several at once: which cases, when, who, what."""
    noted: dict[int, set[int]] = defaultdict(set)
    for (first, *others), at, by, what in shown:
        named = f",{','.join(map(str, others))}," if others else None
        row = _INSERT.row(connection, case_id=first, at=at, by=by, what=what, others=named)
        assert row is not None
        noted[row[0] // BLOCK] |= set(others)
    for block, cases in sorted(noted.items()):
        if cases:
            _NOTE_BLOCK.change(connection, cases=json.dumps(sorted(cases)), block=block)


def accesses_of(connection: Connection, case: int, most: int, before: int = LAST) -> list[AccessRow]:
    """Who saw what of a case and when, by itself or in a list, before a row of the log; the latest first.

    Number of the row, when, who, what.
    """
    alone = _OF_CASE.rows(connection, case=case, before=before, most=most)
    found = sorted([*alone, *_in_lists(connection, case, most, before)], reverse=True)
    return [(row[0], row[1], row[2], row[3]) for row in found[:most]]


def _in_lists(connection: Connection, case: int, most: int, before: int) -> list[tuple[object, ...]]:
    """The lists that named a case. Each of its blocks has one at least, so that few are read."""
    found: list[tuple[object, ...]] = []
    # One more than wanted: in the first of them the case may be named only behind `before`.
    for (block,) in _BLOCKS.rows(connection, case=case, last=before // BLOCK, most=most + 1):
        end = min(before, (block + 1) * BLOCK)
        wanted = {"named": f",{case},", "first": block * BLOCK, "before": end}
        found += _NAMING.rows(connection, most=most - len(found), **wanted)
        if len(found) >= most:
            break
    return found


def wrong_blocks(connection: Connection) -> Iterator[tuple[int, int]]:
    """Each case and block where it is noted that the block names the case, and it does not, or the other way round."""
    noted = select(access_blocks.c.block, access_blocks.c.case_id).order_by(access_blocks.c.block)
    lists = select(accesses.c.id, accesses.c.others).where(accesses.c.others.is_not(None)).order_by(accesses.c.id)
    named = ((row[0] // BLOCK, case) for row in streamed(connection, lists) for case in _others(row[1]))
    both = heapq.merge(_by_block((row[0], row[1]) for row in streamed(connection, noted)), _by_block(named), key=_first)
    for block, found in groupby(both, _first):
        wrong: set[int] = set()
        for _, cases in found:
            wrong ^= cases
        yield from ((case, block) for case in wrong)


def _by_block(pairs: Iterable[tuple[int, int]]) -> Iterator[tuple[int, set[int]]]:
    for block, found in groupby(pairs, _first):
        yield block, {case for _, case in found}


def _first(pair: tuple[int, Any]) -> int:
    return pair[0]


def _others(text: str) -> list[int]:
    # What is no number there is no case that anybody could look for: 0.
    return [int(one) if one.isdecimal() else 0 for one in text.split(",") if one]
