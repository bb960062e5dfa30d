"""Walks: what anybody might ask of a case, drawn at random, for property-based and stateful tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from hypothesis import strategies as st

from engine.case.command import Actor, AddDocument, AssignTask, ClaimTask, Command, CompleteTask, Fire, Tick
from engine.case.snapshot import Snapshot
from engine.case.time.days import COMING, coming_field
from engine.case.time.schedule import ESCALATION
from engine.process.codes import Code
from engine.process.definition import Field, Process
from engine.process.paths import is_inside
from engine.process.tasks import kind_of
from engine.process.timing import LOOK_INTO

EPOCH = datetime(2023, 9, 11, 8, 0, tzinfo=UTC)
DATES = st.dates(date(2023, 9, 1), date(2024, 12, 31)).map(date.isoformat)
ORGANISATIONS = ["North", "South"]


def value_for(field: Field) -> st.SearchStrategy[Any]:
    """Values for a field, mostly right, sometimes wrong."""
    code: st.SearchStrategy[Any] = st.nothing()
    if field.code:
        code = st.from_regex(field.code.pattern, fullmatch=True).map(partial(_checked, field.code))
    number = st.integers(int(field.min or 0), int(field.max or 500))
    right: dict[str, st.SearchStrategy[Any]] = {
        "text": st.sampled_from(["A", "B C", "North"]),
        "long_text": st.sampled_from(["Long\ntext", "x"]),
        "integer": number,
        "number": number.map(float),
        "money": number.map(lambda whole: f"£{whole:,}.50") | st.sampled_from(["0.1", "0.20", 12.5]),
        "code": code,
        "yes_no": st.sampled_from(["yes", "no", True]),
        "choice": st.sampled_from(sorted(field.choices) or ["none"]),
        "choices": st.lists(st.sampled_from(sorted(field.choices) or ["none"]), max_size=3, unique=True),
        "date": DATES,
        "time": DATES.map(lambda day: f"{day} 13:30"),
    }
    return st.one_of(right[field.type], right[field.type], right[field.type], st.sampled_from([None, "", "wrong", -1]))


def _checked(code: Code, text: str) -> str:
    """The same with the check sign that it must have, if there is one."""
    if code.check is None:
        return text
    return code.check.completed(text[1:] if code.check.at == "first" else text[:-1]) or text


@st.composite
def forms(draw: st.DrawFn, process: Process, form: Mapping[str, bool]) -> dict[str, Any]:
    """What somebody fills in: the required fields mostly, the others sometimes."""
    asked = [name for name, required in form.items() if draw(st.integers(0, 9)) < (9 if required else 4)]
    return {name: draw(value_for(process.fields[name])) for name in asked}


@st.composite
def actors(draw: st.DrawFn, process: Process) -> Actor:
    """Somebody with one or two roles of the process, mostly of the first organisation."""
    first = next(iter(process.roles))
    roles = draw(st.one_of(st.just({first}), st.sets(st.sampled_from(sorted(process.roles)), max_size=2)))
    return Actor(draw(st.sampled_from(["jo", "kim"])), frozenset(roles), draw(st.sampled_from(ORGANISATIONS)))


@st.composite
def commands(draw: st.DrawFn, process: Process, case: Snapshot, now: datetime) -> Command:
    """Something that is asked of the case: mostly an event that stands where it is."""
    by, at = draw(actors(process)), now - timedelta(minutes=draw(st.sampled_from([0, 0, 0, 60])))
    kinds = ["fire"] * 6 + ["document"] * 3 + ["task"] + (["tick"] * 3 if case.timers else [])
    kind = draw(st.sampled_from(kinds))
    if kind == "tick":
        key = draw(st.sampled_from(sorted(case.timers)))
        return Tick(key, now)
    if kind == "document":
        name = draw(st.sampled_from(sorted(process.documents)))
        return AddDocument(name, f"{name}.txt", "0" * 64, 3, "text/plain", by, at)
    if kind == "task":
        task = draw(st.sampled_from(sorted(process.tasks)))
        return draw(
            st.sampled_from([CompleteTask(task, by, at), AssignTask(task, "kim", by, at), ClaimTask(task, by, at)])
        )
    return draw(fires(process, case, by, at))


@st.composite
def fires(draw: st.DrawFn, process: Process, case: Snapshot, by: Actor, at: datetime) -> Fire:
    """An event, mostly one that stands where the case is, with its form filled in."""
    here = process.events_in(case.state)
    names = sorted(here) * 8 + [event.name for _, event in process.every_event()]
    name = draw(st.sampled_from(names))
    event = here.get(name)
    return Fire(name, by, at, draw(forms(process, event.form)) if event else {})


def assert_valid(process: Process, case: Snapshot) -> None:
    """The case is one that its process allows."""
    state = process.states[case.state]
    around = {one.name for one in process.around(case.state)}
    assert_pauses_valid(process, case)
    rests = {one.name for at in case.rests_at.values() for one in process.around(at)} - around
    assert not state.children
    assert set(case.entered) == around | rests
    assert bool(case.outcome) is state.final
    assert set(case.data) <= {*process.fields, *process.series}
    assert None not in case.data.values()
    assert set(case.documents) <= set(process.documents)
    assert {kind_of(name) for name in case.tasks} <= {*process.tasks, LOOK_INTO.name}
    assert set(case.done).isdisjoint(case.tasks)
    assert set(case.done.values()) <= around | rests
    assert all(task["scope"] in around for task in case.tasks.values())
    assert set(case.held) == {name for name in around | rests if process.states[name].hold}
    assert set(case.held.values()) <= set(process.places)
    assert_timers_valid(process, case, around)
    for rule in process.rules:
        assert rule.check is not None


def assert_pauses_valid(process: Process, case: Snapshot) -> None:
    """What rests is just what the states pause that the case is in, running or resting itself; it keeps its own."""
    where = [one for at in (case.state, *case.rests_at.values()) for one in process.around(at)]
    assert {one.pauses for one in where} - {""} == set(case.paused)
    for name, rest in case.paused.items():
        assert is_inside(rest["at"], name)
        assert all(is_inside(one["scope"], name) for one in rest["tasks"].values())
        for key in rest["timers"]:
            task = key.removeprefix(ESCALATION)
            assert is_inside(key.partition("/")[0], name) if task == key else task in rest["tasks"]


def assert_timers_valid(process: Process, case: Snapshot, around: set[str]) -> None:
    """Timers belong to states that the case is in, escalate open tasks, or bring the next value of a dated field."""
    for key in case.timers:
        if key.startswith(ESCALATION):
            assert key.removeprefix(ESCALATION) in case.tasks
        elif key.startswith(COMING):
            assert coming_field(process, key)
        else:
            assert key.partition("/")[0] in around
    if case.outcome:
        assert not case.timers
    if case.waiting:
        assert case.waiting["state"] == case.state
