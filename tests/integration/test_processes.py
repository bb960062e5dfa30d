"""Processes: what is told of those that are published, to whom, and what is tried without being kept."""

from __future__ import annotations

import re

import pytest

from engine import Actor, Engine, shipped
from engine.service.processes.catalogue import UnknownProcess
from engine.store import processes as store
from tests.conftest import LOAN, REFERRAL
from tests.integration.lending import Lending, lending

__all__ = ["lending"]

CALENDAR = shipped.read("processes/calendars/leicestershire.yaml")
CLERK = Actor("bob", frozenset({"equipment-loan/clerk"}))


def test_everybody_learns_of_what_they_have_a_part_in(lending: Lending) -> None:
    rooms = lending.engine.published
    assert rooms.processes() == {"equipment-loan": ["1"], "hbep-referral": ["2023-24.2"]}
    assert rooms.processes(CLERK) == {"equipment-loan": ["1"]}
    assert rooms.process("equipment-loan", by=CLERK).title == "Equipment loan"
    with pytest.raises(UnknownProcess):
        rooms.process("hbep-referral", by=CLERK)
    assert rooms.takes_part(CLERK)
    assert not rooms.takes_part(Actor("ada", frozenset({"administrator"})))
    assert {"equipment-loan/board", "hbep-referral/coordinator"} <= rooms.roles()


def test_a_version_is_the_one_that_is_named_or_the_one_in_force(lending: Lending) -> None:
    rooms = lending.engine.published
    assert [(one.name, one.version) for one in rooms.in_force()] == [
        ("equipment-loan", "1"), ("hbep-referral", "2023-24.2"),
    ]  # fmt: skip
    assert rooms.to_be_followed() == rooms.in_force()
    assert rooms.process("equipment-loan", "1") == rooms.process("equipment-loan")
    assert rooms.text_of_version("equipment-loan", "1") == LOAN.read_text()
    for ask in (rooms.process, rooms.text_of_version):
        with pytest.raises(UnknownProcess, match="no version 9 of the process equipment-loan"):
            ask("equipment-loan", "9")


def test_a_trial_keeps_nothing(lending: Lending) -> None:
    rooms = lending.engine.published
    before = rooms.version_log()
    text = LOAN.read_text()
    assert not rooms.try_text(text).wrong
    assert [one.code for one in rooms.try_text(text.replace("Saw", "Band saw")).problems] == ["version-reused"]
    good = rooms.try_calendar(CALENDAR.replace("school terms", "terms"))
    assert good.problems == ()
    wrong = rooms.try_calendar(CALENDAR.replace("year_11_ends", "another_day"))
    assert {one.file for one in wrong.problems} == {"hbep-referral 2023-24.2"}
    assert (rooms.version_log(), rooms.calendar_text("leicestershire")) == (before, CALENDAR)
    assert rooms.calendar_text("rutland") == ""
    assert rooms.offers() == []


def test_the_answers_that_begin_a_case_are_checked_without_beginning_one(lending: Lending) -> None:
    rooms = lending.engine.published
    assert rooms.check_opening("equipment-loan", {"club": "Hobby", "item": "saw"}) == {}
    assert rooms.check_opening("equipment-loan", {"item": "saw"}) == {"club": "Club must be filled in."}
    assert list(rooms.check_opening("equipment-loan", {"club": "Hobby", "item": "anvil"})) == ["item"]
    assert rooms.free_places("equipment-loan") == {"lathe": 1, "saw": 2}


def test_published_texts_are_found_as_they_were_kept(lending: Lending) -> None:
    with lending.engine.database.reading() as connection:
        assert store.stamp(connection) == (2, 1)
        found = {one.process: one for one in store.all_versions(connection)}
        assert [one.process for one in store.all_versions(connection)] == ["equipment-loan", "hbep-referral"]
        for name, file in (("equipment-loan", LOAN), ("hbep-referral", REFERRAL)):
            text = store.version_text(connection, name, found[name].version)
            assert text == file.read_text()
            assert found[name].hash == store.text_hash(text)
        assert store.version_text(connection, "equipment-loan", "2") is None
        calendar = store.calendar_text(connection, "leicestershire")
        assert calendar == store.StoredCalendar(1, CALENDAR, store.text_hash(CALENDAR))
        assert store.calendar_text(connection, "rutland") is None


def test_every_version_is_known_the_one_in_force_first(engine: Engine) -> None:
    rooms, text = engine.published, LOAN.read_text()
    rooms.publish(text)
    assert [one.version for one in rooms.lately("equipment-loan")] == ["1"]
    for version, day in (("0", "2001-01-01"), ("later", "2150-01-01")):
        dated = re.sub(r"effective_from: .*", f"effective_from: {day}", text)
        rooms.publish(dated.replace('version: "1"', f'version: "{version}"'))
    assert [one.version for one in rooms.lately("equipment-loan")] == ["1", "0", "later"]
