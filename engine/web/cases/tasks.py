"""Tasks: those that are mine, my team's, overdue; claimed, given, done and postponed, one or many at once."""

from __future__ import annotations

import secrets
from datetime import datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from engine.case.refusal import Refusal
from engine.service import Case
from engine.service.cases.transaction import UnknownCase
from engine.service.lists.finder import TasksWanted
from engine.source import name
from engine.source.moment import NotAMoment, day_written
from engine.source.number import number_in
from engine.web.cases.case import DONE, CaseNumber, Seen, see
from engine.web.cases.confirmations import tasks_done
from engine.web.forms.choosers import WRITE, Find, narrowed, offered
from engine.web.forms.forms import Question, date_in
from engine.web.page import go, query, show
from engine.web.told import tell
from engine.web.visitor import CaseVisiting, NotFound, Posted, SentBy, Visitor, form_key

router = APIRouter()
# One request does them all, and has to be answered before the browser gives up.
MOST_AT_ONCE = 100
# With a hyphen: no process can call a task of its own so, and the one that the engine raises is.
TaskKey = Annotated[str, Query(pattern=f"^[1-9][0-9]{{0,8}}/{name.TASK[1:]}", max_length=80)]
Name = Annotated[str, Path(pattern=name.TASK, max_length=name.LONGEST)]
PAGE = 25
SHOWS = {
    "team": "My team's",
    "mine": "Given to me",
    "overdue": "Overdue",
    "week": "Due within a week",
    "stranded": "Stranded",
    "all": "All I may see",
}
END_OF_DAY = time(17)


def wanted(visitor: Visitor, what: str) -> TasksWanted:
    """The tasks of one of the lists that are shown."""
    roles, now = tuple(visitor.actor.roles), visitor.engine.clock.now()
    match what:
        case "mine":
            return TasksWanted(person=visitor.actor.stands_for)
        case "overdue":
            return TasksWanted(roles=roles, overdue=True)
        case "week":
            return TasksWanted(roles=roles, due_from=now, due_before=now + timedelta(days=7))
        case "stranded":
            return TasksWanted(stranded=True)
        case "all":
            return TasksWanted()
    return TasksWanted(roles=roles)


@router.get("/tasks")
def tasks(
    request: Request,
    visitor: CaseVisiting,
    show: str = "team",
    after: Annotated[str, Query(max_length=8000)] = "",
    did: str = "",
    on: Annotated[list[TaskKey] | None, Query(max_length=MOST_AT_ONCE)] = None,
) -> Response:
    """A page of open tasks; `did` and `on` say what was just done with which of them."""
    said = tasks_done(visitor, DONE[did], on) if did in DONE and on else ""
    return _list(request, visitor, show if show in SHOWS else "team", after, done=said)


def _list(
    request: Request,
    visitor: Visitor,
    what: str,
    after: str = "",
    status: int = 200,
    problems: tuple[str, ...] = (),
    done: str = "",
    questions: list[Question] | None = None,
    chosen: list[str] | None = None,
    giving: Question | None = None,
) -> Response:
    with visitor.engine.finder("list of tasks") as finder:
        page = finder.tasks(wanted(visitor, what), visitor.actor, PAGE, after)
    return show(
        request,
        "tasks.html",
        status,
        tasks=page.items,
        what=what,
        shows=list(SHOWS.items()),
        next_href=f"/tasks?{query({'show': what, 'after': page.next})}" if page.next else "",
        problems=problems,
        done=done,
        giving=giving or offered(_giving(), _colleagues(visitor, [(one.case, one.task) for one in page.items])),
        after=after,
        questions=questions or _postponing(),
        chosen=chosen or [],
        key=secrets.token_urlsafe(16),
    )


def _giving(given: str = "") -> Question:
    """To whom the chosen tasks go."""
    return Question("person", "Give to", "select", required=True, value=given)


