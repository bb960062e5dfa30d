"""Meetings: who plans, moves and records them, what stays as it is, and how their rows are read page by page."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time

import pytest
from sqlalchemy import Connection

from engine import Actor, Engine
from engine.case.sight import EVERYTHING, NOTHING, ListSight, Part, Sight
from engine.service.meetings.meeting import Meeting
from engine.service.meetings.meetings import LONGEST_LINK, BadMeeting, ChangedMeeting, UnknownMeeting
from engine.service.processes.catalogue import UnknownProcess
from engine.store import meetings as store
from engine.store.meetings import StoredMeeting
from tests.steps import PUPIL, done

JO, PIA = Actor("jo", frozenset({"coordinator"})), Actor("pia", frozenset({"school"}), "Hilltop")
FORUM = ("hbep-referral", "forum", "")
DAY, LATER, AT = date(2023, 10, 3), date(2023, 10, 10), time(13, 30)


def test_a_meeting_is_planned_by_who_leads_it_once_a_day(engine: Engine) -> None:
    number = engine.meetings.plan(*FORUM, DAY, AT, JO, " https://example.org ")
    found = engine.meetings.meeting(number, JO)
    assert (found.day, f"{found.begins:%H:%M %Z}", found.link, found.value) == (
        "2023-10-03", "13:30 BST", "https://example.org", "2023-10-03T13:30",
    )  # fmt: skip
    refused = [
        ((*FORUM, DAY, time(9)), JO, "There is a meeting on 3 October 2023 already."),
        ((*FORUM, LATER, AT), PIA, "This can be done by those who lead the meeting."),
        (("hbep-referral", "forum", "east", LATER, AT), JO, "Choose which"),
        ((*FORUM, date(1999, 12, 31), AT), JO, "between 2000 and 2199"),
    ]
    for asked, by, said in refused:
        with pytest.raises(BadMeeting, match=said):
            engine.meetings.plan(*asked, by)
    outsider = Actor("kim", frozenset({"equipment-loan/clerk"}))
    for name in ("hbep-referral", "no-such-process"):  # in the same words, and naming none of the others
        with pytest.raises(UnknownProcess, match=f"^There is no process {name}. Published: equipment-loan.$"):
            engine.meetings.plan(name, "forum", "", LATER, AT, outsider)
    with pytest.raises(BadMeeting, match="at most 500 characters"):
        engine.meetings.plan(*FORUM, LATER, AT, JO, "x" * (LONGEST_LINK + 1))
    assert [one.id for one in engine.meetings.between(DAY, date.max, JO)] == [number]
    assert engine.meetings.between(DAY, date.max, PIA) == []
    with pytest.raises(UnknownMeeting):
        engine.meetings.meeting(number, PIA)


def test_the_cases_of_a_meeting_move_with_it_and_keep_it_from_being_forgotten(engine: Engine) -> None:
    number = engine.meetings.plan(*FORUM, DAY, AT, JO)
    case = done(engine.open_case("hbep-referral", JO, PUPIL, state="forum")).id
    done(engine.add_document(case, "forum_form", b"form", JO))
    done(engine.fire(case, "book_forum", JO, {"forum_date": "2023-10-03T13:30"}))
    found = engine.meetings.meeting(number, JO)
    assert (found.booked, [one.id for one in engine.meetings.agenda(found, JO)]) == (1, [case])
    with pytest.raises(BadMeeting, match="Cases are booked on it"):
        engine.meetings.cancel(number, JO)
    assert engine.meetings.move(number, LATER, AT, JO, found.version) == []
    assert engine.case(case).agendas == {"forum": "2023-10-10"}
    with pytest.raises(ChangedMeeting):
        engine.meetings.record(number, [], "Heard.", JO, found.version)
    engine.meetings.record(number, [], "Heard.", JO)
    with pytest.raises(BadMeeting, match="stays on its day"):
        engine.meetings.move(number, DAY, AT, JO)


def test_what_is_sent_twice_is_done_once(engine: Engine) -> None:
    number = engine.meetings.plan(*FORUM, DAY, AT, JO, "https://example.org")
    assert engine.meetings.plan(*FORUM, DAY, AT, JO, "https://example.org") == number
    with pytest.raises(BadMeeting, match="already"):
        engine.meetings.plan(*FORUM, DAY, AT, JO, "https://example.org/other")
    for _ in range(2):
        assert engine.meetings.move(number, LATER, time(9), JO, 1) == []
    assert engine.meetings.meeting(number, JO).version == 2
    with pytest.raises(ChangedMeeting):
        engine.meetings.move(number, DAY, time(9), JO, 1)
    for _ in range(2):
        engine.meetings.record(number, [], "Heard.", JO, 2)
    assert engine.meetings.meeting(number, JO).version == 3
    with pytest.raises(ChangedMeeting):
        engine.meetings.record(number, [], "Otherwise.", JO, 2)


RECORDED = "What came of this meeting is recorded: it stays on its day."


def test_what_is_recorded_while_somebody_moves_or_cancels_keeps_a_meeting_on_its_day(engine: Engine) -> None:
    asked = engine.meetings.meeting
    ways = (lambda one: engine.meetings.move(one, LATER, AT, JO), lambda one: engine.meetings.cancel(one, JO))
    for day, way in zip((DAY, date(2023, 10, 4)), ways, strict=True):
        number = engine.meetings.plan(*FORUM, day, AT, JO)

        def meanwhile(number: int, by: Actor) -> Meeting:
            found = asked(number, by)
            engine.meetings.meeting = asked  # type: ignore[method-assign]
            engine.meetings.record(number, [], "Heard.", JO)
            return found

        engine.meetings.meeting = meanwhile  # type: ignore[method-assign]
        with pytest.raises(BadMeeting, match=RECORDED):
            way(number)
        kept = engine.meetings.meeting(number, JO)
        assert (kept.day, kept.minutes) == (day.isoformat(), "Heard.")


@pytest.mark.parametrize("does", ["move", "cancel"])
def test_of_two_at_once_one_records_and_one_moves_or_cancels(engine: Engine, does: str) -> None:
    for round_ in range(5):
        day, line, said = date(2024, 1, 1 + round_), threading.Barrier(2), dict[str, str]()
        number = engine.meetings.plan(*FORUM, day, AT, JO)
        ways = {
            "record": lambda: engine.meetings.record(number, [], "Heard.", JO),  # noqa: B023
            "move": lambda: engine.meetings.move(number, day.replace(month=2), AT, JO),  # noqa: B023
            "cancel": lambda: engine.meetings.cancel(number, JO),  # noqa: B023
        }

        def run(way: str) -> None:
            line.wait()  # noqa: B023
            try:
                ways[way]()  # noqa: B023
            except (BadMeeting, UnknownMeeting) as bad:
                said[way] = str(bad)  # noqa: B023

        threads = [threading.Thread(target=run, args=(one,)) for one in ("record", does)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        kept = {one.id: one for one in engine.meetings.between(date(2024, 1, 1), date.max, JO)}
        if does in said:
            assert (said, kept[number].day, kept[number].minutes) == ({does: RECORDED}, day.isoformat(), "Heard.")
        elif does == "cancel":
            assert (list(said), number in kept) == (["record"], False)
        else:
            assert (said, kept[number].minutes, kept[number].held) == ({}, "Heard.", True)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.database.writing() as connection:
        yield connection


def kept(connection: Connection, day: str, series: str = "", meeting: str = "forum") -> int:
    return store.insert_meeting(connection, StoredMeeting(0, "hbep-referral", meeting, series, day, "09:00"))


def test_a_row_is_changed_or_forgotten_only_as_it_was_read(connection: Connection) -> None:
    number = kept(connection, "2023-10-03")
    read = store.meeting_of(connection, number)
    assert read == StoredMeeting(number, "hbep-referral", "forum", "", "2023-10-03", "09:00")
    assert store.update_meeting(connection, replace(read, present=("Ann", "Ben"), held=True))
    assert not store.update_meeting(connection, replace(read, minutes="late"))
    assert not store.delete_meeting(connection, read)
    now = store.meeting_of(connection, number)
    assert now == replace(read, present=("Ann", "Ben"), held=True, seq=2)
    assert store.meeting_on(connection, now) is None
    assert store.meeting_on(connection, replace(now, id=number + 1)) == now
    assert store.delete_meeting(connection, now)
    assert store.meeting_of(connection, number) is None


def test_past_meetings_are_read_backwards_and_only_those_that_are_seen(connection: Connection) -> None:
    first, second = kept(connection, "2023-10-03"), kept(connection, "2023-10-03", "east", "panel")
    third = kept(connection, "2023-10-04", "west", "panel")
    seen = Sight(agendas=frozenset({("panel", "east")}))
    east = ListSight(everything=False, parts=(Part("hbep-referral", (), seen),))

    def before(until: str, last: tuple[str, int] | None, sight: ListSight = EVERYTHING, most: int = 9) -> list[int]:
        return [one.id for one in store.meetings_before(connection, until, last, sight, most)]

    assert before("2023-10-05", None) == [third, second, first]
    assert before("2023-10-04", None) == [second, first]
    assert before("2023-10-05", ("2023-10-03", second)) == [first]
    assert before("2023-10-05", None, most=1) == [third]
    assert before("2023-10-05", None, NOTHING) == []
    assert before("2023-10-05", None, east) == [second]
