"""Answers: what could be written into a form, as far as the conditions of a process tell values apart. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from engine.case.answers.rows import check_answers
from engine.process.definition import Field, Process
from engine.process.language.expressions import View
from engine.process.logic.conditions import read_condition
from engine.process.logic.guards import guards_of
from engine.process.rows import DAY, is_computed

_MOST = 12
"""So many ways to fill in one form are tried."""
_SHARES = 16


class Answers:
    """The answers that are worth trying in the forms of a process."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._cuts: dict[str, set[Any]] = {}
        self.asked: set[str] = set()
        self._found: dict[str, set[str]] = {}
        expressions = [guard.expression for guard in guards_of(process)] + [rule.check for rule in process.rules]
        for one in expressions:
            self.asked |= one.names
            for name, cuts in read_condition(one.text, process.language.fields).cuts.items():
                self._cuts.setdefault(name, set()).update(cuts)

    def of(self, form: Mapping[str, bool], view: View) -> Iterator[dict[str, Any]]:
        """Ways to fill in a form of a case, at most a dozen: all of it, only what must be, then each other answer."""
        fields, today = self._process.fields, self._process.today(view.now)
        able = {name: self._values(fields[name], today) for name in form if name in fields}
        able = {name: values for name, values in able.items() if values}
        whole = {name: values[0] for name, values in able.items()}
        tried: list[dict[str, Any]] = []
        for way in self._ways(form, able, whole):
            one = self._balanced(form, way, view)
            if one not in tried and len(tried) < _MOST:
                tried.append(one)
                yield one

    def _ways(
        self, form: Mapping[str, bool], able: Mapping[str, list[Any]], whole: dict[str, Any]
    ) -> Iterator[dict[str, Any]]:
        yield whole
        least = {name: value for name, value in whole.items() if form[name]}
        yield least
        for name, values in able.items():
            for value in values[1:]:
                yield {**whole, name: value}
                yield {**least, name: value}

    def _balanced(self, form: Mapping[str, bool], answers: dict[str, Any], view: View) -> dict[str, Any]:
        """The answers with smaller figures in rows of which too much comes together; as they are where none fit."""
        wrong = self._overdone(form, answers, view)
        figures = [name for name in answers if name.partition(".")[0] in wrong and self._span(name)]
        for share in range(_SHARES - 1, -1, -1) if figures else ():
            smaller = {**answers, **{name: self._share(name, share) for name in figures}}
            if not self._overdone(form, smaller, view):
                return smaller
        return answers

    def _overdone(self, form: Mapping[str, bool], answers: Mapping[str, Any], view: View) -> set[str]:
        """The series in whose row what is worked out of the answers cannot be."""
        if not any(series.computed for name, series in self._process.series.items() if f"{name}.{DAY}" in form):
            return set()
        # What else stands there, and what the case says, is asked by the walk: too much comes together by these alone.
        key = repr([(name, one) for name, one in sorted(answers.items()) if "." in name])
        if key not in self._found:
            _, faults = check_answers(self._process, form, answers, view)
            self._found[key] = {name.partition(".")[0] for name in faults if is_computed(self._process.series, name)}
        return self._found[key]

    def _span(self, name: str) -> bool:
        field = self._process.fields[name]
        return field.type in {"integer", "number"} and None not in (field.min, field.max)

    def _share(self, name: str, share: int) -> Any:
        field = self._process.fields[name]
        least, most = field.min or 0, field.max or 0
        figure = least + (most - least) * share / _SHARES
        return int(figure) if field.type == "integer" else figure

    def _values(self, field: Field, today: date) -> list[Any]:
        cuts = self._cuts.get(field.name, set())
        if field.type == "yes_no":
            return [True, False]
        if field.type == "choice":
            return list(field.choices)
        if field.type == "choices":
            return [list(field.choices)[:1], list(field.choices)]
        if field.type in {"integer", "number", "money"}:
            return _figures(field, {cut for cut in cuts if isinstance(cut, int | float)})
        if field.type in {"date", "time"}:
            # What has no last day mostly lies ahead.
            ahead, before = today + timedelta(weeks=2), today - timedelta(weeks=2)
            days = [today, before, ahead] if field.latest else [ahead, today, before]
            return [f"{day} 10:00" if field.type == "time" else day.isoformat() for day in days]
        if field.type in {"text", "long_text"} and not field.pattern:
            return ["Text", *sorted(cut for cut in cuts if isinstance(cut, str))]
        return []


def _figures(field: Field, cuts: set[float]) -> list[Any]:
    found = {cut + step for cut in cuts for step in (-1, 0, 1)} or {1, 10, 60}
    found |= {one for one in (field.min, field.max) if one is not None}
    fit = sorted(
        (one for one in found if (field.min is None or one >= field.min) and (field.max is None or one <= field.max)),
        reverse=True,
    )
    return [str(one) if field.type == "money" else int(one) if field.type == "integer" else one for one in fit]
