"""Locks: what one transaction at a time does on PostgreSQL, until it ends. On SQLite there is one writer anyway."""

from __future__ import annotations

import hashlib
from enum import IntEnum

from sqlalchemy import Connection, Integer, cast, func, select


class Lock(IntEnum):
    """What is locked. The numbers are those of the server's advisory locks: none may be given twice."""

    TIMERS = 0x636173650001  # who fires them
    CONTENTS = 5_320_417  # shared by who keeps one, held by who removes one
    TELLING = 5_320_418  # who tells people what is due
    HOOKS = 5_320_419  # who adds an address that is told
    JOURNAL = 7_220_020  # who adds a row behind the last one
    CLAIMS = 7_220_021  # who claims what only one case may have: each claim is locked by itself
    AGENDAS = 7_220_022  # who books a case on an agenda that takes so many: each agenda is locked by itself


def hold(connection: Connection, lock: Lock) -> None:
    """Have a lock alone; whoever has it is waited for."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(int(lock))))


def hold_one(connection: Connection, lock: Lock, name: str) -> None:
    """Have alone what a lock is of by this name; whoever has it is waited for."""
    if connection.dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big", signed=True)
        connection.execute(select(func.pg_advisory_xact_lock(cast(int(lock), Integer), cast(number, Integer))))


def share(connection: Connection, lock: Lock) -> None:
    """Have a lock beside others who share it; whoever holds it alone is waited for."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock_shared(int(lock))))


def try_to_hold(connection: Connection, lock: Lock) -> bool:
    """Have a lock alone, if nobody has it; whether that was so."""
    if connection.dialect.name != "postgresql":
        return True
    return bool(connection.execute(select(func.pg_try_advisory_xact_lock(int(lock)))).scalar_one())
