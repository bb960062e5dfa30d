"""Series: what an expression asks of the rows of a case. Pure.

`last(visit).home`, `first(scale).total`, `count(visit)`, `count(visit, "this half term")`, `count(visit, home)`,
`sum(scale, total)`, `all(review, can_return)`, `any(visit, home)`. Each is worked out here; CEL is shown a name of the
same length in its place, so that every position stays true. Of a field that is dated `on(programme, visited_on)` asks
for the value of a day.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from engine.calendars.calendar import Calendar
from engine.calendars.day import day_of
from engine.process import rows
from engine.process.language import tokens
from engine.process.language.faults import Fault
from engine.process.language.times import aware
from engine.source import money
from engine.source.problem import nearest

if TYPE_CHECKING:
    from engine.process.language.expressions import Expression, Language, View

CALLS = ("last", "first", "count", "sum", "all", "any", "on")
_CALL = re.compile(rf"(?<![\w.])(?P<call>{'|'.join(CALLS)})\s*\(\s*")
_MEMBER = re.compile(r"\s*\.\s*(?P<name>[A-Za-z_]\w*)(?!\w|\s*\()")
_LETTERS = {"text": "s", "long_text": "s", "choice": "s", "integer": "i", "number": "f", "yes_no": "b", "date": "d"}
_LETTERS |= {"time": "t", "choices": "l", "money": "m", "code": "s"}
_LETTERS |= {"organisation": "s", "person": "s"}
_MOST = 10
# What CEL is shown in the place of a question, with the type of its answer. Nobody writes a name like these.
STAND_INS = {f"__{letter}{count}": kind for kind, letter in _LETTERS.items() for count in range(_MOST)}
# Stands for a question with a fault, so that the rest of its expression is read too.
UNREAD = "__x"
_OF_CALENDAR = {"this half term": Calendar.half_term_of, "this term": Calendar.term_of}
_BY_DATE: dict[str, Callable[[date], tuple[date, date]]] = {
    "this week": lambda day: (day - timedelta(day.weekday()), day + timedelta(6 - day.weekday())),
    "this month": lambda day: (day.replace(day=1), _next_month(day) - timedelta(1)),
    "this year": lambda day: (day.replace(month=1, day=1), day.replace(month=12, day=31)),
}
PERIODS = (*_OF_CALENDAR, *_BY_DATE)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(32)).replace(day=1)


@dataclass(frozen=True)
class Question:
    """What is asked of the rows of a series. `name` stands for it where CEL reads; `kind` is the type of the answer."""

    name: str
    kind: str
    call: str
    series: str
    field: str = ""
    period: str = ""
    each: Expression | None = None


@dataclass
class Reading:
    """An expression with a name in the place of each question, and what is wrong with its questions."""

    text: str
    questions: list[Question] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


class _Wrong(Exception):
    """What is wrong with a question."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__()
        self.faults = faults


def read(text: str, known: Mapping[str, Language], *, of_row: bool = False) -> Reading:
    """The questions in an expression; `known` are the languages of rows. `of_row`: it is asked of a row itself."""
    found, at, bare = Reading(text), 0, tokens.bare(text)
    while (call := _CALL.search(bare, at)) is not None:
        at = call.end()
        pieces = tokens.arguments(text, call.end())
        # One that is never closed CEL finds; behind a dot stand other functions.
        if pieces is None or bare[: call.start()].rstrip().endswith(".") or _is_of_tasks(call, pieces):
            continue
        at, name = call.end() + sum(len(one) + 1 for one in pieces), UNREAD
        try:
            if of_row:
                message, mend = "Within a row nothing is asked of other rows.", "Ask it beside, joined with &&."
                raise _Wrong(Fault(call.start(), "expression-syntax", message, mend))
            question, at = _question(text, call, pieces, at, known, found.questions)
            found.questions.append(question)
            name = question.name
        except _Wrong as wrong:
            found.faults += wrong.faults
        found.text = found.text[: call.start()] + name.ljust(at - call.start()) + found.text[at:]
    return found


def _is_of_tasks(call: re.Match[str], pieces: list[str]) -> bool:
    """Whether it is asked of tasks instead: all("opinion")."""
    return call["call"] == "all" and len(pieces) == 1 and tokens.is_text(pieces[0].strip())


