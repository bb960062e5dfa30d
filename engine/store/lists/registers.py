"""Registers: which cases are rows of registers, and which belong to a process with its registers, as conditions."""

from __future__ import annotations

from sqlalchemy import ColumnElement, String, or_, type_coerce

from engine.process.register import MARK
from engine.store.tables import cases


def is_no_row() -> ColumnElement[bool]:
    """Cases that are no rows of a register: those are in no list of cases but their own."""
    return ~cases.c.process.contains(MARK)


def is_of(process: ColumnElement[str]) -> ColumnElement[bool]:
    """Cases of a process, and rows of its registers: whoever holds a role of it holds the same one there."""
    return or_(cases.c.process == process, cases.c.process.like(type_coerce(process, String) + f"{MARK}%"))
