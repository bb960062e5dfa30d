"""The census counts open cases by where they stand, and reads each of them once, however many there are."""

from __future__ import annotations

import pytest

from engine.store.cases import census
from tests.integration.lending import Lending, lending

__all__ = ["lending"]


@pytest.mark.parametrize("at_once", [1, 2, 500])
def test_open_cases_are_counted_and_each_is_read_once(
    lending: Lending, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(census, "_AT_ONCE", at_once)
    with lending.engine.database.reading() as connection:
        counts = census.open_by_state(connection, "equipment-loan")
        read = [one.state for one in census.open_snapshots(connection, "equipment-loan")]
        assert list(census.open_snapshots(connection, "other")) == []
    assert {version for _, version, _ in counts} == {"1"}
    assert sorted(read) == sorted(state for state, _, count in counts for _ in range(count))
    assert "refused" not in read
    assert read.count("requested") == 2
