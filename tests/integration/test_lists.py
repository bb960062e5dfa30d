"""Lists: each thing that can be asked for has its effect, and who was shown names in which list is written down."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.service.lists.cursors import BadCursor
from tests.conftest import START
from tests.integration.lending import Lending, lending

__all__ = ["lending"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["lathe", "saw", "refused", "other"]),
        ({"process": "equipment-loan"}, ["lathe", "saw", "refused"]),
        ({"state": "panel"}, ["other"]),
        ({"owner": "clerk"}, ["lathe", "saw"]),
        ({"organisation": "Hobby"}, ["lathe", "refused"]),
        ({"overdue": True}, ["lathe", "saw"]),
        ({"open_only": True}, ["lathe", "saw", "other"]),
        ({"search": "sa"}, ["saw", "refused"]),
        ({"search": "HOB saw"}, ["refused"]),
        ({"sort": "-id"}, ["other", "refused", "saw", "lathe"]),
        ({"by": "pia:member@Chess"}, ["saw"]),
        ({"limit": 2}, ["lathe", "saw"]),
    ],
    ids=str,
)
def test_cases_are_found_by_what_is_asked(lending: Lending, asked: dict[str, Any], found: list[str]) -> None:
    assert [one.id for one in lending.engine.cases(**asked).items] == [getattr(lending, name) for name in found]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"case": 0}, ["lathe", "saw"]),
        ({"roles": ("board",)}, []),
        ({"roles": ("clerk",)}, ["lathe", "saw"]),
        ({"person": "kim"}, ["saw"]),
        ({"overdue": True}, ["lathe", "saw"]),
        ({"stranded": True}, []),
        ({"by": "pia:member@Chess"}, ["saw"]),
        ({"limit": 1}, ["lathe"]),
    ],
    ids=str,
)
def test_tasks_are_found_by_what_is_asked(lending: Lending, asked: dict[str, Any], found: list[str]) -> None:
    rows = [one for one in lending.engine.tasks(**asked).items if one.task == "answer"]
    assert [one.case for one in rows] == [getattr(lending, name) for name in found]


def test_the_next_page_begins_where_the_last_one_ended(lending: Lending) -> None:
    engine = lending.engine
    first = engine.cases(limit=3)
    assert [one.id for one in engine.cases(limit=3, after=first.next).items] == [lending.other]
    tasks = engine.tasks(roles=("clerk",), limit=1)
    assert [one.case for one in engine.tasks(roles=("clerk",), after=tasks.next).items] == [lending.saw]
    timers = engine.timer_page(limit=1)
    assert engine.timer_page(after=timers.next).items == engine.timer_page().items[1:]
    for ask in (engine.tasks, engine.timer_page):
        with pytest.raises(BadCursor):
            ask(after=first.next)


def test_a_time_without_a_zone_is_meant_in_utc(lending: Lending) -> None:
    [deadline] = lending.engine.timers(case=lending.lathe)
    due = deadline.due.astimezone(UTC)
    assert due == START + timedelta(days=3)
    assert str(deadline.due.tzinfo) == "America/New_York"
    plain = datetime(due.year, due.month, due.day, due.hour, due.minute)
    for until, found in ((plain, 1), (plain - timedelta(seconds=1), 0), (due, 1), (deadline.due, 1)):
        assert len(lending.engine.timers(case=lending.lathe, until=until)) == found
    assert lending.engine.timers(limit=1) == lending.engine.timers()[:1]


def shown(lending: Lending, case: int, by: str) -> list[str]:
    return [one.what for one in lending.engine.accesses(case) if one.by == by]


def test_who_was_shown_names_is_written_down_with_the_list_that_held_them(lending: Lending) -> None:
    engine = lending.engine
    engine.cases(by="ann:clerk", limit=1)
    engine.tasks(by="ben:clerk", person="kim")
    engine.timers(by="cas:clerk", case=lending.lathe)
    with engine.finder("board of cases") as finder:
        finder.lanes(finder.processes[0], "dan:clerk", 1)
    assert shown(lending, lending.lathe, "ann") == ["list of cases"]
    assert shown(lending, lending.saw, "ann") == []
    assert shown(lending, lending.saw, "ben") == ["list of tasks"]
    assert shown(lending, lending.lathe, "ben") == []
    assert shown(lending, lending.lathe, "cas") == ["dates"]
    assert shown(lending, lending.lathe, "dan") == ["board of cases"]


def test_a_list_without_names_and_one_that_is_never_sent_are_not_written_down(lending: Lending) -> None:
    engine = lending.engine
    with engine.finder("") as finder:
        finder.timers(None, None, "eva:clerk", 50)

    def broken_off() -> None:
        with engine.finder("list") as finder:
            finder.timers(None, None, "eva:clerk", 50)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken_off()
    assert shown(lending, lending.lathe, "eva") == []
