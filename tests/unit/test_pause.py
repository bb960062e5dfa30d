"""Pauses: what rests while a case is elsewhere, where a way back leads, and what falls due afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.case.command import CompleteTask, Facts, Fire, Open, Tick
from engine.case.entry import Entry
from engine.case.refusal import Refusal
from engine.case.snapshot import Snapshot, replay
from engine.case.step.decide import Decision, decide
from engine.case.time.instants import from_text, to_text
from engine.process.definition import Process
from engine.process.file.loader import load_process
from tests.workshop import CALENDAR, CLERK

TEXT = """
process: rounds
version: "1"
title: Rounds
effective_from: 2020-01-01
timezone: Europe/London
calendar: leicestershire
initial: asked
roles: {clerk: {title: Clerk}}
fields: {seen: {title: Seen on, type: date}}
places: {desk: {title: Desk, capacity: 1}, bed: {title: Bed, capacity: 1}}
tasks:
  call: {title: Call, role: clerk, due: 3 days, escalate: {after: 2 days, to: clerk}, done_by: called}
  write: {title: Write, role: clerk, due: 5 school days}
  look: {title: Look, role: clerk, due: seen + 1 week}
events:
  called: {title: Called, by: clerk}
  stop: {title: Stop, by: clerk, to: done}
states:
  asked:
    title: Asked
    owner: clerk
    deadline: {within: 1 month, raise: call}
    events: {begin: {title: Begin, by: clerk, to: round, form: {seen: optional}}}
  round:
    title: Round
    owner: clerk
    holds: {place: desk}
    raise: [call, write, look]
    timers:
      soon: {after: 36 hours, raise: call}
      later: {after: 10 school days, raise: call}
      weekly: {every: 1 week, raise: call}
      monday: {every: monday, raise: call}
      dated: {at: seen, raise: call}
    states:
      first: {title: First, events: {next: {title: Next, by: clerk, to: second}}}
      second: {title: Second, holds: {place: bed}, events: {again: {title: Again, by: clerk, to: first}}}
    events: {rest: {title: Rest, by: clerk, to: break}}
  break:
    title: Break
    owner: clerk
    pauses: round
    deadline: {within: 2 weeks, raise: call}
    timers: {over: {after: 6 weeks, send: return}}
    events:
      return: {title: Return, by: clerk, to: back, form: {seen: optional}}
      typed: {title: Typed, by: clerk, form: {seen: optional}}
      give_up: {title: Give up, by: clerk, to: asked}
      anew: {title: Anew, by: clerk, to: round}
      ill: {title: Ill, by: clerk, to: ward}
  ward:
    title: Ward
    owner: clerk
    deadline: {within: 2 weeks, raise: call}
    pauses: break
    events: {well: {title: Well, by: clerk, to: back}}
  done: {title: Done, final: true}
