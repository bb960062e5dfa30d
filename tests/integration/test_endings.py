"""Administrators are told that a calendar ends, once before and once after, on their pages and by e-mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from engine import Engine, shipped
from engine.clock import SetClock
from tests.integration.site import settle

END = datetime(2026, 7, 10, 12, tzinfo=UTC)


def subjects(engine: Engine, login: str) -> list[str]:
    return [one.subject for one in engine.warnings.unread(engine.people.person(login).actor)]


def test_the_end_of_a_calendar_is_told_once_before_and_once_after(engine: Engine, clock: SetClock) -> None:
    settle(engine)
    engine.people.change(replace(engine.people.person("ada"), email="ada@example.org"), by="ada")
    before = subjects(engine, "ada")
    clock.set(END - timedelta(days=91))
    assert (engine.endings.now(), engine.endings.tell()) == ([], 0)
    clock.set(END - timedelta(days=80))
    assert [engine.endings.tell(), engine.endings.tell()] == [1, 0]
    clock.set(END - timedelta(days=3))
    assert engine.endings.tell() == 0
    clock.set(END + timedelta(days=1))
    assert [engine.endings.tell(), engine.endings.tell()] == [1, 0]
    assert subjects(engine, "ada")[: 2 + len(before)] == ["A calendar has ended", "A calendar ends soon", *before]
    assert [one.target for one in engine.outbox.messages()].count("ada@example.org") >= 2
    # Nobody else keeps calendars.
    assert not set(subjects(engine, "jo")) & {"A calendar has ended", "A calendar ends soon"}


def test_an_edition_with_the_next_years_ends_it(engine: Engine, clock: SetClock) -> None:
    settle(engine)
    clock.set(END + timedelta(days=1))
    [told] = engine.endings.now()
    assert told.said.startswith("The calendar Leicestershire school terms ended on 10 July 2026.")
    text = shipped.read("processes/calendars/leicestershire.yaml")
    terms = "    - {opens: 2026-08-31, closes: 2026-12-18}\n    - {opens: 2027-01-04, closes: 2027-03-25}\n"
    engine.publish_calendar(text.replace("\ndays:", f"\n  2026-27:\n{terms}\ndays:"))
    assert (engine.endings.now(), engine.endings.tell()) == ([], 0)