def _question(
    text: str, call: re.Match[str], pieces: list[str], end: int, known: Mapping[str, Language], before: list[Question]
) -> tuple[Question, int]:
    """One question, and where it ends."""
    what, series = call["call"], pieces[0].strip()
    if what == "on":
        asked = _of_day(call, pieces, known)
        return replace(asked, name=_stand_in(call, asked.kind, before)), end
    if series not in known:
        raise _Wrong(
            Fault(call.end(), "unknown-series", f"There is no series {series or 'here'}.", nearest(series, known))
        )
    if what in {"last", "first"}:
        name, end = _of_one(text, call, series, known[series], pieces, end)
        asked = Question("", known[series].fields[name], what, series, field=name)
    else:
        asked = _of_all(call, series, known[series], pieces)
    return replace(asked, name=_stand_in(call, asked.kind, before)), end


def _of_all(call: re.Match[str], series: str, language: Language, pieces: list[str]) -> Question:
    what, second = call["call"], pieces[1] if len(pieces) > 1 else ""
    if what == "count" and len(pieces) == 1:
        return Question("", "integer", what, series)
    if len(pieces) != 2 or not second.strip():
        raise _Wrong(Fault(call.start(), "expression-syntax", f"{what} is not asked like this.", _EXAMPLES[what]))
    offset = call.end() + len(pieces[0]) + 1 + len(second) - len(second.lstrip())
    if what == "count" and tokens.is_text(second.strip()):
        return Question("", "integer", what, series, period=_period(second.strip(), offset, language))
    kind, each = _each(what, second.strip(), offset, language)
    return Question("", kind, what, series, each=each)


def dated_in(known: Mapping[str, Language]) -> set[str]:
    """The dated fields, by the languages of rows: no row of another series has a field of the name of one of the
    case.
    """
    return {name for row in known.values() if row.around for name in row.own & row.around.fields.keys()}


def _of_day(call: re.Match[str], pieces: list[str], known: Mapping[str, Language]) -> Question:
    """What is asked of a dated field: its value on a day, which is worked out from the case."""
    field, day = pieces[0].strip(), pieces[1] if len(pieces) == 2 else ""
    dated = dated_in(known)
    if field not in dated:
        message = f"There is no dated field {field or 'here'}."
        raise _Wrong(Fault(call.end(), "unknown-field", message, nearest(field, dated) or _MAKE_DATED))
    around = known[rows.days_of(field)].around
    if not day.strip() or around is None or _CALL.search(tokens.bare(day)):
        message = "on is not asked like this: it is given a dated field, and a day that is no question itself."
        raise _Wrong(Fault(call.start(), "expression-syntax", message, "For example: on(programme, visited_on)."))
    offset, found = call.end() + len(pieces[0]) + 1, around.check(day, "TIMESTAMP")
    if isinstance(found, list):
        raise _Wrong(*(_moved(one, offset) for one in found))
    series = rows.days_of(field)
    return Question("", known[series].fields[field], "on", series, field=field, each=found)


_MAKE_DATED = "Only of a field with dated: true it is known what it was on another day."
_EXAMPLES = {
    "count": 'For example: count(visit), or count(visit, "this month").',
    "sum": "For example: sum(visit, minutes).",
    "all": "For example: all(visit, minutes > 10).",
    "any": "For example: any(visit, minutes > 10).",
}


def _stand_in(call: re.Match[str], kind: str, before: list[Question]) -> str:
    used = {one.name for one in before}
    for count in range(_MOST):
        if (name := f"__{_LETTERS[kind]}{count}") not in used:
            return name
    message = f"An expression can ask for no more than {_MOST} things of one type from series."
    raise _Wrong(Fault(call.start(), "expression-syntax", message, "Keep some of them in fields with value:."))


def _of_one(
    text: str, call: re.Match[str], series: str, language: Language, pieces: list[str], end: int
) -> tuple[str, int]:
    """The field that is asked for of the first or the last row, and where the question ends."""
    member = _MEMBER.match(tokens.bare(text), end)
    if len(pieces) > 1 or member is None:
        message = f"{call['call']}({series}) is a whole row: one of its fields is asked for."
        raise _Wrong(Fault(call.start(), "expression-syntax", message, f"For example: {call['call']}({series}).day."))
    own = language.own
    if member["name"] not in own:
        message = f"A row of {series} has no field {member['name']}."
        raise _Wrong(Fault(member.start("name"), "unknown-field", message, nearest(member["name"], own)))
    return member["name"], member.end()


