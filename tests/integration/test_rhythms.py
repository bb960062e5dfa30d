"""Rhythms: meetings that come again are there, once each, whatever happened meanwhile."""

from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest

from engine import Engine
from engine.case.command import COMMAND_LINE, Actor
from engine.clock import SetClock
from engine.service.meetings.meeting import Meeting
from engine.service.people.attempts import Throttle
from engine.web.app import create_site
from tests.conftest import START
from tests.integration.site import Visit
from tests.unit.test_rhythm import TEXT
from tests.workshop import CALENDAR_TEXT

CLERK = Actor.of("clerk")


@pytest.fixture
def board(engine: Engine) -> Engine:
    """A board that meets every Wednesday in term, for two teams, looked at for the first time on 11 September."""
    engine.publish(TEXT, CALENDAR_TEXT)
    engine.run_due()
    return engine


def planned(engine: Engine, series: str = "north") -> list[Meeting]:
    found = engine.meetings.between(date(2023, 1, 1), date(2030, 1, 1), COMMAND_LINE)
    return [one for one in found if (one.process.name, one.series) == ("board", series)]


def days(engine: Engine, series: str = "north") -> list[str]:
    return [f"{one.begins:%m-%d %H:%M}" for one in planned(engine, series)]


AUTUMN = [f"{day} 09:30" for day in ("09-13", "09-20", "09-27", "10-04", "10-11")]


def test_they_are_planned_in_term_for_each_series_and_once(board: Engine) -> None:
    engine = board
    assert days(engine) == days(engine, "south") == AUTUMN
    assert [str(one.begins.utcoffset()) for one in planned(engine)] == ["1:00:00"] * 5
    engine.run_due()
    assert days(engine) == AUTUMN


def test_what_people_did_with_them_stays_and_the_others_go_on_after_three_weeks(board: Engine, clock: SetClock) -> None:
    first, second, third, *_ = planned(board)
    board.meetings.cancel(first.id, CLERK)
    board.meetings.move(second.id, date(2023, 9, 21), time(14), CLERK)
    board.meetings.move(third.id, date(2023, 9, 27), time(11), CLERK)
    board.meetings.plan("board", "board", "north", date(2023, 10, 25), time(8), CLERK)
    clock.set(START + timedelta(weeks=3))
    board.run_due()
    kept = ["09-21 14:00", "09-27 11:00", *AUTUMN[3:], "10-25 08:00"]
    assert days(board) == [*kept, "11-01 09:30", "11-08 09:30"]
    assert days(board, "south") == [*AUTUMN, *(f"{day} 09:30" for day in ("10-25", "11-01", "11-08"))]


def test_two_services_that_look_at_once_plan_each_of_them_once(engine: Engine, url: str, tmp_path: Path) -> None:
    engine.publish(TEXT, CALENDAR_TEXT)
    others = [Engine(url, documents=tmp_path / "documents", clock=SetClock(START)) for _ in range(2)]
    barrier = Barrier(2)

    def look(one: Engine) -> None:
        barrier.wait()
        one.run_due()

    threads = [Thread(target=look, args=(one,)) for one in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert days(engine) == days(engine, "south") == AUTUMN
    for one in others:
        one.close()


def test_one_that_was_cancelled_does_not_come_back_with_a_backup(board: Engine, tmp_path: Path) -> None:
    board.meetings.cancel(planned(board)[0].id, CLERK)
    board.backup(tmp_path / "backup.zip")
    restored = f"sqlite:///{tmp_path}/other.db"
    Engine.restore(tmp_path / "backup.zip", restored, documents=tmp_path / "other", clock=SetClock(START))
    other = Engine(restored, documents=tmp_path / "other", clock=SetClock(START))
    other.run_due()
    assert days(other) == AUTUMN[1:]
    other.close()


def test_another_version_may_plan_other_days_from_then_on(board: Engine, clock: SetClock) -> None:
    # A team that is new is planned for at once; what was planned for the others stays.
    more = TEXT.replace("south: South}", "south: South, west: West}").replace("every: wednesday", "every: friday")
    board.publish(more.replace('version: "1"', 'version: "2"'), CALENDAR_TEXT)
    clock.set(START + timedelta(days=14))
    board.run_due()
    assert days(board)[-2:] == ["10-27 09:30", "11-03 09:30"]
    assert days(board)[:5] == AUTUMN
    assert days(board, "west")[:2] == ["09-29 09:30", "10-06 09:30"]


def test_those_who_keep_the_dates_read_when_they_come(stage: Engine) -> None:
    stage.publish(TEXT, CALENDAR_TEXT)
    stage.people.add("wim", "Wim", ["board/clerk"])
    visit, key = Visit(create_site(stage, throttle=Throttle(1000, 1000))), stage.accounts.sign_in_as("wim")
    assert key is not None
    visit.client.cookies.set("casework", key)
    page = visit.get("/meetings").text
    assert "<li>Board: every Wednesday in term, at 09:30</li>" in page
