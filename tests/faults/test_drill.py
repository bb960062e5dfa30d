"""The drill: a backup is taken while people work, and restored into the other kind of database.

What was answered before the backup began is there once, nothing is half there, and people go on working with it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults import checker
from tests.faults.crash import CLIENTS, checked
from tests.faults.lending import TOOLS, settle
from tests.faults.load import Load
from tests.faults.services import Services


@pytest.fixture
def target(request: pytest.FixtureRequest, url: str, tmp_path: Path) -> str:
    """The address of an empty database of the other kind."""
    make: Callable[[], str] = request.getfixturevalue("fresh_postgres")
    return make() if url.startswith("sqlite") else f"sqlite:///{tmp_path / 'restored.db'}"


@pytest.mark.faults
@pytest.mark.postgres
def test_a_backup_under_load_is_restored_and_worked_with(url: str, target: str, tmp_path: Path) -> None:
    secret = settle(url, tmp_path / "documents")
    archive, elsewhere = tmp_path / "backup.zip", tmp_path / "elsewhere"
    elsewhere.mkdir()
    with Services(url, tmp_path, 1) as served:
        served.wait()
        load = Load(served.ports, secret, CLIENTS, 1)
        load.start()
        load.goes_on(4 * CLIENTS)
        before = list(load.acknowledged)
        assert served.run("backup", str(archive)) == 0
        load.goes_on(CLIENTS)
        load.stop()
        served.stop()
        assert load.faults == []
    with Services(target, elsewhere, 0) as keeper:
        assert keeper.run("restore", str(archive)) == 0, keeper.log.read_text()
    assert checker.faults(target, acknowledged=before, asked=load.asked, places={"tool": TOOLS}) == []
    with Services(target, elsewhere, 1) as served:
        served.wait()
        again = Load(served.ports, secret, CLIENTS, 2)
        again.acknowledged += before
        again.unanswered |= load.asked
        again.start()
        again.goes_on(2 * CLIENTS)
        again.stop()
        served.stop()
        assert checked(served, target, again) == []
