"""At which meetings a case is to be heard."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.case.agenda import Booking, bookings, reader, series_of
from engine.case.snapshot import Snapshot
from engine.process.definition import Process
from tests.workshop import workshop

MEETING = {
    "documents: {order": (
        "meetings: {talk: {title: Talk, in: work, date: ready, per: kind, booked_by: plan, outcomes: finish}}\n"
        "documents: {order"
    ),
    "    events: {finish: {title: Finish, to: done}}": (
        "    events:\n      finish: {title: Finish, to: done}\n"
        "      plan: {title: Plan, form: {ready: required, kind: optional}}"
    ),
}
CASE = Snapshot("workshop", "1", 1, "work.hand", "", "", data={"ready": "2024-02-01", "kind": "lathe"})


@pytest.fixture(scope="module")
def process() -> Process:
    return workshop(MEETING)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, [Booking("talk", "lathe", "2024-02-01")]),
        ({"state": "work.place"}, [Booking("talk", "lathe", "2024-02-01")]),
        ({"state": "desk"}, []),
        ({"state": ""}, []),
        ({"outcome": "finished"}, []),
        ({"data": {"kind": "lathe"}}, []),
        ({"data": {"ready": "2024-02-01"}}, [Booking("talk", "", "2024-02-01")]),
        ({"data": {"ready": "2024-02-01T14:30", "kind": "bench"}}, [Booking("talk", "bench", "2024-02-01")]),
    ],
)
def test_a_case_is_on_an_agenda_while_it_is_where_it_is_heard_and_has_a_day(
    process: Process, changes: dict[str, Any], found: list[Booking]
) -> None:
    assert bookings(process, replace(CASE, **changes)) == found


def test_without_meetings_there_is_no_agenda() -> None:
    assert bookings(workshop(), CASE) == []


def test_a_meeting_is_read_by_the_first_version_that_knows_its_kind_and_series(process: Process) -> None:
    kind = process.meetings["talk"]
    none, one = replace(process, meetings={}), replace(process, meetings={"talk": replace(kind, per="")})
    assert (series_of(process, "talk"), series_of(one, "talk")) == (tuple(process.fields["kind"].choices), ("",))
    assert reader([none, one, process], "talk", "lathe") is process
    assert reader([none, process, one], "talk", "") is one
    assert reader([none, one, process], "talk", "of old") is one
    assert reader([none], "talk", "") is None
