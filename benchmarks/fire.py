"""Fire: one durable step with everything, against the same rows written by the bare drivers."""

from __future__ import annotations

import functools
from pathlib import Path

from benchmarks.clients import Work, rate_of_clients
from benchmarks.floor import PostgresFloor, Rows, SqliteFloor, rows_of_a_swing
from benchmarks.measure import Measure, by_turns, rate
from benchmarks.process import TEXT, clock, ready_case, swing
from benchmarks.servers import folder, postgres, sqlite_engine
from engine.service import Engine

CASES, CLIENTS = 50, 8


def measure(*, quick: bool = False) -> list[Measure]:
    """Both databases."""
    return [on_sqlite(quick=quick), on_postgres(quick=quick)]


def on_sqlite(*, quick: bool = False) -> Measure:
    """One client on SQLite, beside bare sqlite3 on the same disk."""
    rounds, count = (1, 50) if quick else (9, 600)
    with folder() as place:
        ours, other = sqlite_engine(place / "ours.db"), sqlite_engine(place / "floor.db")
        rows = rows_of_a_swing(other)
        cases, floors = [[ready_case(engine) for _ in range(CASES)] for engine in (ours, other)]
        other.close()
        floor = SqliteFloor(str(place / "floor.db"), rows)
        found, least = by_turns(
            rounds,
            lambda: rate(lambda number: swing(ours, cases[number % CASES]), count),
            lambda: rate(lambda number: floor.swing(floors[number % CASES]), count),
        )
        ours.close()
    return Measure("fire on SQLite", found / least, 0.40, True, f"{found:,.0f}/s", f"{least:,.0f}/s")


def on_postgres(*, quick: bool = False) -> Measure:
    """Eight clients on PostgreSQL, beside eight with bare psycopg on the same server."""
    rounds, seconds = (1, 0.5) if quick else (7, 3.0)
    with postgres() as address, folder() as place:
        Engine.prepare(address)
        engine = Engine(address, clock=clock(), documents=place)
        engine.publish(TEXT)
        rows = rows_of_a_swing(engine)
        cases = [[ready_case(engine) for _ in range(10)] for _ in range(2 * CLIENTS)]
        engine.close()
        floor_address = address.replace("postgresql+psycopg", "postgresql")
        found, least = by_turns(
            rounds,
            lambda: rate_of_clients([functools.partial(_ours, address, place)] * CLIENTS, cases[:CLIENTS], seconds),
            lambda: rate_of_clients(
                [functools.partial(_floor, floor_address, rows)] * CLIENTS, cases[CLIENTS:], seconds
            ),
        )
    name = f"fire on PostgreSQL, {CLIENTS} clients"
    return Measure(name, found / least, 0.55, True, f"{found:,.0f}/s", f"{least:,.0f}/s")


def _ours(address: str, place: Path) -> Work:
    engine = Engine(address, clock=clock(), documents=place)
    return lambda case: swing(engine, case)


def _floor(address: str, rows: Rows) -> Work:
    return PostgresFloor(address, rows).swing
