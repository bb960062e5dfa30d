"""Summaries: what somebody has before it is handed on, and what was taken over, each told as who asks may see it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from engine import BadCursor, Engine
from engine.clock import SetClock
from engine.service.people import handovers, summaries
from engine.service.people.summaries import Summary
from engine.service.site import Site
from tests.conftest import LOAN, START
from tests.integration.site import settle
from tests.integration.test_handovers import COORDINATOR, given, leave, overdue, person
from tests.steps import done

TODAY = date(2023, 11, 10)


@pytest.fixture
def engine(engine: Engine, clock: SetClock) -> Engine:
    settle(engine)
    clock.set(START + timedelta(days=60))
    engine.people.add("kim", "Kim Ray", [COORDINATOR], email="kim@example.org")
    return engine


def cases(found: Summary) -> list[int]:
    return [one.case for one in found.cases]


def taken_over(engine: Engine, login: str = "kim", by: str = "", **more: Any) -> list[int]:
    return cases(engine.summaries.taken_over(login, person(engine, by or login), **more))


def test_who_takes_over_is_told_of_each_case_in_short(engine: Engine) -> None:
    case, task = given(engine, "jo")
    later = TODAY + timedelta(days=20)
    answers = {"area": "hinckley", "panel_date": later.isoformat(), "ground": "At risk"}
    booked = done(engine.fire(case, "book_panel", person(engine, "jo"), answers))
    [mine] = [one for one in booked.tasks if one.task == task]
    assert engine.hand_on("jo", "kim", person(engine, "max")).done == 1
    found = engine.summaries.taken_over("kim", person(engine, "kim"))
    [one] = found.cases
    assert (found.person, found.name, found.next, found.unseen) == ("kim", "Kim Ray", "", 0)
    assert (one.case, one.label, one.state, one.state_title) == (case, "A Pupil", booked.state, booked.state_title)
    assert one.since == booked.since
    [charge] = one.tasks
    assert (charge.task.task, charge.task.due, charge.task.title) == (task, mine.due, mine.title)
    assert (charge.was_with, charge.was_with_name) == ("jo", "Jo")
    assert charge.at is not None
    assert charge.at.date() == TODAY
    assert one.coming is not None
    assert one.coming.day == later
    assert one.coming.title == "Area panel: Hinckley area panel"
    # Not that the task was given, which whoever reads it knows.
    assert one.latest is not None
    assert (one.latest.what, one.latest.byline) == (engine.history_page(case, None, 99).items[-2].what, "by Jo")
    assert one.latest.at.date() == TODAY


def test_each_is_shown_by_the_right_of_who_asks(engine: Engine) -> None:
    hilltop, elsewhere = given(engine, "jo")[0], given(engine, "jo", "Elsewhere")[0]
    engine.publish(LOAN.read_text())
    engine.people.add("cleo", "Cleo", ["equipment-loan/clerk"])
    assert engine.hand_on("jo", "kim", person(engine, "max")).done == 2
    assert taken_over(engine) == [hilltop, elsewhere]
    assert taken_over(engine, by="sam") == [hilltop]
    assert taken_over(engine, by="pat") == [elsewhere]
    assert taken_over(engine, by="cleo") == taken_over(engine, by="ada") == taken_over(engine, by="ann") == []
    for by in ("sam", "kim"):
        shown = {one.case: one.label for one in engine.summaries.taken_over("kim", person(engine, by)).cases}
        assert shown[hilltop] == engine.case(hilltop, person(engine, by)).label
    assert cases(engine.summaries.taken_over("kim", None)) == [hilltop, elsewhere]


def test_what_would_be_handed_on_is_shown_before(engine: Engine) -> None:
    hilltop, task = given(engine, "jo")
    elsewhere, _ = given(engine, "jo", "Elsewhere")
    overdue(engine)
    found = engine.summaries.held("jo", person(engine, "sam"))
    assert (cases(found), found.unseen) == ([hilltop], 0)
    assert [(one.task.task, one.was_with, one.at) for one in found.cases[0].tasks] == [(task, "", None)]
    assert cases(engine.summaries.held("jo", person(engine, "max"))) == [hilltop, elsewhere]
    nothing_seen = engine.summaries.held("jo", person(engine, "ada"))
    assert (nothing_seen.cases, nothing_seen.unseen) == ((), 2)
    assert engine.summaries.held("kim", person(engine, "max")).cases == ()


def test_what_is_left_out_stays_and_is_not_told_as_kept(engine: Engine) -> None:
    one, other = given(engine, "jo"), given(engine, "jo")
    result = engine.hand_on("jo", "kim", person(engine, "max"), without=[one])
    assert (result.done, result.kept, result.unseen) == (1, (), 0)
    assert cases(engine.summaries.held("jo", person(engine, "max"))) == [one[0]]
    assert taken_over(engine) == [other[0]]
    assert engine.hand_on("jo", "kim", person(engine, "max"), [one], without=[one]).done == 0


def test_sent_twice_it_is_handed_on_once_and_told_the_same(engine: Engine, clock: SetClock) -> None:
    given(engine, "jo")
    engine.hand_on("jo", "kim", person(engine, "max"))
    first = engine.summaries.taken_over("kim", person(engine, "kim"))
    clock.set(clock.now() + timedelta(minutes=5))
    assert engine.hand_on("jo", "kim", person(engine, "max")).done == 0
    assert engine.summaries.taken_over("kim", person(engine, "kim")) == first


def test_what_was_stopped_half_way_is_gone_on_with_and_the_summary_has_all(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [given(engine, "jo")[0] for _ in range(4)]
    monkeypatch.setattr(handovers, "AT_ONCE", 2)
    write, begun = Site.write, list[int]()

    def dies(site: Site, work: Any) -> Any:
        begun.append(1)
        if len(begun) == 2:
            raise KeyboardInterrupt
        return write(site, work)

    with monkeypatch.context() as patched:
        patched.setattr(Site, "write", dies)
        with pytest.raises(KeyboardInterrupt):
            engine.hand_on("jo", "kim", person(engine, "max"))
    assert taken_over(engine) == numbers[:2]
    assert engine.hand_on("jo", "kim", person(engine, "max")).done == 2
    assert taken_over(engine) == numbers


def test_it_can_be_narrowed_to_who_had_them_and_since_when(engine: Engine, clock: SetClock) -> None:
    of_jo, of_sam = given(engine, "jo")[0], given(engine, "sam")[0]
    own = given(engine, "kim", by="jo")[0]
    engine.hand_on("jo", "kim", person(engine, "max"))
    clock.set(clock.now() + timedelta(days=2))
    engine.hand_on("sam", "kim", person(engine, "max"))
    assert own not in taken_over(engine)
    assert taken_over(engine) == [of_jo, of_sam]
    assert taken_over(engine, was_with="jo") == [of_jo]
    assert taken_over(engine, was_with="max") == []
    assert taken_over(engine, since=TODAY) == [of_jo, of_sam]
    assert taken_over(engine, since=TODAY + timedelta(days=2)) == [of_sam]
    assert taken_over(engine, since=TODAY + timedelta(days=3)) == []


def test_what_was_left_behind_and_is_taken_on_came_from_who_left(engine: Engine) -> None:
    case, task = given(engine, "jo")
    back, name = given(engine, "jo")
    leave(engine, "jo")
    done(engine.claim_task(case, task, person(engine, "kim")))
    engine.hand_on("jo", None, person(engine, "max"))
    done(engine.claim_task(back, name, person(engine, "kim")))
    assert taken_over(engine) == [case]


def test_it_comes_in_pages_by_the_numbers_of_the_cases(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = [given(engine, "jo", school)[0] for school in ("Hilltop", "Elsewhere", "Hilltop", "Elsewhere", "Hilltop")]
    engine.hand_on("jo", "kim", person(engine, "max"))
    monkeypatch.setattr(summaries, "AT_ONCE", 2)
    sam = person(engine, "sam")
    first = engine.summaries.taken_over("kim", sam, limit=2)
    rest = engine.summaries.taken_over("kim", sam, limit=2, after=first.next)
    assert (cases(first), cases(rest), rest.next) == ([seen[0], seen[2]], [seen[4]], "")
    with pytest.raises(BadCursor):
        engine.summaries.held("kim", sam, after=first.next)
    with pytest.raises(BadCursor):
        engine.summaries.taken_over("kim", sam, after="nonsense")


@contextmanager
def asked(engine: Engine) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    found: list[str] = []

    def note(*told: object) -> None:
        found.append(str(told[2]))

    event.listen(engine.database._engine, "before_cursor_execute", note)
    yield found
    event.remove(engine.database._engine, "before_cursor_execute", note)


def test_no_query_is_made_for_each_case(engine: Engine) -> None:
    counts = []
    for more in (2, 12):
        for _ in range(more):
            given(engine, "jo")
        engine.hand_on("jo", "kim", person(engine, "max"))
        kim = person(engine, "kim")
        engine.summaries.taken_over("kim", kim)
        with asked(engine) as found:
            assert len(engine.summaries.taken_over("kim", kim).cases) >= more
            engine.summaries.held("kim", kim)
        counts.append(len([one for one in found if one.startswith("SELECT")]))
    assert counts[0] == counts[1]
    assert counts[0] <= 24


def test_that_they_were_shown_is_kept(engine: Engine) -> None:
    case, _ = given(engine, "jo")
    engine.summaries.held("jo", person(engine, "max"))
    engine.hand_on("jo", "kim", person(engine, "max"))
    engine.summaries.taken_over("kim", person(engine, "kim"))
    engine.summaries.taken_over("kim", person(engine, "pat"))
    told = [(one.by, one.what) for one in engine.accesses(case)]
    assert told == [("kim", "summary of tasks handed over"), ("max", "tasks to be handed on")]
