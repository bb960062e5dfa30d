"""Errands: what a browser keeps while it is elsewhere holds once, for ten minutes, in every process."""

from __future__ import annotations

import base64

from engine import Engine
from engine.clock import SetClock
from engine.service.people.errands import LONGEST, MOST
from tests.conftest import START

TOLD = {"state": "s", "nonce": "n", "verifier": "v", "next": "/cases?x=é"}


def another(engine: Engine) -> Engine:
    """Another process, or the same one after a restart."""
    url = engine.database.url.render_as_string(hide_password=False)
    return Engine(url, documents=engine.documents, clock=engine.clock, keys=engine.safe._keys)


def test_another_process_reads_it_once(engine: Engine) -> None:
    kept, other = engine.errands.send(TOLD), another(engine)
    assert other.errands.back(kept) == TOLD
    assert engine.errands.back(kept) is None
    assert other.errands.back(kept) is None
    assert engine.errands.back(engine.errands.send(TOLD)) == TOLD
    other.close()


def test_it_is_read_by_nobody_and_holds_only_as_it_was(engine: Engine) -> None:
    kept = engine.errands.send(TOLD)
    raw = base64.urlsafe_b64decode(kept)
    assert b"verifier" not in raw
    for place in range(len(raw)):
        changed = bytearray(raw)
        changed[place] ^= 1
        assert engine.errands.back(base64.urlsafe_b64encode(changed).decode()) is None
    for wrong in ("", "x", "é", kept[:20], "A" * 4000):
        assert engine.errands.back(wrong) is None
    elsewhere = Engine()
    assert elsewhere.errands.back(kept) is None
    elsewhere.close()
    assert engine.errands.back(kept) == TOLD


def test_it_holds_for_ten_minutes(engine: Engine, clock: SetClock) -> None:
    for moved in (LONGEST, -LONGEST):
        kept = engine.errands.send(TOLD)
        clock.set(START + moved)
        assert engine.errands.back(kept) is None
        clock.set(START)
        assert engine.errands.back(kept) == TOLD


def test_what_no_browser_keeps_is_not_sent(engine: Engine) -> None:
    assert engine.errands.send({"next": "x" * MOST}) == ""
    assert 0 < len(engine.errands.send({**TOLD, "next": "/" + "x" * 1999})) <= MOST
