"""What is told of the cases that a case is linked with, as it is read from the database."""

from __future__ import annotations

from engine import Engine
from engine.service.cases.linked import Others, called, linked_cases
from tests.integration.test_links import JO, engine, loan
from tests.steps import done

__all__ = ["engine"]


def test_others_are_read_at_once_and_called_as_who_asks_may_be_told(engine: Engine) -> None:
    jug, bowl = loan(engine, "Jug"), loan(engine, "Bowl")
    done(engine.link(jug, "before", bowl, JO))
    process, snapshot = engine.seen(jug, None)
    kept = snapshot.links["2"]
    with engine.database.reading() as connection:
        [linked] = linked_cases(connection, engine.site.catalogue, (process, snapshot), None, engine.clock.now())
        others = Others(connection, engine.site.catalogue, [kept], None, engine.clock.now())
    assert (linked.entry, linked.called, linked.state_title, linked.removable) == (
        2,
        f"Bowl, case {bowl}",
        "On the shelf",
        False,
    )
    assert others.said(process, kept) == f"Earlier loan, Bowl, case {bowl}"
    assert called("case 7", 7) == "case 7"
