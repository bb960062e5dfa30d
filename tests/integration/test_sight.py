"""What lists show is what may be seen, one by one: many small processes, versions, people and cases."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from engine import Engine
from engine.case.command import ENGINE, Actor
from engine.case.refusal import Code
from engine.case.sight import Action, may
from engine.clock import SetClock
from engine.service import Page, Task, UnknownCase
from tests.conftest import START
from tests.steps import done, in_panel, refusal

ROLES, CLUBS, AREAS = ("clerk", "member", "board"), ("North", "South"), ("east", "west")
SEES = ("all", "own", "agenda")

TEXT = """
process: {name}
version: "{version}"
title: {name}
effective_from: 2023-0{version}-01
timezone: Europe/London
initial: begun
label: who
{organisation}
roles:
{roles}
fields:
  club: {{title: Club, type: text}}
  house: {{title: House, type: text}}
  who: {{title: Who, type: text, personal: true}}
  area: {{title: Area, type: choice, choices: {{east: East, west: West}}}}
  day: {{title: Day, type: date}}
tasks:
  look: {{title: Look, role: {first}, due: 2 days}}
meetings:
  circle: {{title: Circle, in: begun, date: day, booked_by: book, members: [{members}]{per}}}
open: {{form: {{club: optional, house: optional, who: optional, area: optional, day: optional}}}}
states:
  begun:
    title: Begun
    owner: {first}
    raise: look
    deadline: {{within: 9 days, raise: look}}
    events:
      book: {{title: Book, form: {{day: required}}}}
      finish: {{title: Finish, to: ended}}
  ended: {{title: Ended, final: true, outcome: Done}}
