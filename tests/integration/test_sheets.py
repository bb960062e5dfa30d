"""Tables of registers as people save them: signs, separators, capitals, formulas, and columns that there are not."""

from __future__ import annotations

import pytest

from engine import Engine
from engine.service.lists.sheets import BadSheet
from tests.integration.test_exchange import tried
from tests.integration.test_lists_registers import CLERK, clock, engine
from tests.steps import done

__all__ = ["clock", "engine"]


def test_however_it_was_saved(engine: Engine) -> None:
    for text in ("Name\tStreet\nCafé\tRue\n".encode("cp1252"), "\ufeffNAME,street\r\nCafé,Rue\r\n".encode()):
        [line] = tried(engine, text, apply=True).lines
        assert (line.title, line.what) in {("Café", "new"), ("Café", "same")}
    [row] = engine.rows("workshops", by=CLERK).items
    assert row.values["street"] == "Rue"
    done(engine.fire(row.number, "change", CLERK, {"street": "=SUM(A1)"}))
    text = engine.export_rows("workshops", CLERK)
    assert "'=SUM(A1)" in text
    assert tried(engine, text).counts["same"] == 1
    with pytest.raises(BadSheet, match=r"There is no column Stret. Did you mean Street\?"):
        tried(engine, "Name,Stret\nA,B\n")
    with pytest.raises(BadSheet):
        tried(engine, b"")
    [club] = tried(engine, "Organisation,Warden\nROWING,Ann\n", apply=True, register="clubs").lines
    assert (club.what, engine.case(club.number or 0).label) == ("new", "Rowing")
    assert tried(engine, "Organisation,Warden\nrowing,Ann\n", register="clubs").counts["same"] == 1
