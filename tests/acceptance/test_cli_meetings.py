"""Meetings, their agendas and what came of them, from the command line."""

from __future__ import annotations

from datetime import date, time

from engine import Actor, Engine
from tests.acceptance.shell import Shell

JO_HERSELF = Actor("jo", frozenset({"coordinator"}))
JO = ("--by", "jo:coordinator")
ANSWERS = ("area=hinckley", "ground=At risk")


def test_a_meeting_is_listed_and_shown_with_what_came_of_it(house: Shell) -> None:
    engine = Engine(f"sqlite:///{house.folder / 'casework.db'}")
    number = engine.meetings.plan("hbep-referral", "panel", "hinckley", date(2023, 10, 3), time(13, 30), JO_HERSELF)
    engine.intakes.allow(number, 15, None, JO_HERSELF)
    engine.close()
    for name in ("Ann", "Ben"):
        house("open", "--process", "hbep-referral", "--in", "panel", *JO, "consent=yes", f"pupil_name={name}")
    for case in ("1", "2"):
        house("fire", case, "book_panel", *JO, *ANSWERS, "panel_date=2023-10-03")
    house("fire", "1", "managed_move", *JO)
    listed = house("meeting", "list", "--since", "2023-10-01", *JO)
    assert ("Hinckley" in listed, "2 of 15 places" in listed) == (True, True)
    [one] = house.json("meeting", "list", "--before", "2023-10-04", *JO)
    assert (one["id"], one["booked"], one["heard"], one["begins"][:10]) == (number, 1, 1, "2023-10-03")
    shown = house("meeting", "show", str(number), *JO)
    assert ("Managed move agreed" in shown, "Ann" in shown, "Ben" in shown) == (True, True, True)
    assert "2 of 15 places." in shown
    told = house.json("meeting", "show", str(number), *JO)
    assert [one["id"] for one in told["agenda"]["cases"]] == [2]
    assert [(one["case"]["id"], one["said"]) for one in told["record"]["cases"]] == [(1, "Managed move agreed")]


def test_what_cannot_be_asked_is_said(house: Shell) -> None:
    house("meeting", "show", "9", *JO, code=2)
    assert "There is no such meeting." in house.error
    house("meeting", "list", "--since", "soon", code=2)
    assert "soon is no day." in house.error
    house("meeting", "list", "--since", "2023-10-01", "--before", "2023-10-02", code=2)
    assert "since a day, or for those before one" in house.error
    assert house("meeting", "list") == ""
    assert "No meetings." in house.error