"""


def _text(choose: random.Random, name: str, version: int) -> str:
    roles = choose.sample(ROLES, choose.randint(2, 3))
    sees = {role: choose.choice(SEES) for role in roles}
    sees[roles[0]] = "agenda"
    own = choose.choice(("organisation: club", "organisation: house"))
    return TEXT.format(
        name=name,
        version=version,
        organisation=own,
        roles="\n".join(f"  {role}: {{title: {role}, sees: {how}}}" for role, how in sees.items()),
        first=roles[0],
        members=", ".join(role for role, how in sees.items() if how == "agenda"),
        per=choose.choice(("", ", per: area")),
    )


def _fill(engine: Engine, clock: SetClock, choose: random.Random) -> list[int]:
    """Several processes of which some share roles, each with two versions, and cases that follow each of them."""
    cases = []
    for name, version in itertools.product(("apple", "birch", "cedar"), (1, 2)):
        engine.publish(_text(choose, name, version))
        clock.set(START + timedelta(days=len(cases)))
        for _ in range(8):
            given = {
                "club": choose.choice(CLUBS),
                "house": choose.choice((*CLUBS, "")),
                "who": choose.choice(("Ada", "Ben")),
                "area": choose.choice((*AREAS, "")),
                "day": choose.choice(("2023-12-01", "")),
            }
            moment = START if version == 2 else START.replace(month=1, day=10)
            case = done(engine.open_case(name, ENGINE, given, at=moment))
            assert case.process_version == str(version)
            cases.append(done(engine.fire(case.id, "finish", ENGINE)).id if choose.random() < 0.2 else case.id)
    return cases


def _people(choose: random.Random) -> list[Actor]:
    written = [*ROLES, *(f"{process}/{role}" for process in ("apple", "birch", "dogwood") for role in ROLES)]
    written += ["administrator", "/auditor"]
    return [
        Actor(
            f"p{number}",
            frozenset(choose.sample(written, choose.randint(0, 3))),
            choose.choice((None, *CLUBS)),
            area=choose.choice((None, *AREAS)),
        )
        for number in range(60)
    ]


def test_lists_agree_with_what_is_asked_of_one_case(engine: Engine, clock: SetClock) -> None:
    choose = random.Random(20)
    cases, people = _fill(engine, clock, choose), _people(choose)
    open_ones = {case for case in cases if not engine.case(case).ended}
    counted = set()
    for by in people:
        seen = {case for case in cases if may(by, Action.SEE, *engine.seen(case, None))}
        assert {one.id for one in engine.cases(by=by, limit=1000).items} == seen, by
        assert {one.case for one in _all(engine.tasks(by=by, limit=1000))} == seen & open_ones, by
        assert {one.case for one in engine.timers(by=by, limit=1000)} == seen & open_ones, by
        counted.add(len(seen))
    assert 0 in counted
    assert len(counted) > 10


def _all(page: Page[Task]) -> tuple[Task, ...]:
    assert not page.next
    return page.items


STRANGERS = ("x:school@Elsewhere", "x:panel_member", "x:equipment-loan/clerk", "x:administrator", "x:auditor", "x")
CHANGES: dict[str, Callable[[Engine, int, str], object]] = {
    "fire": lambda engine, case, by: engine.fire(case, "managed_move", by),
    "an event that there is not": lambda engine, case, by: engine.fire(case, "nothing", by),
    "another version": lambda engine, case, by: engine.fire(case, "withdraw", by, expected_version=99),
    "too early": lambda engine, case, by: engine.fire(case, "withdraw", by, at=START - timedelta(days=900)),
    "check": lambda engine, case, by: engine.check_event(case, "managed_move", by, {}),
    "document": lambda engine, case, by: engine.add_document(case, "ehcp", b"x", by),
    "done": lambda engine, case, by: engine.complete_task(case, "chase_panel", by),
    "no task": lambda engine, case, by: engine.complete_task(case, "nothing", by),
    "assign": lambda engine, case, by: engine.assign_task(case, "chase_panel", "jo", by),
    "claim": lambda engine, case, by: engine.claim_task(case, "chase_panel", by),
    "postpone": lambda engine, case, by: engine.postpone_task(case, "chase_panel", START + timedelta(days=9), "x", by),
    "note": lambda engine, case, by: engine.desk.write_note(case, "x", Actor.of(by)),
    "notes": lambda engine, case, by: engine.desk.notes(case, Actor.of(by)),
    "case": lambda engine, case, by: engine.case(case, by),
    "report": lambda engine, case, by: engine.report(case, by),
    "history": lambda engine, case, by: engine.history(case, by),
    "events": lambda engine, case, by: engine.possible_events(case, by),
    "content": lambda engine, case, by: engine.document(case, "referral_form", by),
}


def test_a_case_that_is_not_seen_is_as_one_that_is_not_there(engine: Engine) -> None:
    case = in_panel(engine)
    for (name, change), by in itertools.product(CHANGES.items(), STRANGERS):
        for number in (case.id, 999):
            with pytest.raises(UnknownCase) as unknown:
                change(engine, number, by)
            assert str(unknown.value) == f"There is no case {number}.", name
    assert engine.case(case.id) == case
    assert engine.accesses(case.id) == []


def test_a_task_is_given_to_who_may_work_on_the_case(engine: Engine, clock: SetClock) -> None:
    case = in_panel(engine)
    clock.set(START + timedelta(days=60))
    engine.run_due()
    task = engine.case(case.id).tasks[0]
    assert done(engine.assign_task(case.id, task.task, "whoever", "coordinator"))  # nobody is kept here
    engine.people.add_organisation("Hilltop")
    engine.people.add_organisation("Elsewhere")
    for login, role, organisation in (
        ("jo", "coordinator", None),
        ("sam", "school", "Hilltop"),
        ("kim", "senco", "Hilltop"),
        ("pat", "school", "Elsewhere"),
        ("lee", "clerk", None),
        ("ada", "administrator", None),
        ("old", "coordinator", None),
    ):
        engine.people.add(login, "", [role], organisation)
    engine.people.change(replace(engine.people.person("old"), active=False))
    jo, sam = engine.people.person("jo").actor, engine.people.person("sam").actor
    assert [one.login for one in engine.colleagues([task], jo)] == ["jo", "kim", "sam"]
    assert [one.login for one in engine.colleagues([task], sam)] == ["kim", "sam"]
    assert [one.login for one in engine.colleagues([], jo)] == []
    for login in ("whoever", "pat", "lee", "ada", "old"):
        said = refusal(engine.assign_task(case.id, task.task, login, jo))
        assert (said.code, set(said.fields)) == (Code.FORM, {"person"}), login
    assert done(engine.assign_task(case.id, task.task, "sam", jo)).tasks[0].person == "sam"
    assert refusal(engine.assign_task(case.id, task.task, "jo", sam)).code is Code.FORM
    assert done(engine.assign_task(case.id, task.task, "kim", sam)).tasks[0].person == "kim"


def test_what_a_replayed_request_gives_is_shown_by_the_rights_of_today(engine: Engine) -> None:
    case = in_panel(engine, area="hinckley")
    sam = Actor("sam", frozenset({"hbep-referral/school"}), "Hilltop")
    ask = {"expected_version": case.version, "idempotency_key": "k"}
    first = done(engine.add_document(case.id, "ehcp", b"x", sam, **ask))
    assert first.data["pupil_name"] == "A Pupil"
    assert engine.accesses(case.id) == []
    assert done(engine.add_document(case.id, "ehcp", b"x", sam, **ask)) == first
    assert [(one.by, one.what) for one in engine.accesses(case.id)] == [("sam", "answer given again")]
    done(engine.fire(case.id, "record_consent", "coordinator", {"consent": "no"}))
    again = done(engine.add_document(case.id, "ehcp", b"x", sam, **ask))
    assert "pupil_name" not in again.data
    assert "A Pupil" not in str(again)
    with pytest.raises(UnknownCase):
        engine.add_document(case.id, "ehcp", b"x", replace(sam, organisation="Elsewhere"), **ask)


def test_every_way_to_look_is_written_down(engine: Engine) -> None:
    case = in_panel(engine)
    for by in (None, "jo:coordinator"):
        engine.case(case.id, by)
        engine.report(case.id, by)
        engine.overview_of(case.id, by)
        engine.history(case.id, by)
        engine.document(case.id, "referral_form", by).close()
        engine.cases(by=by)
        engine.tasks(by=by)
        engine.timers(by=by)
        engine.possible_events(case.id, "jo:coordinator")
        engine.check_event(case.id, "managed_move", "jo:coordinator", {})
    engine.desk.notes(case.id, Actor.of("jo:coordinator"))
    assert {one.by for one in engine.accesses(case.id)} == {"jo"}
    assert [one.what for one in engine.accesses(case.id)][::-1] == [
        "case",
        "case",
        "case",
        "history",
        "document Referral form",
        "list of cases",
        *(["list of tasks"] if case.tasks else []),
        "dates",
        "notes",
    ]
