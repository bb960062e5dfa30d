"""Forms: what a page asks for, made from the fields of a process, and what came back.

A form's own fields are named as in the process, but for the few names that the pages around them use. A date has
three boxes: `NAME-day`, `NAME-month`, `NAME-year`; a time has a fourth, `NAME-time`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.case.answers.limits import limits_said
from engine.case.command import Actor
from engine.process.definition import Event, Field, Process
from engine.process.rows import DAY, MOST_ROWS, Cell, unnumbered, with_rows
from engine.process.rows import read as cell_of
from engine.process.tasks import meant
from engine.service import Case, Engine
from engine.service.cases.words import Choice
from engine.service.meetings.meeting import Meeting
from engine.source import money
from engine.source.moment import NOT_TOLD, NotAMoment, day_written, moment_written, month_written
from engine.source.number import written
from engine.web.page import moment
from engine.web.visitor import Posted

# What an empty day of a row stands for, also where it is told.
DAY_MEANT = "The day on which this happens"
DAY_HINT = "Empty, it is the day on which this happens. For example, 27 3 2027"
PARTS = ("day", "month", "year")
# What the pages on which fields of a process are asked for call their own, and what scripts ask a form for by name.
OWN = frozenset(
    {"action", "csrf", "dataset", "elements", "id", "key", "led", "meeting", "name", "part", "search", "status", "step"}
    | {"typed", "version"}
)


@dataclass
class Question:
    """One thing that a form asks for. `groups` are choices under headings of their own; `boxes` is what the boxes of
    the form are called, by its name where nothing else is said; `prefix` stands before its one box, `under` is a
    heading before it. `suggested` is offered while somebody writes: what may be written, and what it means. `row` is in
    which of several rows it stands; `removes` and `adds` say for buttons before and behind it which row goes or comes.
    """

    name: str
    title: str
    type: str
    required: bool
    hint: str = ""
    choices: list[tuple[str, str]] = field(default_factory=list)
    value: Any = None
    error: str = ""
    personal: bool = False
    groups: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)
    boxes: str = ""
    prefix: str = ""
    under: str = ""
    suggested: list[tuple[str, str]] = field(default_factory=list)
    row: str = ""
    removes: str = ""
    adds: tuple[str, str] = ("", "")

    def __post_init__(self) -> None:
        self.boxes = self.boxes or self.name

    @property
    def called(self) -> str:
        """Its title, where its heading is not shown."""
        return f"{self.row}: {self.title}" if self.row else self.title

    @property
    def chosen(self) -> list[str]:
        """The values that are chosen now."""
        if isinstance(self.value, bool):
            return ["yes" if self.value else "no"]
        return [str(one) for one in self.value] if isinstance(self.value, list) else [str(self.value or "")]

    @property
    def text(self) -> str:
        """What stands in its one box."""
        if self.type == "money":
            return money.in_box(self.value)
        is_number = isinstance(self.value, (int, float))
        return written(self.value) if is_number else "" if self.value is None else str(self.value)

    @property
    def parts(self) -> dict[str, str]:
        """A date or time as it stands in its boxes."""
        found = re.fullmatch(r"([^-]*)-([^-]*)-([^- ]*?)(?:(?:(?<=\d)T| )(.*))?", str(self.value or ""))
        year, month, day_, time = found.groups() if found else ("", "", "", "")
        return {"day": _counting(day_), "month": _counting(month), "year": year, "time": time or ""}

    @property
    def anchor(self) -> str:
        """Where a link of the error summary leads."""
        return f"{self.boxes}-day" if self.type in {"date", "time"} and not self.choices else self.boxes


def _counting(text: str) -> str:
    """A day or month as people write it, without zeros before it."""
    return text.lstrip("0") or text[:1]


def question(
    known: Field, *, required: bool, value: Any = None, choices: list[tuple[str, str]] | None = None
) -> Question:
    """What a form asks for this field."""
    options = [("yes", "Yes"), ("no", "No")] if known.type == "yes_no" else list(known.choices.items())
    return Question(
        known.name,
        known.title,
        known.type,
        required,
        _hint(known),
        choices if choices is not None else options,
        value,
        personal=known.personal,
        # No name in a process has a hyphen: this one is nobody else's.
        boxes=f"{known.name}-answer" if known.name in OWN else known.name,
        prefix=money.sign_of(known.currency),
    )


def _hint(known: Field) -> str:
    """What stands beside a box: how it is filled in, and between which days."""
    limits = limits_said(known)
    example = (
        "" if known.hint or not limits else "For example, 27 3 2027" + (", 13:30." if known.type == "time" else ".")
    )
    return " ".join(one for one in (known.hint, limits, example) if one)


def event_questions(
    process: Process,
    asked_for: Mapping[str, bool],
    case: Case,
    defaults: Mapping[str, Any] | None = None,
    rows: Mapping[str, int] | None = None,
) -> list[Question]:
    """What the form of an event asks of a case: `asked_for`, with whether it is required. What is known and may be
    corrected stands in it already, and so do `defaults`. `rows`: of which series it takes several, and how many now.
    """
    standing, rows = _asked_often(process), rows or {}
    found, headed = [], set[tuple[str, int]]()
    for name, required in with_rows(asked_for, rows).items():
        known = replace(process.fields[unnumbered(name)], name=name)
        # Others begin empty, so that nobody confirms the last answer by pressing twice.
        value = case.data.get(name) if name in standing else None
        value = (defaults or {}).get(unnumbered(name)) if value is None else value
        asked = question(known, required=required, value=value)
        if (cell := cell_of(name)) is not None:
            _of_row(process, cell, asked, headed)
            if cell.series in rows:
                _of_several(process, cell, asked, rows[cell.series])
        found.append(asked)
    return _with_buttons(found, process, rows)


def _of_row(process: Process, cell: Cell, asked: Question, headed: set[tuple[str, int]]) -> None:
    """What is asked for a row: under the name of the row, its day first, which need not be said."""
    series = process.series[cell.series]
    if cell[:2] not in headed and not series.dates:
        asked.under = series.row
        headed.add(cell[:2])
    if cell.field == DAY:
        asked.required, asked.hint = False, DAY_HINT


def _of_several(process: Process, cell: Cell, asked: Question, count: int) -> None:
    """The heading of one of several rows says which it is; one that is not the only one can be taken out."""
    asked.row = f"{process.series[cell.series].row} {cell.slot}"
    if asked.under:
        asked.under, asked.removes = asked.row, f"{cell.series} {cell.slot}" if count > 1 else ""


def _with_buttons(questions: list[Question], process: Process, rows: Mapping[str, int]) -> list[Question]:
    """The same questions; behind the last row of a series of which there may be more one can be added."""
    last = {cell.series: one for one in questions if (cell := cell_of(one.name)) and cell.series in rows}
    for series, one in last.items():
        one.adds = (series, process.series[series].row) if rows[series] < MOST_ROWS else one.adds
    return questions


def with_meetings(
    engine: Engine, process: Process, event: Event, case: Case, by: Actor, questions: list[Question]
) -> list[Question]:
    """The same questions, as they are shown: with the meetings to choose from, where one is to be chosen."""
    for one in questions:
        one.choices = _meetings(engine, process, event, one.name, case, by) or one.choices
    return questions


def with_open_tasks(possible: Iterable[Choice], event: Event, questions: list[Question]) -> list[Question]:
    """The same questions, as they are shown: with the open tasks to choose from, where a row says which it answers."""
    offers = next((one.offers for one in possible if one.event == event.name), {})
    for one in questions:
        one.choices = list(offers.get(unnumbered(one.name), {}).items()) or one.choices
    return questions


def answering(process: Process, event: Event, task: str) -> dict[str, str]:
    """What a row says that answers this task, by the name of its value; nothing where the event answers none such."""
    kind = process.task(task)
    asked = kind is not None and event.name in kind.done_by and kind.answered_in in event.form
    return {kind.answered_in: meant(task)} if kind and asked else {}


def _meetings(
    engine: Engine, process: Process, event: Event, name: str, case: Case, by: Actor
) -> list[tuple[str, str]]:
    """The meetings to choose from where a field says at which one a case is heard; none for other fields."""
    for kind in process.meetings.values():
        if (event.name, name) == (kind.booked_by, kind.date):
            # Which series it is may be answered in the same form.
            series = None if kind.per in event.form else case.data.get(kind.per) if kind.per else ""
            coming = engine.meetings.coming(process, kind, series, by)
            booked = case.agendas.get(kind.name, "")
            return [(one.value_in(process), _called(one)) for one in _to_choose(coming, booked)]
    return []


def _to_choose(coming: list[Meeting], booked: str) -> list[Meeting]:
    """Those that take cases, and the one of the day `booked` on; then those that closed, for what was booked before and
    is written down now. Where all are full, all of them: so it is told.
    """
    found = [one for one in coming if one.intake.is_open or one.day == booked]
    closed = [one for one in coming if one not in found and not one.intake.is_full]
    return [*found, *closed] or coming


def _called(meeting: Meeting) -> str:
    called = f"{moment(meeting.begins)}, {meeting.title}" if meeting.kind.per else moment(meeting.begins)
    return f"{called} ({meeting.intake.said})" if meeting.intake.is_limited else called


def _asked_often(process: Process) -> set[str]:
    """Fields that stand in more than one form: facts about the case, not answers of one event."""
    forms = [process.opening.form, *(event.form for _, event in process.every_event())]
    counts: dict[str, int] = {}
    for form in forms:
        for name in form:
            counts[name] = counts.get(name, 0) + 1
    return {name for name, count in counts.items() if count > 1}


def read(questions: Iterable[Question], posted: Posted) -> dict[str, Any]:
    """What was answered, by field; what was left empty is empty text."""
    return {one.name: _answer(one, posted) for one in questions}


def _answer(asked: Question, posted: Posted) -> Any:
    if asked.type == "choices":
        return [one for one in posted.texts(asked.boxes) if one]
    if asked.type in {"date", "time"} and not asked.choices:
        return date_in(posted, asked.boxes, with_time=asked.type == "time")
    return posted.text(asked.boxes)


def date_in(posted: Posted, name: str, *, with_time: bool = False) -> str:
    """The day (and time) that stands in the boxes of a field, as text; empty where all are empty."""
    day_, month, year = (_in_box(posted, f"{name}-{part}") for part in PARTS)
    # Many write 13.30.
    time = posted.text(f"{name}-time").strip().replace(".", ":") if with_time else ""
    if not (day_ or month or year or time):
        return posted.text(name)  # a page that shows what was answered sends it back as one value
    # A year is never made up for: 26 is no year, and is told as that.
    text = "-".join((year, month_written(month), day_ and day_.zfill(2)))
    return f"{text} {time.zfill(5) if ':' in time else time}" if with_time else text


def _in_box(posted: Posted, name: str) -> str:
    """What stands in one box of a date. Whatever cannot be one comes back as it looked: what separates the boxes in
    the text is put in other signs of the same looks.
    """
    return posted.text(name).strip().replace("-", "\N{HYPHEN}").replace(" ", "\N{NO-BREAK SPACE}")


def filled(questions: Iterable[Question], answers: Mapping[str, Any], case: Case | None = None) -> dict[str, Any]:
    """The answers that say something: those given, and those that empty what the case had."""
    kept = {}
    for one in questions:
        value = answers.get(one.name)
        emptied = case is not None and one.value not in (None, "", []) and one.name in case.data
        if value not in (None, "", []) or emptied:
            kept[one.name] = value
    return kept


def with_answers(questions: list[Question], answers: Mapping[str, Any], errors: Mapping[str, str]) -> list[Question]:
    """The questions with what was answered, and what is wrong with it."""
    for one in questions:
        one.value, one.error = answers.get(one.name, one.value), errors.get(one.name, "")
        if one.error and one.type in {"date", "time"} and not one.choices:
            one.error = _unreadable(one) or one.error
    return questions


def _unreadable(asked: Question) -> str:
    """What keeps the boxes of a date from being read, in the words of its hint; empty where they say a day."""
    with_time = asked.type == "time"
    try:
        _ = moment_written(asked.value) if with_time else day_written(asked.value)
    except NotAMoment as error:
        if str(error) == NOT_TOLD:
            return ""
        parts = asked.parts if with_time else {name: asked.parts[name] for name in PARTS}
        empty = [name for name, text in parts.items() if not text]
        if empty and len(empty) < len(parts):
            return f"{asked.called} must have a {' and a '.join(empty)}, too."
        real = (
            "a day and a time that there are, such as 27 3 2027, 13:30"
            if with_time
            else "a day that there is, such as 27 3 2027"
        )
        return f"{asked.called} must be {real}."
    return ""


def carried(asked: Question, value: Any) -> list[tuple[str, str]]:
    """An answer as the boxes of its question send it, to be carried along by a page that shows it."""
    return [(asked.boxes, one) for one in (value if isinstance(value, list) else [str(value)])]
