"""Indexing: writing anew all that finds the cases, after a change of the tables."""

from __future__ import annotations

from sqlalchemy import Connection

from engine.service.cases.columns import columns_with
from engine.service.processes.catalogue import Catalogue
from engine.store.cases import cases as store
from engine.store.cases.index import rewrite_index

# Numbers of cases only, so that one page is small whatever the cases hold.
PAGE = 500


def reindex(connection: Connection, catalogue: Catalogue) -> None:
    """Write the index of every case from its snapshot, and from its history the agendas on which it stood."""
    catalogue.refresh(connection)
    last = 0
    while page := store.case_ids(connection, last, PAGE):
        for number in page:
            found = store.read_case(connection, number)
            assert found is not None
            process = catalogue.process(connection, found.snapshot.process, found.snapshot.version)
            # Most processes have no agendas: their histories are left alone.
            entries = store.entries_of(connection, number) if process.meetings else []
            columns, since = columns_with(process, found.snapshot, entries), store.since_of(found.snapshot)
            rewrite_index(connection, number, process.name, columns, since)
        last = page[-1]
