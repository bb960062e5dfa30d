"""Shape: what a filter asks for without the values that it asks with.

A list can be asked for in many ways, but one page asks for the same ones again and again. Making a statement of
SQLAlchemy's parts costs more than SQLite takes to answer it, so each is made once for a shape, and kept as text.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from sqlalchemy import BindParameter, Connection, bindparam

from engine.store.statement import Statement

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Row = dict[str, Any]
W = TypeVar("W", bound="DataclassInstance")
# People look at lists in a few dozen ways. That somebody who makes up filters fills the memory is what this prevents.
MOST_KEPT = 1000


class _Made(NamedTuple):
    statement: Statement
    names: tuple[str, ...]


_MADE: dict[Any, _Made] = {}


def value(*path: str | int) -> BindParameter[Any]:
    """The place in a statement for what stands in a filter at this path: a field, a number in a tuple."""
    return bindparam("_".join(map(str, path)))


def in_parts(wanted: W, name: str, most: int) -> list[W]:
    """A filter as often as it takes to ask for all that stands in one of its tuples, `most` of it at a time."""
    all_of_it = getattr(wanted, name)
    cuts = range(0, len(all_of_it), most)
    return [replace(wanted, **{name: all_of_it[cut : cut + most]}) for cut in cuts] or [wanted]


def rows_of(connection: Connection, make: Callable[..., Any], wanted: Any, *literal: Any, **more: Any) -> list[Row]:
    """The rows of the statement that `make` makes of a filter and of what is written into it, with `more` values."""
    values: dict[str, Any] = dict(more)
    key = make, literal, _shape(wanted, "", values)
    made = _MADE.get(key)
    if made is None:
        if len(_MADE) >= MOST_KEPT:
            # All at once: those in use are made again at their next page.
            _MADE.clear()
        query = make(wanted, *literal)
        made = _MADE[key] = _Made(Statement(query), tuple(query.selected_columns.keys()))
    return [dict(zip(made.names, row, strict=True)) for row in made.statement.rows(connection, **values)]


def _shape(given: Any, path: str, values: dict[str, Any]) -> Any:
    """Of each part only whether it is given; the values are put aside by their paths."""
    if given is None or given is True or given is False or given == ():
        return given
    kind: Callable[..., Any] = type(given)
    if kind is not str and kind is not int:  # these are most parts by far, and are not asked what else they might be
        before = f"{path}_" if path else ""
        names = _fields(kind)
        if names:
            return tuple([_shape(getattr(given, name), before + name, values) for name in names])
        if isinstance(given, (tuple, frozenset)):
            items = sorted(given) if kind is frozenset else given
            return tuple([_shape(one, f"{before}{number}", values) for number, one in enumerate(items)])
    values[path] = given
    return bool(given)


@functools.cache
def _fields(kind: Callable[..., Any]) -> tuple[str, ...]:
    """The names of the parts of a filter, or of a part of one; none of a tuple."""
    return tuple(one.name for one in fields(kind)) if is_dataclass(kind) else ()
