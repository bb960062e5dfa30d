"""Expressions: CEL guards over the fields of a case. Compile, type-check, evaluate. Pure.

A guard that meets an empty field is neither true nor false but unknown (None), unless its other
parts decide it: a `when` or a requirement then does not hold, and a rule is not broken. Only comparing
a field with `null` asks whether it is empty, and always has an answer.

CEL (https://cel.dev) keeps `has` for a macro of its own, so the words an administrator uses are
rewritten to functions that are given what they speak about; the text that is checked has the same
length as the one that was written, so every position stays true.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from cel_expr_python import cel

from engine.calendars.calendar import Calendar
from engine.calendars.day import day_of
from engine.process.language import (
    actors,
    amounts,
    comparisons,
    lengths,
    links,
    reckoning,
    series,
    times,
    tokens,
    values,
)
from engine.process.language.budget import Exceeded, run
from engine.process.language.environment import ACTED, IS_EMPTY, OF_ACTOR, declared, environment, with_emptiness
from engine.process.language.faults import PART, Fault, compile_faults, distinct, raw_faults, time_faults, unknown, word
from engine.process.language.series import Question, Reading
from engine.process.language.tallies import TALLIED, TALLIES, kinds_asked, tally_calls
from engine.process.register import UNKEPT, Register
from engine.source import sign
from engine.source.edit import Edit

_T = cel.Type
# Not behind a dot or a letter: `a.has(` and `my_has(` are other functions.
_CALLED = re.compile(r"(?<![\w.])(?P<name>[A-Za-z_]\w*)\s*\(\s*")
_HAS = re.compile(r"(?<![\w.])has\s*\(")
_CALLS = {"has": "documents__", "free": "places__", "days_since": "now", "within": "state", "did": ACTED, **links.CALLS}
_CALLS |= {**dict.fromkeys(reckoning.OF_TODAY, "today"), **dict.fromkeys(TALLIED, TALLIES)}
_NEVER = datetime.min.replace(tzinfo=UTC)
_STILL = frozenset({"state", "documents__"})
_MOVING = frozenset({"now", "today", "days_since", "free", *reckoning.OF_TODAY})
_FUNCTIONS = frozenset({*_CALLS, *reckoning.NAMES, "date", "birthday", "money"})
# What the checker calls something by that is rewritten for it: nobody may write it themselves.
_INNER = frozenset({"hAs", *lengths.INNER})
RESERVED = frozenset({"state", "now", "today", "documents__", "places__", "true", "false", "null", "in"})
# A field may have been called so before this was asked.
RESERVED |= _CALLS.keys() - {"did", *TALLIED, *links.CALLS}


@dataclass(frozen=True)
class Expression:
    """A checked expression. Evaluate it with Language.value or Language.truth. `names`: its fields and series."""

    text: str
    names: frozenset[str]
    documents: frozenset[str]
    # It asks for the instant or for free places: asked again, they are others.
    changes_by_itself: bool = False
    # The events that it asks who did, and whether it asks for who acts at all.
    did: frozenset[str] = frozenset()
    of_actor: bool = False
    questions: tuple[Question, ...] = ()
    # The kinds of task of which it asks how many are open or done.
    tasks: frozenset[str] = frozenset()
    # The links of which it asks whether, or how, their cases ended; and all that it asks about.
    awaits: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()


@dataclass(frozen=True)
class View:
    """What an expression can see of a case at one instant, and when it was begun (both aware).

    `role`: in which `person` acts (empty: nobody); `did`: what they did in it before; `register`: what fields may name;
    `tallies`: how many tasks are open and done; `links`: how the cases of each link ended, empty where one goes on.
    """

    data: Mapping[str, Any]
    state: str
    documents: Iterable[str]
    free: Mapping[str, int]
    now: datetime
    opened: datetime | None = None
    role: str = ""
    did: frozenset[str] = frozenset()
    tallies: Mapping[str, int] = field(default_factory=dict)
    register: Register = UNKEPT
    person: str = ""
    links: Mapping[str, list[str]] = field(default_factory=dict)

    def over(self, changes: Mapping[str, Any]) -> View:
        """The same with `changes` laid over the data."""
        return replace(self, data={**self.data, **changes}) if changes else self


@dataclass(frozen=True)
class Language:
    """The words of one process: its fields with their types, documents, places and states, and its calendar.

    `series` has for each series the language of one of its rows, `own` in that one are the names of the row's fields
    and `around` is the language of the case around it, without its series.

    `is_published`: it was checked when it was published. A day, instant or zone that is unknown to all later checks
    stays unknown when it is worked out, and stops no case.
    """

    fields: Mapping[str, str]
    choices: Mapping[str, frozenset[str]]
    documents: frozenset[str]
    places: frozenset[str]
    states: frozenset[str]
    zone: ZoneInfo
    calendar: Calendar | None = None
    is_published: bool = False
    events: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    tasks: frozenset[str] = frozenset()
    series: Mapping[str, Language] = field(default_factory=dict)
    own: frozenset[str] = frozenset()
    around: Language | None = None
    links: frozenset[str] = frozenset()
    _programs: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def check(self, text: str, wanted: str) -> Expression | list[Fault]:
        """Compile `text`; `wanted` is the CEL type it must have (`BOOL`, `STRING`, …)."""
        odd = sign.mistaken_in(tokens.bare(text))
        if odd:
            edits = tuple(Edit(at, at + 1, meant) for at, meant in sign.meant_in(tokens.bare(text)))
            return [Fault(odd[0], "odd-sign", f"This is {odd[1]}.", odd[2], edits)]
        read = series.read(text, self.series, of_row=bool(self.own))
        faults = distinct(read.faults + self._faults(read, wanted))
        return faults or self._expression(text, read)

    def _faults(self, read: Reading, wanted: str) -> list[Fault]:
        text = read.text
        kept = [
            Fault(offset, "bad-duration", said, "For example: due + 6 weeks.") for offset, said in lengths.faults(text)
        ]
        kept += self._kept_faults(lengths.hidden(text))
        if kept:
            return kept
        faults = self._name_faults(text, read.questions) + list(self._odd_faults(text))
        try:
            compiled = self._checker().compile(_same_length(text))
        except RuntimeError as error:
            words = {*self.fields, *self._own_words(), *(series.CALLS if self.series else ())}
            return faults + compile_faults(text, str(error), words | _FUNCTIONS | {"state", "now"})
        found = compiled.return_type().name()
        # null fits everywhere: it empties a field, and as a condition it never holds. What is unread is told besides.
        fits = {"ANY": {found}, **values.FITTING}.get(wanted, {wanted}) | {"NULL"} | ({"DYN"} if read.faults else set())
        if found not in fits:
            message = f"The expression gives {word(found)}, but {word(wanted)} is needed here."
            faults.append(Fault(0, "expression-type", message))
        return faults + self._raw_faults(text)

    def result_type(self, field_name: str) -> str:
        """The CEL type that a value for the field must have."""
        return values.RESULTS[self.fields[field_name]]

    def gives(self, expression: Expression) -> str:
        """The CEL type of what a checked expression gives."""
        read = series.read(expression.text, self.series, of_row=bool(self.own))
        return str(self._checker().compile(_same_length(read.text)).return_type().name())

    def _expression(self, text: str, read: Reading) -> Expression:
        words = [one for one in tokens.words(lengths.hidden(read.text)) if not one.member]
        names = {one.name for one in words if one.name in self.fields and not one.call}
        documents = frozenset(name for name, _ in tokens.texts_given(text, "has"))
        moving = _MOVING | self._own_words() - {"opened"}
        did = frozenset(name for name, _ in tokens.texts_given(text, "did"))
        asked, moves = series.concerned(read.questions)
        names |= asked & {*self.fields, *self.series}
        moves = moves or any(one.name in moving for one in words)
        of_actor, tasks = bool(did) or actors.asks(text), kinds_asked(read.text)
        ends, linked = links.awaited(text), links.asked(text)
        asked_of_rows = tuple(read.questions)
        return Expression(text, frozenset(names), documents, moves, did, of_actor, asked_of_rows, tasks, ends, linked)

    def _own_words(self) -> frozenset[str]:
        """Days that have a name here: those of the calendar, and when the case was begun. Fields go first."""
        days = (name for name, _ in self.calendar.days) if self.calendar else ()
        return frozenset({*days, "opened", "today"}) - self.fields.keys()

    def _checker(self) -> Any:
        if "checker" not in self._programs:
            types = dict.fromkeys(self._own_words(), times.DAY)
            types |= {name: values.CHECKED[kind] for name, kind in (*self.fields.items(), *self._stand_ins.items())}
            types |= {series.UNREAD: _T.DYN}
            types = {"actor": _T.Map(_T.STRING, _T.STRING)} | types
            types |= {"state": _T.STRING, "now": _T.TIMESTAMP, "today": times.DAY}
            calls = [declared(name, _T.BOOL, [_T.STRING]) for name in ("hAs", "within", "did")]
            calls += [declared("free", _T.INT, [_T.STRING]), *times.checked(), *reckoning.checked()]
            calls += [*amounts.checked(), *tally_calls(), *links.checked()]
            self._programs["checker"] = cel.NewEnv(config=times.configuration(), variables=types, functions=calls)
        return self._programs["checker"]

    @functools.cached_property
    def _stand_ins(self) -> Mapping[str, str]:
        return series.STAND_INS if self.series else {}

    def _raw_faults(self, text: str) -> list[Fault]:
        """Lengths in CEL's own words that give another day or hour than they say."""
        faults: list[Fault] = []
        # What was published before this was looked at keeps its meaning.
        for probed, whole in () if self.is_published else lengths.probes(text):
            try:
                self._checker().compile(_same_length(probed))
            except RuntimeError as error:
                faults += raw_faults(text, probed, str(error), whole=whole)
        return faults

    def _name_faults(self, text: str, questions: Iterable[Question]) -> list[Fault]:
        known = {"has": ("document", self.documents), "free": ("place", self.places)}
        known |= {"within": ("state", self.states), "did": ("event", self.events | {actors.OPEN})}
        known |= {**dict.fromkeys(TALLIED, ("task", self.tasks)), **dict.fromkeys(links.CALLS, ("link", self.links))}
        faults = []
        for call, (noun, names) in known.items():
            for name, offset in tokens.texts_given(text, call):
                if name not in names:
                    faults.append(unknown(text, offset, name, names, noun=noun))
        faults += list(self._comparison_faults(text, questions))
        faults += [] if self.is_published else list(time_faults(text))
        faults += [
            Fault(offset, "wrong-value", said, mend)
            for offset, said, mend in (*reckoning.faults(text), *amounts.faults(text))
        ]
        faults += [] if "actor" in self.fields else list(actors.faults(text, self.roles))
        return faults + list(self._calendar_faults(text))

    def _calendar_faults(self, text: str) -> Iterable[Fault]:
        """What counts school days, or asks for terms, where the process has no calendar."""
        if self.calendar is not None:
            return
        mend = "Name one at the top: calendar: leicestershire."
        used = [(one.start, one.name) for one in tokens.words(text) if one.call and one.name in reckoning.OF_CALENDAR]
        for offset, what in (*lengths.counting_by_calendar(text), *used):
            message = f"{what!r} needs a calendar, and the process has none."
            yield Fault(offset, "needs-calendar", message, mend)

    def _kept_faults(self, text: str) -> Iterable[Fault]:
        for one in tokens.words(text):
            if one.name in self.fields and one.name in tokens.KEPT and not (one.member or one.call):
                message = (
                    f"{one.name} is a word of the language of expressions: no field of this name can stand in one."
                )
                yield Fault(one.start, "expression-type", message, "Give the field another name.")

    def _odd_faults(self, text: str) -> Iterable[Fault]:
        """What CEL would allow, but nobody means: a name behind a lone dot, a loop that hides a field."""
        bare = tokens.bare(text)
        for one in tokens.words(text):
            if one.name in _INNER and one.call:
                yield Fault(one.start, "unknown-field", f"{one.name} is neither a field nor a function.")
        for found in re.finditer(r"""(?<![\w)\]}"'\s])\s*\.\s*[A-Za-z_]|^\s*\.""", bare):
            yield Fault(found.start(), "expression-syntax", "A name cannot begin with a dot here.")
        for found in re.finditer(r"\.\s*(?:all|exists|exists_one|map|filter)\s*\(\s*(\w+)\s*,", bare):
            if found[1] in self.fields:
                message = f"{found[1]} is a field, and cannot name something else in this expression."
                yield Fault(found.start(1), "expression-type", message, "Choose another name.")

    def _comparison_faults(self, text: str, questions: Iterable[Question]) -> Iterable[Fault]:
        choices = {**self.choices, **series.choices(questions, self.series)}
        titles = {one.name: one.field for one in questions}
        for one in comparisons.compared(text):
            # What was published before these ways of comparing were looked at goes on: it is never true.
            if self.is_published and not one.is_plain:
                continue
            if one.name == "state" and one.text not in self.states:
                yield unknown(text, one.offset, one.text, self.states, noun="state")
            elif one.name == "state" and self._is_around(one.text) and not self.is_published:
                yield comparisons.around_state(text, one.offset, one.text)
            elif one.name in choices and one.text not in choices[one.name]:
                yield unknown(text, one.offset, one.text, choices[one.name], field=titles.get(one.name, one.name))

    def _is_around(self, state: str) -> bool:
        return any(one.startswith(f"{state}.") for one in self.states)

    def value(self, expression: Expression, view: View) -> Any:
        """The plain value of the expression; None where it is empty or unknown, or its loops go too many rounds."""
        try:
            return self.worked_out(expression, view)
        except Exceeded:
            return None

    def worked_out(self, expression: Expression, view: View) -> Any:
        """The same.

        Raises:
            Exceeded: its loops go more rounds than are gone.
        """
        program, surroundings = self._program(expression)
        given = self._given(expression.names, view.data)
        for asked, answer in series.answers(expression.questions, self.series, view):
            given |= self._one(asked.name, asked.kind, answer)
        for name in surroundings:
            given |= self._surrounding(name, view)
        result = run(program, given)
        # What hangs on an empty field is an error of CEL: it means that nobody knows.
        return None if result.type().name() == "ERROR" else result.plain_value()

    def _surrounding(self, name: str, view: View) -> dict[str, Any]:
        if name in OF_ACTOR.values():  # of nobody it is unknown
            return {name: known} if (known := view.role if name == OF_ACTOR["role"] else view.person) else {}
        if name in _SURROUNDINGS:
            return {name: _SURROUNDINGS[name](view, self.zone)}
        if self.calendar and name in dict(self.calendar.days):
            return {name: self.calendar.next_day(name, day_of(view.now, self.zone)).isoformat()}
        # Nobody knows when it was begun what is no case.
        return {name: day_of(view.opened, self.zone).isoformat()} if view.opened else {}

    def truth(self, expression: Expression | None, view: View) -> bool | None:
        """True, False, or None for unknown. No expression at all is true."""
        if expression is None:
            return True
        stands = not expression.names and _STILL.issuperset(self._program(expression)[1])
        held = frozenset(view.documents)
        result = self._standing(expression, view.state, held) if stands else self.value(expression, view)
        return result if isinstance(result, bool) else None

    @functools.cached_property
    def _standing(self) -> Callable[[Expression, str, frozenset[str]], Any]:
        """What hangs on where a case is and which documents it has, and on nothing else, is worked out once."""
        return functools.lru_cache(4096)(lambda one, state, held: self.value(one, View({}, state, held, {}, _NEVER)))

    def _program(self, expression: Expression) -> tuple[Any, tuple[str, ...]]:
        """What runs, and what of the surroundings it may ask for: handing all of them over costs as much as running."""
        if expression.text not in self._programs:
            text, names = sign.composed(expression.text), expression.names
            if expression.questions:
                text, names = series.read(text, self.series).text, names | self._stand_ins.keys()
            text = reckoning.with_choices(lengths.as_bytes(text), names)
            text = with_emptiness(_with_surroundings(actors.renamed(text, OF_ACTOR)), names)
            asked = tuple(name for name in (*_SURROUNDINGS, *OF_ACTOR.values(), *self._own_words()) if name in text)
            self._programs[expression.text] = (self._environment().compile(text), asked)
        found: tuple[Any, tuple[str, ...]] = self._programs[expression.text]
        return found

    def _environment(self) -> Any:
        if "environment" not in self._programs:
            kinds = {**self.fields, **self._stand_ins}
            types = {name: _T.TIMESTAMP if kind == "time" else _T.DYN for name, kind in kinds.items()}
            types |= {name + IS_EMPTY: _T.BOOL for name in kinds}
            types = dict.fromkeys(self._own_words(), _T.DYN) | types
            self._programs["environment"] = environment(types, self.zone, self.calendar)
        return self._programs["environment"]

    def _given(self, names: frozenset[str], data: Mapping[str, Any]) -> dict[str, Any]:
        """The values of fields. An empty one has none, so that what hangs on it is unknown."""
        given: dict[str, Any] = {}
        for name in names:
            if name in self.fields:
                given |= self._one(name, self.fields[name], data.get(name))
        return given

    def _one(self, name: str, kind: str, value: Any) -> dict[str, Any]:
        if value is None:
            return {name + IS_EMPTY: True}
        return {name + IS_EMPTY: False, name: values.given(kind, value, self.zone)}


_SURROUNDINGS: dict[str, Callable[[View, ZoneInfo], Any]] = {
    "state": lambda view, _: view.state,
    "now": lambda view, _: view.now.astimezone(UTC),
    "today": lambda view, zone: day_of(view.now, zone).isoformat(),
    "documents__": lambda view, _: list(view.documents),
    "places__": lambda view, _: dict(view.free),
    ACTED: lambda view, _: list(view.did),
    TALLIES: lambda view, _: dict(view.tallies),
    links.LINKS: lambda view, _: dict(view.links),
}


def _same_length(text: str) -> str:
    return tokens.replaced(lengths.as_calls(text), _HAS, lambda found: found[0].replace("has", "hAs"))


def _with_surroundings(text: str) -> str:
    """Functions are given what they speak about; parts of days and instants are worked out here, not by CEL."""

    def given(found: re.Match[str]) -> str | None:
        name = found["name"]
        return f"{name}__({_CALLS[name]}, " if name in _CALLS else None

    return tokens.replaced(tokens.replaced(text, _CALLED, given), PART, lambda found: f".{found['name']}__(")