"""
MONDAY = datetime(2024, 1, 15, 9, tzinfo=UTC)  # no summer time, and a term


@pytest.fixture(scope="module")
def process() -> Process:
    return load_process(TEXT, "rounds.yaml", lambda _: CALENDAR).process


class Walked:
    """A case that is walked, with all that was written."""

    def __init__(self, process: Process, now: datetime = MONDAY) -> None:
        self.process, self.entries, self.case = process, list[Entry](), None
        self.do(Open(CLERK, now, "asked", {}), now)

    case: Any

    def do(self, command: Any, now: datetime) -> Snapshot:
        free = {"desk": 1, "bed": 1}
        for place in self.case.held.values() if self.case else ():
            free[place] -= 1
        found = decide(self.process, self.case, command, Facts(now, free))
        assert isinstance(found, Decision), found
        self.entries += found.entries
        self.case = found.snapshot
        assert Snapshot.from_json(self.case.as_json()) == self.case == replay(self.entries)
        return self.case

    def fire(self, event: str, now: datetime, **data: Any) -> Snapshot:
        return self.do(Fire(event, CLERK, now, data), now)

    def ring(self, key: str) -> Snapshot:
        due = from_text(self.case.timers[key][0])
        return self.do(Tick(key, due), due)

    def due(self, name: str) -> str:
        """A timer or a task on the wall clock."""
        found = self.case.timers[name][0] if "/" in name or ":" in name else self.case.tasks[name]["due"]
        return from_text(found).astimezone(self.process.zone).strftime("%Y-%m-%d %H:%M")


def on(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


@pytest.fixture
def walked(process: Process) -> Walked:
    """In the round, at its second stop, since Monday the 15th of January."""
    found = Walked(process)
    found.fire("begin", MONDAY, seen="2024-01-30")
    found.fire("next", MONDAY)
    return found


def test_place_tasks_and_timers_are_kept_and_none_of_them_runs(walked: Walked) -> None:
    case = walked.fire("rest", on("2024-01-16 09:00"))
    assert (case.state, dict(case.held)) == ("break", {"round": "desk", "round.second": "bed"})
    assert (set(case.timers), dict(case.tasks)) == ({"break/deadline", "break/over"}, {})
    assert walked.entries[-1].closed == {"call": "paused", "write": "paused", "look": "paused"}
    assert case.rests_at == {"round": "round.second"}
    assert case.next_due is None
    assert set(case.entered) == {"break", "round", "round.second"}


def test_a_way_back_leads_to_the_deepest_state_and_enters_nothing(walked: Walked) -> None:
    before = walked.case
    walked.fire("rest", on("2024-01-16 09:00"))
    case = walked.fire("return", on("2024-01-16 09:00"))
    assert (case.state, walked.entries[-1].entered, walked.entries[-1].left) == ("round.second", (), ("break",))
    # No time went on: all is as it was.
    assert (case.timers, case.held, case.entered) == (before.timers, before.held, before.entered)
    assert {n: one["due"] for n, one in case.tasks.items()} == {n: one["due"] for n, one in before.tasks.items()}
    assert (dict(case.paused), case.as_json().count("paused")) == ({}, 0)


def test_time_that_rests_does_not_count(walked: Walked) -> None:
    """Fifteen days, from a Tuesday to a Wednesday behind eleven school days."""
    expected = {"round/soon": "2024-01-16 21:00", "round/weekly": "2024-01-22 09:00", "call": "2024-01-18 09:00"}
    expected |= {"write": "2024-01-22 09:00", "round/later": "2024-01-29 09:00", "task:call": "2024-01-20 09:00"}
    expected |= {"round/monday": "2024-01-22 00:00", "look": "2024-02-06 23:59", "round/dated": "2024-01-30 00:00"}
    assert {name: walked.due(name) for name in expected} == expected
    walked.fire("rest", on("2024-01-16 09:00"))
    walked.fire("return", on("2024-01-31 10:00"))
    assert {name: walked.due(name) for name in expected} == {
        # Hours by the length of the pause, days by whole ones; four and nine school days were left.
        "round/soon": "2024-01-31 22:00",
        "round/weekly": "2024-02-06 09:00",
        "call": "2024-02-02 09:00",
        "task:call": "2024-02-04 09:00",
        "write": "2024-02-06 09:00",
        "round/later": "2024-02-20 09:00",
        # Days of the calendar stay, and so does what somebody typed; what came meanwhile is due at once.
        "round/monday": "2024-02-05 00:00",
        "look": "2024-02-06 23:59",
        "round/dated": "2024-01-31 10:00",
    }
    # The anchor of what repeats went on as well.
    walked.ring("round/weekly")
    assert walked.due("round/weekly") == "2024-02-13 09:00"


def test_the_hour_on_the_wall_stays_when_the_clocks_change_meanwhile(process: Process) -> None:
    walked = Walked(process, on("2024-03-25 09:00"))
    walked.fire("begin", on("2024-03-25 09:00"))
    walked.fire("rest", on("2024-03-26 09:00"))
    walked.fire("return", on("2024-04-02 08:00"))
    assert (walked.due("call"), walked.due("round/weekly")) == ("2024-04-04 09:00", "2024-04-08 09:00")
    assert walked.due("round/soon") == "2024-04-02 21:00"  # 36 hours and a pause of 167, an hour of which nobody saw


def test_what_was_late_stays_late_for_as_many_days(walked: Walked) -> None:
    walked.ring("task:call")
    late = on("2024-01-23 09:00")
    walked.fire("rest", late)
    walked.fire("return", late + timedelta(days=10))
    assert (walked.due("call"), walked.due("write")) == ("2024-01-28 09:00", "2024-02-01 09:00")
    assert walked.case.tasks["call"]["escalated"] == "clerk"
    assert "task:call" not in walked.case.timers


@pytest.mark.parametrize(
    ("event", "state", "held"),
    [("give_up", "asked", {}), ("stop", "done", {}), ("anew", "round.first", {"round": "desk"})],
)
def test_who_leaves_a_pause_for_elsewhere_leaves_what_rested(
    walked: Walked, event: str, state: str, held: dict[str, str]
) -> None:
    walked.fire("rest", on("2024-01-16 09:00"))
    case = walked.fire(event, on("2024-01-17 09:00"))
    assert (case.state, dict(case.held), dict(case.paused)) == (state, held, {})
    assert walked.entries[-1].left == ("break", "round.second", "round")
    assert walked.entries[-1].freed == ("round", "round.second")
    assert all(key.startswith(("asked/", "round/", "task:")) for key in case.timers)


def test_pauses_lie_in_each_other(walked: Walked) -> None:
    walked.fire("rest", on("2024-01-16 09:00"))
    case = walked.fire("ill", on("2024-01-18 09:00"))
    assert case.rests_at == {"round": "round.second", "break": "break"}
    assert set(case.timers) == {"ward/deadline"}
    walked.fire("well", on("2024-01-28 09:00"))
    assert walked.due("break/over") == "2024-03-08 09:00"  # six weeks from the 16th, and ten days
    case = walked.fire("return", on("2024-01-30 09:00"))
    assert (case.state, walked.due("call")) == ("round.second", "2024-02-01 09:00")
    walked.fire("rest", on("2024-01-30 09:00"))
    walked.fire("ill", on("2024-01-30 09:00"))
    assert dict(walked.fire("stop", on("2024-01-31 09:00")).held) == {}
    assert walked.entries[-1].left == ("ward", "break", "round.second", "round")


def test_a_timer_of_the_pause_leads_back_at_its_own_time(walked: Walked) -> None:
    """However late somebody looks: the pause was over then."""
    walked.fire("rest", on("2024-01-16 09:00"))
    due = from_text(walked.case.timers["break/over"][0])
    case = walked.do(Tick("break/over", due), due + timedelta(weeks=3))
    assert (case.state, case.last_at) == ("round.second", to_text(due))
    assert walked.due("call") == "2024-02-29 09:00"


def test_a_task_done_before_is_no_more_there(walked: Walked) -> None:
    walked.do(CompleteTask("write", CLERK, MONDAY), MONDAY)
    walked.fire("rest", on("2024-01-16 09:00"))
    assert isinstance(
        decide(
            walked.process,
            walked.case,
            CompleteTask("call", CLERK, MONDAY + timedelta(days=2)),
            Facts(on("2024-01-20"), {}),
        ),
        Refusal,
    )
    assert set(walked.fire("return", on("2024-01-22 09:00")).tasks) == {"call", "look"}


def test_what_was_done_while_it_rested_is_not_asked_again(process: Process) -> None:
    walked = Walked(process)
    walked.fire("begin", MONDAY)
    assert "call" in walked.fire("rest", MONDAY).paused["round"]["tasks"]
    assert sorted(walked.fire("called", MONDAY).paused["round"]["tasks"]) == ["look", "write"]
    assert sorted(walked.fire("return", MONDAY).tasks) == ["look", "write"]