def _colleagues(visitor: Visitor, tasks: list[tuple[int, str]]) -> Find:
    """How those are found who may be given one of these tasks."""

    def find(search: str, most: int) -> list[tuple[str, str]]:
        found = visitor.engine.colleagues_named(tasks, visitor.actor, search, most)
        return [(one.login, one.name) for one in found]

    return find


def _not_given(visitor: Visitor, chosen: list[str], login: str) -> Question | None:
    """The question again, where what was written is nobody to whom one of the chosen tasks can be given."""
    tasks = [(number, name) for one in chosen for number, name in [_parts(one)] if number is not None]
    if visitor.engine.among.is_colleague(tasks, visitor.actor, login):
        return None
    find, asked = _colleagues(visitor, tasks), _giving(login)
    asked.type, asked.hint, asked.error = "text", WRITE, WRITE
    return narrowed(asked, find)


def _postponing(until: str = "", reason: str = "", errors: dict[str, str] | None = None) -> list[Question]:
    wrong = errors or {}
    return [
        Question("until", "New date", "date", required=False, value=until, error=wrong.get("until", "")),
        Question("reason", "Reason", "text", required=False, value=reason, error=wrong.get("reason", "")),
    ]


@router.get("/cases/{number}/tasks/{name}")
def where_done(request: Request, visitor: CaseVisiting, number: CaseNumber, name: Name) -> Response:
    """Where one task is done: at its event, if one alone does it and the visitor may let that happen; else at its case.

    Where one of several is possible now it is not led to: it may be the one that refuses.
    """
    seen = see(visitor, number, "task")
    task = next((one for one in seen.case.tasks if one.task == name), None)
    if task is None:
        return _not_open(request, seen, name)
    ways = seen.ways(task)
    return go(ways[0][0] if ways and len(task.done_by) == 1 else f"/cases/{number}#tasks")


@router.get("/cases/{number}/tasks/{name}/move")
def ask_to_move(request: Request, visitor: CaseVisiting, number: CaseNumber, name: Name) -> Response:
    """Where one task gets another date."""
    return _move(request, visitor, number, name)


def _move(
    request: Request,
    visitor: Visitor,
    number: int,
    name: str,
    status: int = 200,
    questions: list[Question] | None = None,
    general: str = "",
) -> Response:
    seen = see(visitor, number, "task")
    task = next((one for one in seen.case.tasks if one.task == name), None)
    if task is None:
        return _not_open(request, seen, name)
    asked = questions or _postponing()
    for one in asked:
        one.required = True
    values = {"questions": asked, "general": general, "key": secrets.token_urlsafe(16)}
    return show(request, "task_move.html", status, seen=seen, task=task, **values)


def _not_open(request: Request, seen: Seen, name: str) -> Response:
    """It was done meanwhile, or the case has moved on."""
    if seen.process.task(name) is None:
        raise NotFound
    title, where = seen.process.title_of("tasks", name), f"/cases/{seen.case.id}"
    said = f"The case is at {seen.case.outcome or seen.case.state_title} now. Nothing was changed."
    status = 409 if request.method == "POST" else 404
    return tell(request, status, f"{title}: not open any more", said, href=where, link="Go to the case")


@router.post("/cases/{number}/tasks/{name}/move")
def move(request: Request, visitor: CaseVisiting, number: CaseNumber, name: Name, posted: SentBy) -> Response:
    """Give one task another date, for a reason."""
    until, reason = date_in(posted, "until"), posted.text("reason")
    errors = _postponing_faults(until, reason)
    if errors:
        return _move(request, visitor, number, name, 422, _postponing(until, reason, errors))
    said = _do(visitor, f"{number}/{name}", "postpone", "", until, reason, posted.text("key", 60))
    if said:
        return _move(request, visitor, number, name, 409, _postponing(until, reason), said)
    return go(f"/cases/{number}?{query({'did': 'postpone', 'task': name})}")