def _period(said: str, offset: int, language: Language) -> str:
    period = tokens.literal(said) or ""
    if period not in PERIODS:
        message = f"{period} is no time in which rows are counted."
        raise _Wrong(Fault(offset, "wrong-value", message, nearest(period, PERIODS) or f"Known: {', '.join(PERIODS)}."))
    if period in _OF_CALENDAR and language.calendar is None:
        message = f"{period!r} needs a calendar, and the process has none."
        raise _Wrong(Fault(offset, "needs-calendar", message, "Name one at the top: calendar: leicestershire."))
    return period


def _each(what: str, said: str, offset: int, language: Language) -> tuple[str, Expression]:
    """What is asked of each row, and the type of the answer for all of them."""
    wanted = (
        {"integer": "INT", "money": "money", "number": "DOUBLE"}
        if what == "sum"
        else {"integer" if what == "count" else "yes_no": "BOOL"}
    )
    faults: list[Fault] = []
    for kind, result in wanted.items():
        found = language.check(said, result)
        if not isinstance(found, list):
            return kind, found
        faults = found
    raise _Wrong(*(_moved(one, offset) for one in faults))


def _moved(fault: Fault, offset: int) -> Fault:
    edits = tuple(replace(one, start=one.start + offset, end=one.end + offset) for one in fault.edits)
    return replace(fault, offset=fault.offset + offset, edits=edits)


def choices(questions: Iterable[Question], known: Mapping[str, Language]) -> dict[str, frozenset[str]]:
    """The values that the answers to questions can have, as far as they are choices, by the names for them."""
    found = {one.name: known[one.series].choices.get(one.field) for one in questions}
    return {name: values for name, values in found.items() if values is not None}


def concerned(questions: Iterable[Question]) -> tuple[set[str], bool]:
    """The series and fields that questions hang on, and whether the answers change by themselves."""
    asked = tuple(questions)
    inner = [one.each for one in asked if one.each]
    names = {one.series for one in asked} | {name for one in inner for name in one.names}
    return names, any(one.period for one in asked) or any(one.changes_by_itself for one in inner)


def answers(questions: Iterable[Question], known: Mapping[str, Language], view: View) -> Iterator[tuple[Question, Any]]:
    """Each question with its answer as a value that is kept; None where it is empty or unknown."""
    for one in questions:
        yield one, _answer(one, known[one.series], view)


def _answer(asked: Question, language: Language, view: View) -> Any:
    found = rows.values_of(view.data, asked.series)
    if asked.call == "on":
        return _on_day(asked, language, view, found)
    if asked.call in {"last", "first"}:
        return found[-1 if asked.call == "last" else 0].get(asked.field) if found else None
    if asked.period:
        first, last = _span(asked.period, language, day_of(view.now, language.zone))
        return sum(first.isoformat() <= row.get(rows.DAY, "") <= last.isoformat() for row in found)
    if asked.each is None:
        return len(found)
    values = [language.value(asked.each, view.over(row)) for row in found]
    answer = _OF_ALL[asked.call](values)
    # Amounts are reckoned in their smaller units, and kept as texts.
    return answer if asked.kind != "money" else money.kept(answer) if money.fits(answer) else None


def _on_day(asked: Question, language: Language, view: View, found: list[rows.Row]) -> Any:
    assert asked.each is not None
    assert language.around is not None
    day = language.around.value(asked.each, view)
    if day is None:
        return None
    said = day if isinstance(day, str) else day_of(aware(day), language.zone).isoformat()
    return (rows.on_day(found, said) or {}).get(asked.field)


def _span(period: str, language: Language, today: date) -> tuple[date, date]:
    if period in _BY_DATE:
        return _BY_DATE[period](today)
    assert language.calendar is not None
    span = _OF_CALENDAR[period](language.calendar, today)
    return span.first, span.last


def _all(values: list[Any]) -> bool | None:
    return False if False in values else None if None in values else True


def _any(values: list[Any]) -> bool | None:
    return True if True in values else None if None in values else False


def _sum(values: list[Any]) -> Any:
    return sum(value for value in values if value is not None)


def _count(values: list[Any]) -> int:
    return values.count(True)


_OF_ALL: dict[str, Callable[[list[Any]], Any]] = {"all": _all, "any": _any, "sum": _sum, "count": _count}
