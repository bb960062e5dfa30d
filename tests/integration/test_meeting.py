"""Meetings that were planned before their process was published anew: they stay, and are read by what knows them."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from engine import Actor, Engine
from engine.clock import SetClock
from engine.service.meetings.meetings import BadMeeting, UnknownMeeting
from tests.conftest import REFERRAL
from tests.integration.site import Visit
from tests.steps import PUPIL, done

DAY, LATER = date(2023, 10, 3), date(2023, 10, 10)
NO_FORUM = (
    ("  forum:\n    title: Inclusion Forum\n    in: forum\n    date: forum_date\n    link: forum_link\n", ""),
    ("    present: forum_present\n    booked_by: book_forum\n    outcomes: [record_advice, to_panel]\n", ""),
)
NO_SERIES = (("    date: panel_date\n    per: area\n", "    date: panel_date\n"),)
OTHER_SERIES = (("hinckley: Hinckley area panel, bosworth: Bosworth", "west: Western area panel, bosworth: Bosworth"),)
ONCE_REFERRED = (
    "needs: [{document: forum_form, say: Upload",
    "needs: [{check: '!has(\"referral_form\")', say: It was referred meanwhile.}, {document: forum_form, say: Upload",
)
SENT_ON = (
    "      forum_comes: {at: forum_date, raise: record_forum}\n",
    "      forum_comes: {at: forum_date, raise: record_forum}\n      sent_on: {after: 1 week, send: to_panel}\n",
)
A_DAY = (("{title: Forum on, type: time}", "{title: Forum on, type: date}"),)


def anew(engine: Engine, *changes: tuple[str, str]) -> None:
    """Publish the referral in another version, with these changes."""
    text = REFERRAL.read_text(encoding="utf-8").replace("version: 2023-24.2", "version: 2023-24.3", 1)
    for before, after in (("effective_from: 2023-09-01", "effective_from: 2023-09-02"), *changes):
        assert before in text
        text = text.replace(before, after, 1)
    engine.publish(text)


def without_meetings() -> tuple[str, str]:
    text = REFERRAL.read_text(encoding="utf-8")
    return text[text.index("meetings:   #") : text.index("tasks:\n")], ""


def in_forum(engine: Engine, by: Actor, when: str = "2023-10-03T13:30") -> int:
    """A case that is booked on a forum."""
    case = done(engine.open_case("hbep-referral", by, PUPIL, state="forum")).id
    done(engine.add_document(case, "forum_form", b"form", by))
    return done(engine.fire(case, "book_forum", by, {"forum_date": when})).id


def test_what_was_planned_stays_where_a_version_knows_such_meetings_no_more(site: FastAPI, engine: Engine) -> None:
    jo = engine.people.person("jo").actor
    number = engine.meetings.plan("hbep-referral", "forum", "", DAY, time(13, 30), jo)
    empty = engine.meetings.plan("hbep-referral", "forum", "", LATER, time(13, 30), jo)
    case, secret = in_forum(engine, jo), engine.accounts.new_feed("jo")
    anew(engine, *NO_FORUM)
    visit = Visit(site, "jo")
    assert f"/meetings/{number}" in visit.get("/meetings").text
    assert f"/meetings/{number}" in visit.get("/dates?view=month&day=2023-10-03").text
    assert f"UID:meeting-{number}@" in visit.get(f"/calendar/{secret}.ics").text
    assert f"/meetings/{number}/cases/{case}" in visit.get(f"/meetings/{number}").text
    assert "Take it to the panel" in visit.get(f"/meetings/{number}/cases/{case}").text
    visit.get(f"/meetings/{number}/pack")
    assert engine.meetings.move(number, date(2023, 10, 17), time(9), jo) == []
    assert engine.case(case).data["forum_date"] == "2023-10-17T09:00"
    engine.meetings.cancel(empty, jo)
    engine.meetings.record(number, ["coordinator"], "Heard.", jo)
    assert engine.meetings.meeting(number, jo).held
    with pytest.raises(BadMeeting):  # but no new one
        engine.meetings.plan("hbep-referral", "forum", "", LATER, time(9), jo)
    assert engine.verify().findings == ()


def test_they_are_found_where_a_version_has_no_meetings_at_all(site: FastAPI, engine: Engine) -> None:
    jo = engine.people.person("jo").actor
    number = engine.meetings.plan("hbep-referral", "panel", "hinckley", DAY, time(13, 30), jo)
    anew(
        engine,
        without_meetings(),
        ("when its area panel meets., sees: agenda}", "when its area panel met., sees: own}"),
    )
    for login in ("jo", "lee"):
        visit = Visit(site, login)
        assert f"/meetings/{number}" in visit.get("/meetings").text
        assert "Hinckley area panel" in visit.get(f"/meetings/{number}").text
        assert f"/meetings/{number}" in visit.get("/dates?view=month&day=2023-10-03").text
        assert 'href="/meetings"' in visit.get("/").text
    Visit(site, "kit").get(f"/meetings/{number}", 404)  # of another area
    Visit(site, "sam").get(f"/meetings/{number}", 404)
    with pytest.raises(UnknownMeeting):
        engine.meetings.meeting(number, engine.people.person("kit").actor)


@pytest.mark.parametrize("changes", [NO_SERIES, OTHER_SERIES], ids=["no series", "other series"])
def test_a_series_that_is_none_any_more_keeps_its_name_and_its_members(
    site: FastAPI, engine: Engine, changes: Any
) -> None:
    jo, lee = (engine.people.person(login).actor for login in ("jo", "lee"))
    number = engine.meetings.plan("hbep-referral", "panel", "hinckley", DAY, time(13, 30), jo)
    case = done(engine.open_case("hbep-referral", jo, {**PUPIL, "area": "hinckley"}, state="panel")).id
    booked = {"area": "hinckley", "panel_date": "2023-10-03", "ground": "At risk"}
    done(engine.fire(case, "book_panel", jo, booked))
    anew(engine, *changes)
    for by in (jo, lee):
        found = engine.meetings.meeting(number, by)
        assert (found.title, found.booked) == ("Area panel: Hinckley area panel", 1)
        assert [one.id for one in engine.meetings.agenda(found, by)] == [case]
        assert engine.meetings.between(DAY, LATER, by) == [found]
    assert engine.meetings.move(number, LATER, time(9), jo) == []
    assert engine.case(case).data["panel_date"] == "2023-10-10"


def test_each_case_is_booked_by_its_own_version(site: FastAPI, engine: Engine) -> None:
    jo = engine.people.person("jo").actor
    number = engine.meetings.plan("hbep-referral", "forum", "", DAY, time(13, 30), jo)
    old = in_forum(engine, jo)
    anew(engine, *A_DAY)
    new = in_forum(engine, jo, "2023-10-03")
    assert engine.meetings.meeting(number, jo).booked == 2
    before = engine.case(new).version
    assert engine.meetings.move(number, DAY, time(15), jo) == []  # another hour, which only one of them keeps
    assert engine.case(old).data["forum_date"] == "2023-10-03T15:00"
    assert (engine.case(new).data["forum_date"], engine.case(new).version) == ("2023-10-03", before)
    assert engine.meetings.move(number, LATER, time(15), jo) == []
    assert engine.case(old).data["forum_date"] == "2023-10-10T15:00"
    assert engine.case(new).data["forum_date"] == "2023-10-10"
    visit = Visit(site, "jo")
    assert 'value="2023-10-10T15:00"' in visit.get(f"/cases/{old}/do/book_forum").text
    assert 'value="2023-10-10"' in visit.get(f"/cases/{new}/do/book_forum").text


def test_where_one_case_cannot_be_moved_none_is_and_why_is_told(site: FastAPI, engine: Engine) -> None:
    jo = engine.people.person("jo").actor
    anew(engine, ONCE_REFERRED)
    number = engine.meetings.plan("hbep-referral", "forum", "", DAY, time(13, 30), jo)
    cases = [in_forum(engine, jo) for _ in range(3)]
    done(engine.add_document(cases[1], "referral_form", b"form", jo))
    before = [engine.case(one) for one in cases]
    left = engine.meetings.move(number, LATER, time(9), jo)
    assert [(case.id, why.message) for case, why in left] == [(cases[1], "It was referred meanwhile.")]
    assert [engine.case(one) for one in cases] == before
    found = engine.meetings.meeting(number, jo)
    assert (found.day, f"{found.begins:%H:%M}", found.booked) == ("2023-10-03", "13:30", 3)


def test_a_case_that_a_due_step_takes_from_the_agenda_keeps_no_meeting_on_its_day(
    site: FastAPI, engine: Engine, clock: SetClock
) -> None:
    jo = engine.people.person("jo").actor
    anew(engine, SENT_ON)
    number = engine.meetings.plan("hbep-referral", "forum", "", DAY, time(13, 30), jo)
    gone = in_forum(engine, jo)
    clock.set(clock.now() + timedelta(days=8))  # nobody has looked at what is due since
    stays = in_forum(engine, jo)
    assert engine.meetings.move(number, LATER, time(9), jo) == []
    assert engine.case(stays).data["forum_date"] == "2023-10-10T09:00"
    assert (engine.case(gone).state, engine.case(gone).data["forum_date"]) == ("panel", "2023-10-03T13:30")
    assert engine.meetings.meeting(number, jo).booked == 1
    assert engine.verify().findings == ()
