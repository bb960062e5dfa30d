"""Offered: which meetings somebody may choose from, and that what was chosen is there when the case is booked."""

from __future__ import annotations

from datetime import date, time

from engine import Actor, Engine
from engine.case.refusal import Code
from engine.service.meetings.offered import NOT_PLANNED, Choosing
from tests.steps import in_panel

JO = Actor("jo", frozenset({"coordinator"}))
PANEL = ("hbep-referral", "panel", "hinckley")


def test_a_case_is_heard_at_one_of_the_meetings_that_are_ahead(engine: Engine) -> None:
    case = in_panel(engine, area="hinckley").id
    process, given = engine.process("hbep-referral", "2023-24.2"), {"panel_date": "2023-10-03"}

    def said(**more: str) -> Code | None:
        found = engine.meetings.not_offered(process, "book_panel", case, given | more, JO)
        assert found is None or found.fields == {"panel_date": NOT_PLANNED}
        return found.code if found is not None else None

    assert said() is None  # none is planned: any day can be given
    number = engine.meetings.plan(*PANEL, date(2023, 10, 3), time(9), JO)
    engine.meetings.plan(*PANEL, date(2023, 9, 1), time(9), JO)  # over
    assert said() is None
    assert said(area="bosworth") is Code.FORM
    assert said(panel_date="2023-09-01") is Code.FORM
    assert said(panel_date="2023-10-04") is Code.FORM
    assert engine.meetings.not_offered(process, "managed_move", case, {}, JO) is None
    assert said(panel_date="") is None
    with engine.database.writing() as connection:
        choosing = Choosing(connection, engine.site.catalogue, engine.clock.now(), holds=True)
        assert choosing.refused(process, "book_panel", None, {"area": "hinckley", **given}, JO) is None
    assert engine.meetings.move(number, date(2023, 10, 3), time(10), JO) == []
    assert said() is None  # a day keeps no hour
    assert engine.meetings.move(number, date(2023, 10, 5), time(10), JO) == []
    assert said() is Code.FORM
