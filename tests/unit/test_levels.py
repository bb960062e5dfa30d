"""Levels of a task that is not done: one after the other, each once, and none after it is done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.case.command import Actor, Command, CompleteTask, Facts, Open, PostponeTask, Tick
from engine.case.sight import doers
from engine.case.snapshot import Snapshot
from engine.case.step.decide import Decision, decide
from engine.process.definition import Process
from engine.process.file.loader import load_process
from engine.service.cases.comings import timer_does, timer_title
from engine.source.problem import Refused

NOW = datetime(2024, 3, 4, 12, tzinfo=UTC)
JO = Actor("jo", frozenset({"clerk"}))
KEY = "task:call"
LEVELS = "[{after: 2 days, to: manager}, {after: 5 days, to: head}, {after: 9 days, to: board}]"
TEXT = """
process: levels
version: "1"
title: Levels
effective_from: 2023-01-01
initial: first
roles: {clerk: {title: Clerk}, manager: {title: Manager}, head: {title: Head}, board: {title: Board}}
tasks:
  call: {title: Call, role: clerk, due: 3 days, escalate: LEVELS}
states:
  first:
    owner: clerk
    raise: call
    deadline: {within: 30 weeks, raise: call}
    events: {close: {title: Close, to: done}}
  done: {final: true, outcome: Done}
"""


def load(levels: str = LEVELS) -> Process:
    """The process with these levels."""
    return load_process(TEXT.replace("LEVELS", levels), "levels.yaml", lambda _: None).process


PROCESS = load()


def found(case: Snapshot | None, command: Command, at: datetime, process: Process = PROCESS) -> Decision:
    """What comes of a command."""
    decided = decide(process, case, command, Facts(at))
    assert isinstance(decided, Decision), decided
    return decided


def begun(process: Process = PROCESS) -> Snapshot:
    """A case that just began."""
    return found(None, Open(JO, NOW), NOW, process).snapshot


def day(count: int) -> datetime:
    """So many days on."""
    return NOW + timedelta(days=count)


def test_each_level_comes_counted_from_the_due_date_and_takes_it_over() -> None:
    case, seen = begun(), []
    for count, role in ((5, "manager"), (8, "head"), (12, "board")):
        assert case.timers[KEY][0] == day(count).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        title = PROCESS.roles[role].title
        assert timer_title(PROCESS, KEY, case.tasks) == f"Call: goes to {title}"
        assert timer_does(PROCESS, KEY, case.tasks) == f"escalates Call to {title}"
        case = found(case, Tick(KEY, day(count)), day(count)).snapshot
        seen.append((case.tasks["call"]["escalated"], case.tasks["call"].get("level")))
        assert doers(case.tasks["call"]) == {"clerk", role}
    assert seen == [("manager", None), ("head", 2), ("board", 3)]
    assert KEY not in case.timers


def test_none_comes_after_it_is_done() -> None:
    case = found(begun(), Tick(KEY, day(5)), day(5)).snapshot
    done = found(case, CompleteTask("call", JO, day(6)), day(6))
    assert KEY in done.entries[0].stopped
    assert KEY not in done.snapshot.timers


def test_one_that_is_postponed_goes_on_at_the_next_level_from_its_new_date() -> None:
    case = found(begun(), Tick(KEY, day(5)), day(5)).snapshot
    moved = found(case, PostponeTask("call", day(10), "They are away.", JO, day(6)), day(6)).snapshot
    assert moved.timers[KEY][0][:10] == day(15).date().isoformat()
    assert found(moved, Tick(KEY, day(15)), day(15)).snapshot.tasks["call"]["escalated"] == "head"


def test_one_level_is_written_as_it_always_was() -> None:
    plain, listed = (load(text) for text in ("{after: 2 days, to: manager}", "[{after: 2 days, to: manager}]"))
    entries = [found(begun(one), Tick(KEY, day(5)), day(5), one).entries for one in (plain, listed)]
    assert entries[0] == entries[1]
    assert entries[0][0].stopped == (KEY,)
    assert entries[0][0].timers == {}
    assert entries[0][0].tasks["call"].keys() == {
        "role", "raised", "scope", "due", "escalated", "escalated_at",
    }  # fmt: skip


@given(st.lists(st.integers(1, 20), min_size=1, max_size=4, unique=True).map(sorted), st.booleans())
@settings(max_examples=15, deadline=None)
def test_every_level_comes_once_and_in_its_turn(days: list[int], late: bool) -> None:
    roles = ("manager", "head", "board", "manager")
    written = ", ".join(f"{{after: {count} days, to: {role}}}" for count, role in zip(days, roles, strict=False))
    process = load(f"[{written}]")
    case, came = begun(process), []
    while KEY in case.timers:
        due = datetime.fromisoformat(case.timers[KEY][0])
        case = found(case, Tick(KEY, due), max(due, day(99)) if late else due, process).snapshot
        came.append((case.tasks["call"]["escalated"], (due - day(3)).days))
    assert came == list(zip(roles, days, strict=False))


@pytest.mark.parametrize(
    ("levels", "code", "said"),
    [
        ("[{after: 5 days, to: manager}, {after: 5 days, to: head}]", "wrong-value", "Level 2 comes no later"),
        ("[{after: 5 days, to: manager}, {after: 6 days, to: haed}]", "unknown-role", "There is no role haed."),
        ("[]", "wrong-value", ""),
        ("[{after: 5 days}]", "missing-key", ""),
    ],
)
def test_what_is_wrong_with_levels_is_told(levels: str, code: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        load(levels)
    problems = [(one.code, one.message) for one in refused.value.problems]
    assert any(one == code and said in message for one, message in problems), problems


@pytest.mark.parametrize("to", ["clerk", "manager"])
def test_who_has_it_already_is_told(to: str) -> None:
    text = TEXT.replace("LEVELS", f"[{{after: 2 days, to: manager}}, {{after: 5 days, to: {to}}}]")
    warnings = load_process(text, "levels.yaml", lambda _: None).warnings
    assert [one.code for one in warnings if "has it already" in one.message] == ["own-escalation"]
