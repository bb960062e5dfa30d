"""What lists show is what may be seen, one by one: many small processes, versions, people and cases."""

from __future__ import annotations

import itertools
import random
from datetime import timedelta

from engine import Engine
from engine.case.command import ENGINE, Actor
from engine.case.sight import Action, may
from engine.clock import SetClock
from engine.service import Page
from tests.conftest import START
from tests.steps import done

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


def _all(page: Page) -> tuple:
    assert not page.next
    return page.items
