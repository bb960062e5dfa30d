"""Deputies: somebody acts for another between two days, in every list and on every face, and no longer."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from engine import Engine
from engine.case.command import Actor
from engine.clock import SetClock
from engine.service.cases.transaction import UnknownCase
from engine.service.people.deputies import ActsNoMore, BadDeputy, NoDeputy, Standing
from engine.store.tables import outbox
from tests.conftest import START
from tests.integration.site import Visit, settle_more
from tests.steps import done, in_panel

FIRST, LAST = START.date() + timedelta(days=1), START.date() + timedelta(days=10)
# When they begin and end on the clocks of London, where it is summer.
BEGINS, ENDS = datetime(2023, 9, 11, 23, tzinfo=UTC), datetime(2023, 9, 21, 23, tzinfo=UTC)
# Clerks of the loans, who are nobody in the referral.
MORE = {"cleo": (["equipment-loan/clerk"], None), "clem": (["equipment-loan/clerk"], None)}


def person(engine: Engine, login: str) -> Actor:
    return engine.people.person(login).actor


def side_by_side(engine: Engine) -> None:
    """Two processes side by side: a referral of Hilltop, one of another school, and a loan."""
    settle_more(engine, MORE)
    in_panel(engine, school="Hilltop")
    in_panel(engine, school="Elsewhere")
    loan = {"club": "Hobby", "item": "saw"}
    done(engine.open_case("equipment-loan", "equipment-loan/clerk", loan))


@pytest.fixture
def site(engine: Engine, site: FastAPI) -> FastAPI:
    side_by_side(engine)
    return site


def listed(engine: Engine, by: Actor) -> list[int]:
    return [one.id for one in engine.cases(by=by).items]


def test_a_clerk_of_another_process_acts_for_a_school_until_the_minute_it_ends(
    engine: Engine, site: FastAPI, clock: SetClock
) -> None:
    del site
    ada = person(engine, "ada")
    kept = engine.deputies.appoint("pat", "cleo", FIRST, LAST, by=ada)
    assert (kept.begins, kept.ends, kept.standing) == (BEGINS, ENDS, Standing.COMING)
    assert engine.deputies.appoint("pat", "cleo", FIRST, LAST, by=ada).number == kept.number
    with pytest.raises(ActsNoMore, match="You do not act for pat now"):
        engine.deputies.actor("cleo", "pat")
    clock.set(BEGINS)
    acting = engine.deputies.actor("cleo", "pat")
    assert listed(engine, acting) == [2] == listed(engine, person(engine, "pat"))
    assert listed(engine, person(engine, "cleo")) == [3]
    assert [one.id for one in engine.cases(search="pupil", by=acting).items] == [2]
    assert {one.case for one in engine.timers(by=acting)} <= {2}
    for hidden in (1, 3):
        with pytest.raises(UnknownCase):
            engine.fire(hidden, "withdraw", acting, {"reason": "Moved"})
    # Not from one to the next, and nothing of the house.
    engine.deputies.appoint("cleo", "clem", FIRST + timedelta(days=1), LAST, by=ada)
    engine.deputies.appoint("ada", "cleo", FIRST + timedelta(days=1), LAST, by=ada)
    clock.set(ENDS - timedelta(seconds=1))
    assert engine.deputies.actor("clem", "cleo").roles == {"equipment-loan/clerk"}
    with pytest.raises(ActsNoMore):
        engine.deputies.actor("clem", "pat")
    assert engine.deputies.actor("cleo", "ada").roles == frozenset()
    assert [one.name for one in engine.deputies.hats("cleo")] == ["cleo"] * 3
    done(engine.fire(2, "withdraw", engine.deputies.actor("cleo", "pat"), {"reason": "Moved"}))
    clock.set(ENDS)
    # The days of who takes part in nothing are those of the first process, which is in New York.
    assert [one.login for one, _ in engine.deputies.acted_for("cleo")] == ["ada"]
    assert engine.deputies.page("pat", ada).items[0].standing is Standing.OVER
    # Who did it, and for whom: read by whoever reads the history, and kept in a chain that is sound.
    step = next(one for one in engine.told_history(2, None)[0] if one.what.startswith("With"))
    assert (step.by, step.acting_for, step.byline) == ("cleo", "pat", "by Cleo, for Pat")
    assert {(one.by, one.what) for one in engine.accesses(2) if one.by == "cleo"} <= {
        ("cleo", f"{what}, for pat") for what in ("case", "dates", "list of cases")
    }
    assert engine.verify().findings == ()


def test_it_ends_when_it_is_taken_back_or_one_of_them_may_act_no_more(engine: Engine, site: FastAPI) -> None:
    del site
    ada, today = person(engine, "ada"), START.date()
    numbers = [engine.deputies.appoint(*two, today, LAST, by=ada).number for two in (("pat", "cleo"), ("sam", "clem"))]
    assert engine.deputies.actor("cleo", "pat").organisation == "Elsewhere"
    with pytest.raises(NoDeputy):
        engine.deputies.take_back(numbers[0], by=person(engine, "cleo"))
    for _ in range(2):
        assert engine.deputies.take_back(numbers[0], by=person(engine, "pat")).standing is Standing.TAKEN_BACK
    with pytest.raises(ActsNoMore):
        engine.deputies.actor("cleo", "pat")
    for active in (False, True):
        sam = engine.people.person("sam")
        engine.people.change(replace(sam, active=active), by=ada)
        with pytest.raises(ActsNoMore):
            engine.deputies.actor("clem", "sam")
    acts = [(one.did, one.about, one.by) for one in engine.journal(ada, kind="deputy").items]
    assert acts == [
        ("taken back", "sam", "ada"),
        ("taken back", "pat", "pat"),
        ("appointed", "sam", "ada"),
        ("appointed", "pat", "ada"),
    ]
    told = [one.said for one in engine.warnings.unread(person(engine, "cleo"))]
    assert told == [
        "cleo may act for pat from 11 September 2023 to 21 September 2023, and sees what pat sees. It was written "
        "down by: ada. If this is not right, take it back, or ask an administrator."
    ]


@pytest.mark.parametrize(
    ("whose", "who", "days", "by", "said"),
    [
        ("pat", "cleo", (3, 2), "ada", "The last day is before the first."),
        ("pat", "cleo", (-1, 2), "ada", "The first day is over already."),
        ("pat", "cleo", (0, 400), "ada", "366 days at most"),
        ("pat", "cleo", (4, 6), "ada", "Cleo acts for Pat from 12 September 2023 to 16 September 2023 already."),
        ("pat", "pat", (0, 1), "ada", "nobody acts for themselves"),
        ("pat", "nobody", (0, 1), "ada", "known here and active"),
        ("pat", "cleo", (7, 8), "pat", "somebody of the same organisation, who works with it too"),
        ("nobody", "cleo", (0, 1), "ada", "Nobody signs in as nobody."),
    ],
)
def test_what_cannot_be_said_is_told(
    engine: Engine, site: FastAPI, whose: str, who: str, days: tuple[int, int], by: str, said: str
) -> None:
    del site
    today = START.date()
    engine.deputies.appoint("pat", "cleo", FIRST, FIRST + timedelta(days=4), by="/administrator")
    first, last = (today + timedelta(days=one) for one in days)
    with pytest.raises((BadDeputy, LookupError, ValueError), match=re.escape(said)):
        engine.deputies.appoint(whose, who, first, last, by=person(engine, by))
    assert len(engine.deputies.page(None, person(engine, "ada")).items) == 1


def test_the_deputy_is_told_of_tasks_of_the_other_while_it_runs(engine: Engine, site: FastAPI, clock: SetClock) -> None:
    del site
    engine.people.change(replace(engine.people.person("jo"), email="jo@example.org"))
    engine.people.change(replace(engine.people.person("cleo"), email="cleo@example.org"))
    engine.deputies.appoint("jo", "cleo", FIRST, LAST, by="/administrator")

    def told() -> list[tuple[str, str]]:
        with engine.database.reading() as connection:
            rows = connection.execute(select(outbox.c.target, outbox.c.body).order_by(outbox.c.id)).all()
        return [(row[0], json.loads(row[1])["subject"]) for row in rows if "mentioned" in row[1]]

    assert engine.desk.write_note(1, "For @jo", person(engine, "max")) is None
    assert told() == [("jo@example.org", "You are mentioned on case 1")]
    clock.set(BEGINS)
    assert engine.desk.write_note(1, "Again @jo", person(engine, "max")) is None
    assert told()[1:] == [
        ("jo@example.org", "You are mentioned on case 1"),
        ("cleo@example.org", "You are mentioned on case 1, for Jo"),
    ]


def test_tasks_and_dates_of_the_other_come_along(engine: Engine, site: FastAPI, clock: SetClock) -> None:
    clock.set(START + timedelta(days=60))
    engine.run_due()
    today = clock.now().date()
    engine.deputies.appoint("jo", "cleo", today, today, by="/administrator")
    task = next(one for one in engine.tasks(case=1).items)
    done(engine.assign_task(1, task.task, "jo", person(engine, "max")))
    acting = engine.deputies.actor("cleo", "jo")
    (mine,) = engine.tasks(person="jo", by=acting).items
    assert (mine.case, mine.task) == (1, task.task)
    visit = Visit(site, "cleo")
    found = re.search(r"/calendar/[^<]+[.]ics", visit.post("/profile/calendar", status=200).text)
    assert found
    dates = visit.get(found[0]).text
    assert "case 1" in dates
    assert "case 3" in dates
    visit.post("/act-for", {"person": "jo"})
    assert "Case 1" in visit.get("/tasks?show=mine").text or "/cases/1" in visit.get("/tasks?show=mine").text
    # Who takes a task on while they act for somebody takes it on for them.
    other = next(one for one in engine.tasks(case=2).items)
    claimed = done(engine.claim_task(2, other.task, acting))
    assert [one.person for one in claimed.tasks if one.task == other.task] == ["jo"]
    clock.set(clock.now() + timedelta(days=1))
    assert "case 1" not in visit.get(found[0]).text
