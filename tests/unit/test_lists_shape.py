"""Shape of a filter: the same statement for every value of a part, another one where a part is given or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Connection, literal, select

from engine.store.database import Database
from engine.store.lists import shape
from engine.store.lists.shape import rows_of, value


@dataclass(frozen=True)
class Part:
    """A part of a filter that has parts of its own."""

    names: tuple[str, ...] = ()
    of: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Wanted:
    """A filter."""

    name: str = ""
    number: int = 0
    is_open: bool = False
    part: Part = Part()


made: list[Wanted] = []


def told(wanted: Wanted, literally: str = "") -> Any:
    """A statement that gives back what the filter asks with."""
    made.append(wanted)
    columns = [
        literal(literally).label("literally"),
        literal(wanted.is_open).label("open"),
        value("more").label("more"),
    ]
    columns += [value("name").label("name")] if wanted.name else []
    columns += [value("part", "names", n).label(f"name_{n}") for n, _ in enumerate(wanted.part.names)]
    columns += [value("part", "of", n).label(f"of_{n}") for n, _ in enumerate(wanted.part.of)]
    return select(*columns)


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    monkeypatch.setattr(shape, "_MADE", {})
    made.clear()
    database = Database("sqlite://")
    with database.reading() as connection:
        yield connection
    database.dispose()


def asked(connection: Connection, wanted: Wanted, literally: str = "", more: int = 1) -> dict[str, Any]:
    [row] = rows_of(connection, told, wanted, literally, more=more)
    return row


def test_other_values_are_asked_with_the_same_statement(connection: Connection) -> None:
    for name, names, of in (("a", ("b", "c"), {"e", "d"}), ("x", ("y", "z"), {"v", "w"})):
        row = asked(connection, Wanted(name, part=Part(names, frozenset(of))))
        first, second = sorted(of)
        assert row == {
            "literally": "", "open": 0, "more": 1, "name": name,
            "name_0": names[0], "name_1": names[1], "of_0": first, "of_1": second,
        }  # fmt: skip
    assert len(made) == 1


@pytest.mark.parametrize(
    "other",
    [
        Wanted(),
        Wanted("a", 1),
        Wanted("a", is_open=True),
        Wanted("a", part=Part(("b",))),
        Wanted("a", part=Part(of=frozenset({"b"}))),
    ],
    ids=str,
)
def test_what_is_given_or_not_makes_another_statement(connection: Connection, other: Wanted) -> None:
    asked(connection, Wanted("a"))
    row = asked(connection, other)
    assert made == [Wanted("a"), other]
    assert row.get("name") == (other.name or None)
    assert bool(row["open"]) is other.is_open


def test_what_is_written_into_a_statement_is_never_mixed_up(connection: Connection) -> None:
    assert [asked(connection, Wanted("a"), text)["literally"] for text in ("x", "y", "x")] == ["x", "y", "x"]
    assert [asked(connection, Wanted("a"), "x", more)["more"] for more in (1, 2)] == [1, 2]
    assert len(made) == 2


def test_filters_that_somebody_makes_up_do_not_fill_the_memory(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shape, "MOST_KEPT", 3)
    for number in range(10):
        asked(connection, Wanted(part=Part(("x",) * number)))
        assert len(shape._MADE) <= 3
    assert asked(connection, Wanted("a"))["name"] == "a"
