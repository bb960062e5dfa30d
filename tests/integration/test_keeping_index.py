"""Indexing anew: whatever finds a case is made of its snapshot, and what stood there before is gone."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from engine.service.keeping import index
from engine.service.keeping.index import reindex
from engine.service.processes.catalogue import Catalogue
from engine.store.tables import bookings, cases, words
from tests.integration.lending import Lending, lending

__all__ = ["lending"]

NAMES = ("id", "organisation", "organisation_order", "label", "since")


def stored(connection: Connection) -> list[list[Any]]:
    """All that finds cases."""
    queries = (select(words), select(bookings), select(*(cases.c[name] for name in NAMES)))
    return [sorted(tuple(row) for row in connection.execute(query)) for query in queries]


@pytest.mark.parametrize("page", [1, 2, 500])
def test_what_was_lost_or_is_wrong_is_as_the_cases_say(
    lending: Lending, page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "PAGE", page)
    with lending.engine.database.writing() as connection:
        before = stored(connection)
        assert ("lathe", lending.lathe) in before[0]
        connection.execute(delete(words).where(words.c.word == "lathe"))
        connection.execute(insert(words).values(word="wrong", case_id=lending.saw))
        wrong = {"meeting": "forum", "process": "hbep-referral", "series": "", "day": "2024-01-01"}
        connection.execute(insert(bookings).values(case_id=lending.other, **wrong))
        nothing = {"organisation": None, "organisation_order": None, "label": "wrong", "since": "2000"}
        connection.execute(update(cases).values(**nothing))
        reindex(connection, Catalogue())
        assert stored(connection) == before
    assert lending.engine.verify().findings == ()
