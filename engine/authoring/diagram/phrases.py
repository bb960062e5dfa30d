"""Phrases: how an expression and a time are told in a diagram, by the titles of what they ask for. Pure.

An expression is no sentence: what is told is the same thing, sign for sign, where names have become titles and signs
words. Nobody computes with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine.calendars.recurrence import Recurrence
from engine.process.definition import Process
from engine.process.language.expressions import Expression
from engine.process.timing import Limit, Raising, TaskKind, Timer

_TEXT = r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\''
_ASKED = re.compile(rf"(!?)\s*\b(\w+)\(\s*({_TEXT})\s*\)")
_TOKEN = re.compile(rf"{_TEXT}|\b[A-Za-z_]\w*\b|\d[\d.]*|&&|\|\||[=!<>]=|\s+|.", re.S)
_SIGNS = {"&&": " and ", "||": " or ", "==": " is ", "!=": " is not ", "<=": " ≤ ", ">=": " ≥ ", "!": " not "}
_SIGNS |= {"count": "number of ", "sum": "sum of ", "last": "last ", "first": "first ", "days_since": "days since "}
_SIGNS |= {"true": "yes", "false": "no", "null": "empty", "?": " ? ", ":": " : "}
# What is asked of a name, by what kind of thing the name is; with a sign before it the second.
_ASKS = {
    "has": ("documents", "{} is there", "{} is not there"),
    "within": ("states", "the case is in {}", "the case is not in {}"),
    "done": ("tasks", "how many of {} are done", ""),
    "open": ("tasks", "how many of {} are open", ""),
    "all": ("tasks", "all of {} are done", "not all of {} are done"),
    "free": ("places", "free {}", ""),
    "linked": ("links", "number of linked cases ({})", ""),
    "ended": ("links", "every linked case ({}) has ended", "not every linked case ({}) has ended"),
    "outcome": ("links", "outcome of the linked case ({})", ""),
    "did": ("events", "who acts did {}", "who acts did not do {}"),
    "begin_of": ("", "the beginning of the {}", ""),
    "end_of": ("", "the end of the {}", ""),
    "money": ("", "{}", ""),
    "date": ("", "{}", ""),
    "timestamp": ("", "{}", ""),
}


def expression(process: Process, asked: Expression) -> str:
    """An expression with titles for names and words for signs."""
    kept: list[str] = []

    def known(found: re.Match[str]) -> str:
        said = _asked(process, found[2], found[3][1:-1], denied=bool(found[1]))
        if said is None:
            return found[0]
        kept.append(said)
        # A text that no expression can hold stands for what is told already.
        return f'{"" if _ASKS[found[2]][2] else found[1]}"\0{len(kept) - 1}"'

    text = _ASKED.sub(known, asked.text)
    said = "".join(_token(process, asked, one, kept) for one in _TOKEN.findall(text))
    return re.sub(r"\s+", " ", said).replace("( ", "(").replace(" is not empty", " is given").strip()


def _asked(process: Process, function: str, name: str, *, denied: bool) -> str | None:
    if function not in _ASKS:
        return None
    kind, said, not_said = _ASKS[function]
    return (not_said if denied and not_said else said).format(_titled(process, kind, name) if kind else name)


def _titled(process: Process, kind: str, name: str) -> str:
    if kind != "events":
        return process.title_of(kind, name)
    return next((one.title for _, one in process.every_event() if one.name == name), "begin the case")


def _token(process: Process, asked: Expression, token: str, kept: list[str]) -> str:
    if token[0] in "\"'":
        text = token[1:-1]
        return kept[int(text[1:])] if text.startswith("\0") else _chosen(process, asked.names, text)
    if token in asked.names:
        return process.title_of("fields", token)
    return _SIGNS.get(token, token)


def _chosen(process: Process, names: Iterable[str], text: str) -> str:
    """A text that a field is compared with: the title of the choice, or of the state."""
    fields = (process.fields[name] for name in sorted(names) if name in process.fields)
    choice = next((field.choices[text] for field in fields if text in field.choices), "")
    return choice or (process.states[text].title if text in process.states else f"“{text}”")


def when(process: Process, timer: Timer) -> str:
    """When a timer comes; a name with a sign before it where that hangs on a field."""
    if timer.after:
        return f"after {timer.after}"
    if timer.days:
        return _each(timer.days)
    if timer.every:
        # Every week, not every 1 week.
        return f"every {str(timer.every).removeprefix('1 ')}" if len(timer.every.parts) == 1 else f"every {timer.every}"
    if timer.at:
        return _limit(process, timer.at)
    if timer.at_field:
        return f"on: {process.title_of('fields', timer.at_field)}"
    return f"on the day: {timer.at_day.replace('_', ' ')}"


def _each(days: Recurrence) -> str:
    if days.run:
        return f"each {days.run}, " + (f"{days.before_end} before its end" if days.before_end else "at its end")
    return days.weekly


def _limit(process: Process, limit: Limit) -> str:
    return ("after the end of: " if limit.whole else "on: ") + expression(process, limit.date)


def guarded(process: Process, timer: Timer) -> str:
    """On what it hangs that something comes of a timer; empty where nothing does."""
    said = [f"if {expression(process, timer.when)}"] if timer.when else []
    return ", ".join(said + ([f"unless {expression(process, timer.unless)}"] if timer.unless else []))


def raised(process: Process, raisings: Iterable[Raising]) -> str:
    """Which tasks are raised, with their last days."""
    return "; ".join(_task(process, one) for one in raisings)


def _task(process: Process, raising: Raising) -> str:
    kind = process.task(raising.task)
    return process.title_of("tasks", raising.task) + (f", {due}" if kind and (due := due_of(process, kind)) else "")


def due_of(process: Process, kind: TaskKind) -> str:
    """By when a task is to be done; empty where no day is set."""
    if kind.due:
        return f"due within {kind.due}"
    return f"due by: {expression(process, kind.due_by.date)}" if kind.due_by else ""