@router.post("/tasks")
def change(request: Request, visitor: CaseVisiting, posted: SentBy) -> Response:
    """Do something with the tasks that were chosen; what cannot be done is told for each of them."""
    what, chosen = posted.text("show", 20), posted.texts("task")
    what = what if what in SHOWS else "team"
    action, after = posted.text("action", 20), posted.text("after", 8000)
    if not chosen:
        return _list(request, visitor, what, after, 422, ("Choose one or more tasks first.",))
    if len(chosen) > MOST_AT_ONCE:
        problem = f"Choose at most {MOST_AT_ONCE} tasks at once; these are {len(chosen)}. Nothing was changed."
        return _list(request, visitor, what, after, 422, (problem,))
    until, reason = date_in(posted, "until"), posted.text("reason")
    if action == "postpone" and (errors := _postponing_faults(until, reason)):
        asked = _postponing(until, reason, errors)
        return _list(request, visitor, what, after, 422, (), "", asked, chosen)
    person = posted.text("person", 200).strip()
    if action == "give" and (giving := _not_given(visitor, chosen, person)):
        return _list(request, visitor, what, after, 422, chosen=chosen, giving=giving)
    # The same to the service, and to what says that it was done.
    action, person = {"give": ("assign", person), "back": ("assign", "")}.get(action, (action, person))
    # One alone that is not for them is as a page that is not.
    one_of_them = _tried if len(chosen) > 1 else _do
    sent = posted.text("key", 60)
    results = [one_of_them(visitor, one, action, person, until, reason, sent) for one in chosen]
    problems = tuple(f"Case {one.partition('/')[0]}: {said}" for one, said in zip(chosen, results, strict=True) if said)
    if problems:
        return _list(request, visitor, what, after, 409, problems, chosen=chosen)
    if _is_case(posted):
        return go(f"{posted.text('back', 100)}?{query({'did': action, 'task': chosen[0].partition('/')[2]})}")
    return go(f"/tasks?{query({'show': what, 'did': action, 'on': chosen})}")


def _is_case(posted: Posted) -> bool:
    back = posted.text("back", 100)
    # The form names where to go back to: any other address could lead out of the site.
    return back.startswith("/cases/") and number_in(back.removeprefix("/cases/")) is not None


def _postponing_faults(until: str, reason: str) -> dict[str, str]:
    faults = {}
    try:
        day_written(until)
    except NotAMoment:
        faults["until"] = "Give the new date as a day, such as 27 3 2027."
    if not reason.strip():
        faults["reason"] = "Say why it is postponed."
    return faults


def _parts(chosen: str) -> tuple[int | None, str]:
    """The number of the case, None where it is none, and the name of the task."""
    number, _, name = chosen.partition("/")
    return number_in(number), name


def _tried(visitor: Visitor, chosen: str, action: str, person: str, until: str, reason: str, sent: str) -> str:
    """The same of one among several: one of a case that is not for them hides not what the others led to."""
    try:
        return _do(visitor, chosen, action, person, until, reason, sent)
    except UnknownCase:
        return "There is no such case, or it is not for you."


def _do(visitor: Visitor, chosen: str, action: str, person: str, until: str, reason: str, sent: str) -> str:
    """Do it with one task; why it could not be done, empty where it was."""
    (case, name), engine, by = _parts(chosen), visitor.engine, visitor.actor
    if case is None:
        return "There is no such task."
    result: Case | Refusal
    match action:
        case "claim":
            result = engine.claim_task(case, name, by)
        case "done":
            result = engine.complete_task(case, name, by)
        case "assign":
            result = engine.assign_task(case, name, person or None, by)
        case "postpone":
            # A day was asked for: the task is in time until its end, as people work.
            due = datetime.combine(day_written(until), END_OF_DAY)
            # The others lead to the same when they are sent twice; this one would be written down once more.
            key = form_key(visitor, f"{sent}:{chosen}") if sent else None
            result = engine.postpone_task(case, name, due, reason, by, idempotency_key=key)
        case _:
            return "Choose what to do."
    return result.message if isinstance(result, Refusal) else ""
