"""Confirmations: what was done, to which case, and what comes next, in the words of its process."""

from __future__ import annotations

from engine.calendars.ending import roughly
from engine.process.definition import Process
from engine.service import Case, Task, Timer, Told
from engine.source.words import counted
from engine.web.page import day, initial
from engine.web.visitor import NotFound, Visitor

# A sentence that names more is not read.
MOST_NAMED = 10
MOST_TIMERS = 3


def step_done(visitor: Visitor, number: int, seq: int) -> Told:
    """The last step of a case up to `seq` that somebody did, and that did not follow by itself.

    Raises:
        UnknownCase: there is none with this number, or it is not for the visitor.
        NotFound: it has no such step.
    """
    found = visitor.engine.step_done(number, seq, visitor.actor)
    if found is None:
        raise NotFound
    return found


def called(case: Case) -> str:
    """A case by its name and number; by its number alone where it has no name."""
    plain = f"case {case.id}"
    return initial(plain) if case.label == plain else f"{initial(case.label)}, {plain}"


def standing(case: Case) -> str:
    """Where the case is now, and who moves it on."""
    if case.ended:
        return f"The case has ended: {case.outcome}."
    mover = f", and is moved on by {case.owner_title}" if case.owner else ""
    waits = f" It waits for: {case.waiting_title}." if case.waiting_for else ""
    paused = "".join(f" Paused: {one.said}." for one in case.paused)
    return f"The case is at {case.state_title}{mover}.{waits}{paused}"


def following(case: Case) -> list[str]:
    """What has to be done next, by whom and by when; and what comes up by itself."""
    tasks = [f"{one.title}{f', due on {_day(one)}' if one.due else ''} ({one.whose})" for one in case.tasks]
    dates = [f"{one.title}, on {_day(one)}" for one in case.timers if one.title]
    more = len(dates) - MOST_TIMERS
    return tasks + dates[:MOST_TIMERS] + ([f"and {counted(more, 'more date')}"] if more > 0 else [])


def _day(one: Task | Timer) -> str:
    return roughly(day(one.due), is_rough=one.roughly)


def came_of(visitor: Visitor, number: int, seq: int = 0, did: str = "") -> str:
    """A sentence or two about what was just done to a case: by the step up to `seq`, or what `did` says.

    Raises:
        UnknownCase: there is none with this number, or it is not for the visitor.
        NotFound: it has no such step.
    """
    _, case = _shown(visitor, number)
    said = did or step_done(visitor, number, seq).what
    first = following(case)[:1]
    after = f" What comes next: {first[0]}." if first else ""
    return f"{said} ({called(case)}). {standing(case)}{after}"


def tasks_done(visitor: Visitor, did: str, chosen: list[str]) -> str:
    """What was done with tasks, each named by CASE/TASK in `chosen`; how many they were comes first.

    Raises:
        UnknownCase: there is none with one of the numbers, or it is not for the visitor.
    """
    many = f"{counted(len(chosen), 'task was', 'tasks were')} changed."
    found = []
    for one in chosen[:MOST_NAMED]:
        number, _, name = one.partition("/")
        process, case = _shown(visitor, int(number))
        found.append((process.title_of("tasks", name), case))
    if len(chosen) == 1:
        title, case = found[0]
        return f"{many} {came_of(visitor, case.id, did=f'{title}: {did}')}"
    more = f" and {len(chosen) - MOST_NAMED} more" if len(chosen) > MOST_NAMED else ""
    named = "; ".join(f"{title} ({called(case)})" for title, case in found)
    return f"{many} {initial(did)}: {named}{more}."


def _shown(visitor: Visitor, number: int) -> tuple[Process, Case]:
    overview, process, _ = visitor.engine.overview_of(number, visitor.actor, what="confirmation")
    return process, overview.case
