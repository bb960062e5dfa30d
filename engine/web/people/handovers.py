"""Handovers: the open tasks of one person, handed on together from their page, and what somebody took over."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from engine.service import Person
from engine.service.people.faults import UnknownPerson
from engine.service.people.handovers import Handover
from engine.source.moment import NotAMoment, day_written
from engine.source.number import number_in
from engine.source.words import counted
from engine.web.forms.choosers import Find, narrowed, offered
from engine.web.forms.forms import Question
from engine.web.page import go, query, show
from engine.web.people.people import Login
from engine.web.visitor import Administrating, CaseVisiting, SentBy, Visitor, Whole

router = APIRouter()
# An answer lists this many tasks that stay where they are; all of them stay on the page of tasks.
MOST_TOLD = 50
# As many cases are shown that are to be handed on, and stand in one part of a summary, to be printed.
CASES = 100
After = Annotated[str, Query(max_length=8000)]


# No login is like this, and nothing chosen is something else: nobody gives them back by mistake.
ROLES = "-"


def _question(visitor: Visitor, person: Person, given: str = "", error: str = "") -> Question:
    """To whom: back to the roles, or one of those who are active; for each task it is asked whether they may do it."""
    hint = "Who may not see a case is not given its tasks: they stay, and you are told."
    asked = Question("to", "Hand them to", "select", required=True, hint=hint, value=given, error=error)
    if offered(asked, _others(visitor, person)).choices:
        asked.choices.insert(0, (ROLES, "Back to their roles"))
    return narrowed(asked, _others(visitor, person)) if error else asked


def _others(visitor: Visitor, person: Person) -> Find:
    """How those are found who may act, but for somebody."""

    def find(search: str, most: int) -> list[tuple[str, str]]:
        page = visitor.engine.directory.people(search=search, only_active=True, limit=most + 1)
        return [(one.login, f"{one.name} ({one.login})") for one in page.items if one.login != person.login][:most]

    return find


def _is_other(visitor: Visitor, person: Person, login: str) -> bool:
    """Whether this is somebody else, who may act."""
    try:
        return login != person.login and visitor.engine.people.person(login).active
    except UnknownPerson:
        return False


@router.get("/people/{login}/tasks")
def ask(request: Request, visitor: Administrating, login: Login, done: Whole = 0, to: str = "") -> Response:
    """Which open tasks somebody has in which cases, and to whom they are to be handed on."""
    said = f"{_count(done)} handed on." if done else ""
    person = visitor.engine.people.person(login)
    taken = _taken_over_href(to, person.login) if visitor.sees_cases and _is_other(visitor, person, to) else ""
    return _page(request, visitor, person, done=said, taken=taken)


def _taken_over_href(to: str, was_with: str) -> str:
    return f"/tasks/handed-over?{query({'person': to, 'was_with': was_with})}"


@router.post("/people/{login}/tasks")
def hand_on(request: Request, visitor: Administrating, login: Login, posted: SentBy) -> Response:
    """Hand all of them on but those that are left out; what could not be is told, and stays."""
    person, to = visitor.engine.people.person(login), posted.text("to").strip()
    left_out = posted.texts("without")
    if posted.text("to_roles", 5):
        to = ROLES
    if to != ROLES and not _is_other(visitor, person, to):
        return _page(request, visitor, person, 422, to, "Choose to whom they go.", left_out=left_out)
    without = [(number, task) for number, task in map(_named, left_out) if number is not None]
    result = visitor.engine.hand_on(login, None if to == ROLES else to, visitor.actor, without=without)
    taken = _taken_over_href(to, login) if result.done and to != ROLES and visitor.sees_cases else ""
    if result.kept or result.unseen:
        return _page(request, visitor, person, 409, to, result=result, left_out=left_out, taken=taken)
    done = {"done": str(result.done)} | ({"to": to} if to != ROLES else {})
    return go(f"/people/{login}/tasks?{query(done)}")


def _named(text: str) -> tuple[int | None, str]:
    """The number of the case, None where it is none, and the name of the task."""
    number, _, task = text.partition("/")
    return number_in(number), task


def _page(
    request: Request,
    visitor: Visitor,
    person: Person,
    status: int = 200,
    to: str = "",
    error: str = "",
    result: Handover | None = None,
    done: str = "",
    left_out: list[str] | None = None,
    taken: str = "",
) -> Response:
    return show(
        request,
        "handover.html",
        status,
        person=person,
        count=visitor.engine.handovers.given(person.login),
        held=visitor.engine.summaries.held(person.login, visitor.actor, CASES),
        left_out=left_out or [],
        taken=taken,
        # Who sees no cases can give none of their tasks to anybody: only back, once the person is not active.
        questions=[_question(visitor, person, to, error)] if visitor.sees_cases else [],
        roles=ROLES,
        can_hand_on=visitor.sees_cases or not person.active,
        problems=_problems(result, person) if result else (),
        done=done,
    )


@router.get("/tasks/handed-over")
def handed_over(
    request: Request,
    visitor: CaseVisiting,
    person: Annotated[str, Query(max_length=200)] = "",
    was_with: Annotated[str, Query(max_length=200)] = "",
    since: Annotated[str, Query(max_length=20)] = "",
    after: After = "",
) -> Response:
    """What somebody took over, to be printed: each case in short, as the visitor may see it. Else it is themselves."""
    login = person or visitor.actor.stands_for
    try:
        day = day_written(since) if since else None
    except NotAMoment:
        day = None
    found = visitor.engine.summaries.taken_over(login, visitor.actor, was_with, day, CASES, after)
    asked = {"person": person, "was_with": was_with, "since": since if day else "", "after": found.next}
    return show(
        request,
        "handed_over.html",
        found=found,
        is_own=login == visitor.actor.stands_for,
        since=day,
        is_part=bool(after or found.next),
        next_href=f"/tasks/handed-over?{query({name: said for name, said in asked.items() if said})}"
        if found.next
        else "",
    )


def _problems(result: Handover, person: Person) -> tuple[str, ...]:
    told = [f"{_count(result.done)} handed on; the others stay."] if result.done else []
    told += [f"Case {one.case}, {one.task}: {one.why}" for one in result.kept[:MOST_TOLD]]
    if len(result.kept) > MOST_TOLD:
        told.append(f"And {len(result.kept) - MOST_TOLD} more.")
    if result.unseen:
        back = "Once this person is not active, you" if person.active else "You"
        told.append(
            f"{_count(result.unseen)} of cases that you may not see: somebody who sees them can give them to another "
            f"person. {back} can give them back to their roles."
        )
    return tuple(told)


def _count(number: int) -> str:
    return counted(number, "task was", "tasks were")
