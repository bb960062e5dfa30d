"""Demo: plays an invented caseload, written beside its process, up to the present.

Reads demonstration files; acts through Engine on a clock that it moves. Times are the process's wall clock.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from engine.authoring.company import invite
from engine.authoring.scenarios import let_time_pass, read_beside
from engine.calendars.duration import add, at_local, parse, roll
from engine.case.answers.rows import by_name
from engine.case.command import ENGINE, Actor
from engine.case.refusal import Refusal
from engine.clock import SetClock
from engine.files import Found
from engine.process.definition import Process
from engine.service import Case, Engine, Person
from engine.service.cases.views import known_answers
from engine.source.fault import CaseworkError
from engine.source.reader import Source

_MORNING, _AFTERNOON = time(9, 30), time(13, 30)


class DemonstrationFailed(CaseworkError):
    """A step of the demonstration was refused: the file and its process do not fit."""


@dataclass(frozen=True)
class Demonstration:
    """A demonstration file that makes sense, and its process."""

    source: Source
    process: Process
    found: Found
    path: Path


@dataclass(frozen=True)
class _Act:
    """Something that happens in one case at one moment."""

    moment: datetime
    case: int
    number: int
    step: dict[str, Any]

    @property
    def order(self) -> tuple[datetime, int, int]:
        return self.moment, self.case, self.number


def load_demonstration(path: Path) -> Demonstration:
    """Read a demonstration file and its process.

    Raises:
        Refused: with every problem of the file, or of the process.
    """
    source, found = read_beside(path, "demonstration", "stories")
    return Demonstration(source, found.loaded.process, found, path)


def play(demonstration: Demonstration, engine: Engine, clock: SetClock) -> int:
    """Let every case begin and take its course until the time that `clock` shows; how many cases.

    Raises:
        DemonstrationFailed: a step was refused.
    """
    present = clock.now()
    engine.publish(demonstration.path.parent / demonstration.source.data["process"])
    invite(demonstration.source.data, demonstration.process, engine)
    acts = sorted(_acts(demonstration, present), key=lambda act: act.order)
    cases: dict[int, Case] = {}
    # Back to where the first one begins: what follows happens in the order in which time passes, timers among it.
    clock.set(acts[0].moment)
    for act in acts:
        let_time_pass(engine, clock, act.moment)
        _do(demonstration.process, engine, act, cases)
    let_time_pass(engine, clock, present)
    _plan_meetings(demonstration.process, engine, cases)
    return len(cases)


def give_passwords(demonstration: Demonstration, engine: Engine) -> list[tuple[Person, str]]:
    """Give each of the invented people a new random password; people of other names are not touched."""
    found = []
    for login in demonstration.source.data.get("people", {}):
        # Of 48 random bits: thirteen signs, which are enough for a password, in halves that can be read out.
        password = f"{secrets.token_hex(3)}-{secrets.token_hex(3)}"
        engine.accounts.set_password(login, password)
        found.append((engine.people.person(login), password))
    return found


def _plan_meetings(process: Process, engine: Engine, cases: dict[int, Case]) -> None:
    """A meeting on each day on which a case is to be heard."""
    planned = set()
    for known in cases.values():
        case = engine.case(known.id)
        for name, day in case.agendas.items():
            series = str(case.data.get(process.meetings[name].per) or "")
            # Several cases are heard on one day: it is one meeting.
            if (name, series, day) not in planned:
                engine.meetings.plan(process.name, name, series, date.fromisoformat(day), _AFTERNOON, ENGINE)
                planned.add((name, series, day))


def rehearse(demonstration: Demonstration, present: datetime) -> None:
    """Play it in memory up to the instant `present` (aware), so that a step that is refused leaves nothing behind.

    Raises:
        DemonstrationFailed: a step was refused.
    """
    clock = SetClock(present)
    stage = Engine(clock=clock)
    try:
        play(demonstration, stage, clock)
    finally:
        stage.close()


def _acts(demonstration: Demonstration, present: datetime) -> Iterator[_Act]:
    """Everything that happens, with its moment; what lies ahead of the present is left out."""
    process, number = demonstration.process, 0
    today = process.today(present)
    for story in demonstration.source.data["stories"]:
        for case in story["cases"]:
            number += 1
            moment = _on_school_day(process, at_local(today - timedelta(days=case["days_ago"]), _MORNING, process.zone))
            data = {**story["start"].get("data", {}), **case.get("data", {})}
            yield _Act(moment, number, 0, {**story["start"], "start": True, "data": data})
            for index, step in enumerate(story.get("steps", []), 1):
                moment = _on_school_day(process, add(parse(step["after"]), moment, process.zone, process.calendar))
                # Left out with all that follow: no step comes before the one that it was counted from.
                if moment > present:
                    break
                yield _Act(moment, number, index, step)


def _on_school_day(process: Process, moment: datetime) -> datetime:
    return roll(moment, "forward", process.zone, process.calendar)


def _do(process: Process, engine: Engine, act: _Act, cases: dict[int, Case]) -> None:
    known = cases.get(act.case)
    own = known.organisation if known else act.step.get("data", {}).get(process.organisation)
    actor = Actor.of(act.step["by"])
    # Who sees only cases of their own acts for the organisation of this one, which no story needs to name.
    by = replace(actor, organisation=actor.organisation or own)
    for result in _results(process, engine, act, known.id if known else 0, by):
        if isinstance(result, Refusal):
            what = act.step.get("event") or act.step.get("done") or act.step.get("add") or "start"
            raise DemonstrationFailed(f"{what} of case {act.case} was refused: {result.message}")
        cases[act.case] = result


def _results(process: Process, engine: Engine, act: _Act, case: int, by: Actor) -> Iterator[Case | Refusal]:
    step, at = act.step, act.moment
    if "start" in step:
        opened = engine.open_case(process.name, by, _form(process, step["data"], act), state=step.get("in"), at=at)
        yield opened
        if isinstance(opened, Case):
            yield from (_add(engine, opened.id, document, by, at) for document in step.get("documents", []))
    elif "event" in step:
        # As a page shows them: what is known already stands in the form, and stories need not repeat it.
        known = known_answers(process, engine.case(case), step["event"])
        yield engine.fire(case, step["event"], by, known | _form(process, step.get("with", {}), act), at=at)
    elif "done" in step:
        yield engine.complete_task(case, step["done"], by, at=at)
    else:
        yield from (_add(engine, case, document, by, at) for document in step["add"])


def _add(engine: Engine, case: int, document: str, by: Actor, at: datetime) -> Case | Refusal:
    content = f"An invented document: {document} of case {case}.\n".encode()
    return engine.add_document(case, document, content, by, name=f"{document}.txt", media_type="text/plain", at=at)


def _form(process: Process, values: dict[str, Any], act: _Act) -> dict[str, Any]:
    day = process.today(act.moment)
    return {name: _dated(process, name, value, day) for name, value in by_name(process, values).items()}


def _dated(process: Process, name: str, value: Any, day: date) -> Any:
    """A whole number in a date or time field counts days from the step, on to the next day that is not off."""
    # A name that there is not is refused with the step, in the words that whoever fills in a form reads.
    kind = process.fields[name].type if name in process.fields else ""
    if kind not in {"date", "time"} or not isinstance(value, int):
        return value
    counted = at_local(day + timedelta(days=value), _AFTERNOON, process.zone)
    moment = _on_school_day(process, counted).astimezone(process.zone).replace(tzinfo=None)
    return moment.date().isoformat() if kind == "date" else moment.isoformat(timespec="minutes")


__all__ = ["Demonstration", "DemonstrationFailed", "load_demonstration", "play", "rehearse"]
