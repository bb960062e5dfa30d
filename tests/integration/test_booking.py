"""What a meeting takes: whoever books, in whatever way, on both databases."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import text

from engine import Engine
from engine.case.command import COMMAND_LINE, Actor
from engine.case.refusal import Code, Refusal
from engine.clock import SetClock
from engine.store import locks
from tests.steps import done
from tests.unit.test_intake import TEXT as SMALL
from tests.waiting import until
from tests.workshop import CALENDAR_TEXT

# It looks at 11 September; meetings come each Wednesday from the 13th on, which closes on the 6th.
START = datetime.fromisoformat("2023-09-11T08:00+00:00")
CLERK, PIA = Actor.of("clerk"), Actor("pia", frozenset({"clerk"}))
TEXT = (
    SMALL.replace("per: team\n", "per: team\n    outcomes: [hear, keep]\n")
    .replace(
        "      end: {title: End, to: done}\n",
        "      end: {title: End, to: done}\n"
        "      hear: {title: Hear, to: done, undo: {by: clerk, reopens: true}}\n"
        "      keep: {title: Keep}\n      wait: {title: Wait, to: rest}\n"
        "      slip: {title: Slip, set: {heard: date('2023-09-27')}}\n",
    )
    .replace("form: {heard: required}", "form: {heard: required, team: optional}, undo: {by: clerk}")
    .replace(
        "  done: {title: Done",
        "  rest:\n    title: Rest\n    owner: clerk\n    pauses: asked\n"
        "    deadline: {within: 3 weeks, raise: look}\n"
        "    events: {back: {title: Back, to: back}}\n  done: {title: Done",
    )
)
FIRST, SECOND, THIRD = "2023-09-20", "2023-09-27", "2023-10-04"
FULL = "North on Wednesday 20 September 2023 is full: it takes 2 cases."


@pytest.fixture
def clock() -> SetClock:
    return SetClock(START)


@pytest.fixture
def board(engine: Engine) -> Engine:
    engine.publish(TEXT, CALENDAR_TEXT)
    engine.run_due()
    return engine


def case(engine: Engine, day: str = "", team: str = "north") -> int:
    return done(engine.open_case("board", CLERK, {"team": team} | ({"heard": day} if day else {}))).id


def refused(result: object) -> Refusal:
    assert isinstance(result, Refusal)
    return result


def test_a_full_meeting_is_told_with_the_next_one_that_has_room(board: Engine) -> None:
    first, second, third = case(board, FIRST), case(board), case(board)
    done(board.fire(second, "book", CLERK, {"heard": FIRST}))
    found = refused(board.fire(third, "book", CLERK, {"heard": FIRST}))
    said = f"{FULL} The next one with room is on Wednesday 27 September 2023."
    assert (found.code, found.message, found.fields) == (Code.FORM, said, {"heard": said})
    assert refused(board.check_event(third, "book", CLERK, {"heard": FIRST})).message == said
    assert refused(board.open_case("board", CLERK, {"team": "north", "heard": FIRST})).message == said
    done(board.fire(third, "book", CLERK, {"heard": FIRST, "team": "south"}))
    # Its own place refuses none, and what is given up is free: booked on another day, or ended.
    done(board.fire(first, "book", CLERK, {"heard": FIRST}))
    done(board.fire(first, "book", CLERK, {"heard": SECOND}))
    done(board.fire(third, "book", CLERK, {"heard": FIRST, "team": "north"}))
    assert refused(board.fire(first, "book", CLERK, {"heard": FIRST})).code is Code.FORM
    done(board.fire(second, "end", CLERK))
    done(board.fire(first, "book", CLERK, {"heard": FIRST}))
    assert board.verify().findings == ()


def test_whoever_was_heard_keeps_the_place_and_who_is_taken_back_has_it_still(board: Engine) -> None:
    first, second, third = case(board, FIRST), case(board, FIRST), case(board)
    done(board.fire(first, "hear", CLERK))
    assert refused(board.fire(third, "book", CLERK, {"heard": FIRST})).code is Code.FORM
    meeting = board.meetings.coming(board.process("board", "1"), _kind(board), "north", CLERK)[1]
    assert (meeting.day, meeting.booked, meeting.heard, meeting.intake.said) == (
        FIRST, 1, 1, "2 of 2 places, full, closes Wednesday 13 September 2023",
    )  # fmt: skip
    done(board.undo(first, "Not heard yet.", CLERK))
    assert board.case(first).agendas == {"board": FIRST}
    # What was booked otherwise since is not free for who takes that back.
    done(board.fire(second, "book", CLERK, {"heard": SECOND}))
    done(board.fire(third, "book", CLERK, {"heard": FIRST}))
    found = refused(board.undo(second, "Not moved.", CLERK))
    assert (found.code, found.message.startswith(FULL)) == (Code.RULE, True)
    assert board.case(second).agendas == {"board": SECOND}
    # One of which something came stays counted once: while it stands there still, and when it is booked otherwise.
    done(board.fire(third, "keep", CLERK))
    assert board.meetings.meeting(meeting.id, CLERK).intake.taken == 2
    done(board.fire(third, "book", CLERK, {"heard": SECOND}))
    assert board.meetings.meeting(meeting.id, CLERK).intake.taken == 2
    assert refused(board.fire(second, "book", CLERK, {"heard": FIRST})).message.startswith(FULL)
    done(board.fire(third, "book", CLERK, {"heard": FIRST}))


def _kind(engine: Engine):  # type: ignore[no-untyped-def]
    return engine.process("board", "1").meetings["board"]


def test_what_closed_takes_no_case_but_one_that_was_booked_before(board: Engine, clock: SetClock) -> None:
    late, other, wrong = case(board), case(board), case(board, THIRD)
    clock.set(datetime.fromisoformat("2023-09-13T22:59+00:00"))  # the last minute of its last day there
    early = case(board, FIRST)
    clock.set(datetime.fromisoformat("2023-09-13T23:00+00:00"))
    found = refused(board.fire(late, "book", CLERK, {"heard": FIRST}))
    assert found.message == (
        "North on Wednesday 20 September 2023 closed at the end of Wednesday 13 September 2023. "
        "The next one with room is on Wednesday 27 September 2023."
    )
    done(board.fire(late, "book", CLERK, {"heard": FIRST}, at=datetime(2023, 9, 13, 12)))
    done(board.fire(early, "book", CLERK, {"heard": FIRST}))  # it stands there
    assert refused(board.fire(other, "book", CLERK, {"heard": FIRST}, at=datetime(2023, 9, 13, 12))).message == (
        f"{FULL} The next one with room is on Wednesday 27 September 2023."
    )
    done(board.fire(late, "book", CLERK, {"heard": SECOND}))
    # What was typed wrongly is put right; it was booked then.
    entry = board.history(wrong)[-1].seq
    done(board.correct(wrong, entry, "heard", FIRST, "Misread", COMMAND_LINE))
    assert board.case(wrong).agendas == {"board": FIRST}
    # No such day is planned: the process says when it closes all the same.
    assert "closed" in refused(board.fire(other, "book", CLERK, {"heard": "2023-09-15"})).message


def test_what_comes_by_a_set_or_back_from_a_rest(board: Engine) -> None:
    resting = case(board, SECOND)
    done(board.fire(resting, "wait", CLERK))
    case(board, SECOND), case(board, SECOND)
    # Who comes back chose nothing, and could choose nothing else from there.
    done(board.fire(resting, "back", CLERK))
    assert board.case(resting).agendas == {"board": SECOND}
    slipping = case(board)
    found = refused(board.fire(slipping, "slip", CLERK))
    assert (found.code, found.fields) == (Code.RULE, {})
    assert board.case(slipping).agendas == {}


def test_who_keeps_the_dates_lets_one_meeting_take_more_and_longer(board: Engine, clock: SetClock) -> None:
    urgent = case(board)
    for _ in range(2):
        case(board, FIRST)
    number = board.meetings.coming(board.process("board", "1"), _kind(board), "north", CLERK)[1].id
    board.intakes.allow(number, 3, None, CLERK)
    done(board.fire(urgent, "book", CLERK, {"heard": FIRST}))
    clock.set(START + timedelta(days=5))
    closing = board.meetings.meeting(number, CLERK)
    assert (closing.intake.is_closed, closing.intake.is_full) == (True, True)
    board.intakes.allow(number, 4, date(2023, 9, 18), CLERK, closing.version)
    done(board.fire(case(board), "book", CLERK, {"heard": FIRST}))
    # Moved with its cases it closes as long before, and takes them where they go, however many.
    board.intakes.allow(number, None, date(2023, 9, 18), CLERK)
    assert board.meetings.move(number, date(2023, 9, 21), time(9), CLERK) == []
    moved = board.meetings.meeting(number, CLERK)
    assert (moved.booked, moved.closes, moved.intake.said) == (
        4, date(2023, 9, 19), "4 of 2 places, 2 more than it takes now, closes Tuesday 19 September 2023",
    )  # fmt: skip


def test_a_version_that_takes_fewer_throws_nobody_out_and_says_so(board: Engine, tmp_path: Path) -> None:
    first, _ = case(board, FIRST), case(board, FIRST)
    newer = TEXT.replace('version: "1"', 'version: "2"').replace("most: 2", "most: 1")
    (tmp_path / "board.yaml").write_text(newer)
    (tmp_path / "calendars").mkdir()
    (tmp_path / "calendars" / "leicestershire.yaml").write_text(CALENDAR_TEXT)
    [told] = [one.message for one in board.published.compared(tmp_path / "board.yaml") if one.code == "still-in-use"]
    assert told == "1 meeting of the kind Board (board) has more than 1 case already. It keeps them, and takes no more."
    board.publish(newer, CALENDAR_TEXT)
    found = board.meetings.coming(board.process("board", "2"), _kind(board), "north", CLERK)[1]
    assert found.intake.said.startswith("2 of 1 place, 1 more than it takes now")
    # By the version in force, also for a case of the one before. One of which something came there has its place.
    done(board.fire(first, "keep", CLERK))
    done(board.fire(first, "book", CLERK, {"heard": SECOND}))
    done(board.fire(first, "book", CLERK, {"heard": FIRST}))
    assert "it takes 1 case." in refused(board.fire(case(board), "book", CLERK, {"heard": FIRST})).message


def test_sent_twice_it_counts_once_and_a_backup_keeps_what_was_allowed(board: Engine, tmp_path: Path) -> None:
    first, second = case(board), case(board)
    for _ in range(2):
        done(board.fire(first, "book", CLERK, {"heard": FIRST}, idempotency_key="one"))
    done(board.fire(second, "book", CLERK, {"heard": FIRST}))
    number = board.meetings.coming(board.process("board", "1"), _kind(board), "north", CLERK)[1].id
    board.intakes.allow(number, 7, date(2023, 9, 15), CLERK)
    board.backup(tmp_path / "backup.zip")
    restored = f"sqlite:///{tmp_path}/other.db"
    Engine.restore(tmp_path / "backup.zip", restored, documents=tmp_path / "other", clock=SetClock(START))
    other = Engine(restored, documents=tmp_path / "other", clock=SetClock(START))
    assert other.meetings.meeting(number, CLERK).intake.said == "2 of 7 places, closes Friday 15 September 2023"
    assert other.verify().findings == ()
    other.close()


def test_of_two_who_book_the_last_place_at_once_one_gets_it(board: Engine, url: str, tmp_path: Path) -> None:
    others = [Engine(url, documents=tmp_path / "documents", clock=SetClock(START)) for _ in range(2)]
    for day in (THIRD, SECOND, FIRST):
        case(board, day)
        numbers, found, line = [case(board), case(board)], dict[int, object](), Barrier(2)

        def book(engine: Engine, number: int) -> None:
            line.wait()  # noqa: B023
            found[number] = engine.fire(number, "book", PIA, {"heard": day})  # noqa: B023

        threads = [Thread(target=book, args=pair) for pair in zip(others, numbers, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        [left] = [one for one in found.values() if isinstance(one, Refusal)]
        assert "is full: it takes 2 cases. The next one with room is on Wednesday 11 October 2023." in left.message
    for one in others:
        one.close()


def test_who_books_waits_for_who_books_on_the_same_agenda(board: Engine) -> None:
    if board.database.is_sqlite:
        return  # one writes at a time
    number = case(board)
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    thread = Thread(target=lambda: board.fire(number, "book", PIA, {"heard": FIRST}))
    with board.database.writing() as connection:
        locks.hold_one(connection, locks.Lock.AGENDAS, f"board board north {FIRST}")
        thread.start()
        until(lambda: connection.execute(waiting).scalar_one() == 1 or not thread.is_alive())
        assert thread.is_alive()
    thread.join()
    assert board.case(number).agendas == {"board": FIRST}
