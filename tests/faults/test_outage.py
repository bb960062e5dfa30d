"""PostgreSQL is stopped where it stands once, and its sessions are ended once. `make faults` does each fifty times."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from tests.faults.outage import run


@pytest.mark.faults
@pytest.mark.postgres
def test_people_are_told_and_it_goes_on_by_itself(fresh_postgres: Callable[[], str], tmp_path: Path) -> None:
    url = fresh_postgres()
    with psycopg.connect(url, autocommit=True) as connection:
        # The server of the tests answers before a commit is written: then this very trial finds steps that are lost.
        connection.execute(f"ALTER DATABASE {make_url(url).database} SET synchronous_commit = on".encode())
    outcome = run(url, tmp_path, 2, services=2, seed=7)
    assert outcome.faults == ()
    assert outcome.stopped == 1
    assert outcome.ended >= 1
    assert outcome.unavailable >= 1
