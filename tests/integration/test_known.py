"""What a command is decided by is read from the history, and from what is decided but not written yet."""

from __future__ import annotations

from datetime import timedelta

from engine import Engine
from engine.case.command import Actor, Correct, Fire, Undo
from engine.service.cases.known import known_of, past_of
from engine.service.cases.transaction import Transaction
from tests.conftest import START
from tests.steps import done, in_panel

JO = Actor.of("coordinator")


def test_what_was_done_last_is_found_among_what_is_written_and_what_is_not(engine: Engine) -> None:
    number = in_panel(engine).id
    done(engine.add_document(number, "ehcp", b"x", "coordinator"))
    with engine.database.reading() as connection:
        tx = Transaction(connection, engine.site.catalogue, START + timedelta(hours=1), is_dry=True)
        work = tx.hold(number)
        first = past_of(connection, work.stored, work.entries, work.snapshot)
        assert (first.last.kind, first.since, first.is_again) == ("document", (), False)
        assert first.before is not None
        assert first.before.seq == work.snapshot.seq - 1
        assert tx.do(work, Fire("withdraw", JO, tx.now, {"reason": "Moved"})) is None
        known = known_of(connection, work.stored, work.entries, work.snapshot, Undo(0, "", "", JO, tx.now))
        assert known.past is not None
        assert (known.past.last.event, known.past.last.seq) == ("withdraw", work.stored.snapshot.seq + 1)
        asked = Correct(1, "reason", "Else", "Why", JO, tx.now)
        assert known_of(connection, work.stored, work.entries, work.snapshot, asked).wrote == known.past.last.seq
        none = known_of(connection, work.stored, work.entries, work.snapshot, Fire("x", JO, tx.now))
        assert (none.past, none.wrote, none.fired) == (None, 0, 0)
