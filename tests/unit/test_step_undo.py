"""The last event of a case is taken back: what that restores, who may, and what was built on it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.case.command import Actor, AddDocument, Command, CompleteTask, Correct, Facts, Retain, Tick, Undo
from engine.case.entry import Entry
from engine.case.past import Past
from engine.case.refusal import Code, Refusal
from engine.case.snapshot import Snapshot, replay
from engine.case.step.decide import Decision, decide
from engine.case.step.undo import last_step
from engine.case.time.instants import from_text, to_text
from engine.process.definition import Process
from tests.drawn import load_drawn, processes
from tests.unit.test_keep import HEAD, KEEP
from tests.walks import commands, forms
from tests.workshop import BOSS, CLERK, FREE, SHOP, START, fire, tick, workshop
from tests.workshop import opened as begun

BACK = "{by: boss, within: 2 days, reopens: true}"
YARD = workshop(
    {
        HEAD: HEAD + KEEP,
        "fill_in: {title: Fill in,": f"fill_in: {{title: Fill in, undo: {BACK},",
        "start: {title: Start,": "start: {title: Start, undo: [clerk],",
        "finish: {title: Finish,": "finish: {title: Finish, undo: {by: clerk, reopens: true},",
        "drop: {title: Drop,": "drop: {title: Drop, undo: clerk,",
        "pass_on: {title: Pass on,": "pass_on: {title: Pass on, undo: clerk,",
    }
)


class Course:
    """What happens to one case, with its whole history; places are those of the facts, less what it holds."""

    def __init__(self, process: Process, free: dict[str, int] | None = None) -> None:
        self.process, self.entries, self.snapshot = process, list[Entry](), None
        self.snapshot: Snapshot | None
        self.free = dict(FREE if free is None else free)

    def ask(self, command: Command, days: float = 0.0, free: dict[str, int] | None = None) -> Decision | Refusal:
        now = max(START + timedelta(days=days), command.at)
        past = self.past() if isinstance(command, Undo) else None
        wrote = next((one.seq for one in reversed(self.entries) if "price" in one.data), 0)
        return decide(self.process, self.snapshot, command, Facts(now, free or self.left(), wrote=wrote, past=past))

    def left(self) -> dict[str, int]:
        held = list(self.snapshot.held.values()) if self.snapshot else []
        return {place: many - held.count(place) for place, many in self.free.items()}

    def past(self) -> Past:
        assert self.snapshot is not None
        last, since, is_again = last_step(reversed(self.entries), self.snapshot.undone)
        return Past(last, since, replay(self.entries[: last.seq - 1]), is_again)

    def do(self, command: Command, days: float = 0.0) -> Snapshot:
        made = self.ask(command, days)
        assert isinstance(made, Decision), made
        self.entries += made.entries
        self.snapshot = made.snapshot
        assert replay(self.entries) == made.snapshot
        return made.snapshot


def course(**data: Any) -> Course:
    found = Course(YARD)
    made = decide(YARD, None, _open(data), Facts(START, FREE))
    assert isinstance(made, Decision)
    found.entries, found.snapshot = list(made.entries), made.snapshot
    assert made.snapshot == begun(YARD, **data)
    return found


def _open(data: dict[str, Any]) -> Any:
    from engine.case.command import Open

    return Open(CLERK, START, "desk", data)


def back(days: float = 1.0, by: Actor = BOSS, entry: int = 0, event: str = "", reason: str = " A slip ") -> Undo:
    return Undo(entry, event, reason, by, START + timedelta(days=days))


def refused(found: Decision | Refusal) -> Refusal:
    assert isinstance(found, Refusal), found
    return found


def but(snapshot: Snapshot | None) -> Snapshot:
    """A case without what a step that was taken back leaves in it."""
    assert snapshot is not None
    return replace(snapshot, seq=0, undone=[])


def test_the_case_stands_as_before_and_both_stay_in_the_history() -> None:
    case = course(price="5")
    before = case.snapshot
    case.do(fire("fill_in", 0.5, price="7", ready="2024-02-01", urgent="yes"))
    case.do(back())
    assert but(case.snapshot) == but(before)
    entry = case.entries[-1]
    assert (entry.kind, entry.event, entry.source, entry.by) == ("undo", "fill_in", "desk", "kim")
    assert entry.note == {"undoes": 2, "reason": "A slip"}
    assert entry.data == {"price": 5.0, "ready": None, "urgent": None}
    assert (case.snapshot.seq, case.snapshot.undone) == (3, [[2, 3]]) if case.snapshot else False
    assert entry.at == to_text(START + timedelta(days=1))


def test_places_tasks_timers_and_what_followed_by_itself_are_as_before() -> None:
    case = course(kind="bench")
    before = case.snapshot
    moved = case.do(fire("start", 1))
    assert (moved.state, moved.held, set(moved.tasks)) == ("work.place", {"work.place": "bench"}, {"look", "chase"})
    case.do(tick("work/inspect", 8))
    case.do(tick("task:look", 8.5))
    case.do(back(9, CLERK))
    assert but(case.snapshot) == but(before)
    entry = case.entries[-1]
    assert (entry.freed, entry.held, entry.closed) == (("work.place",), {}, {"look": "cancelled", "chase": "cancelled"})


def test_a_chain_that_led_to_an_end_is_taken_back_where_the_event_reopens() -> None:
    case = course()
    case.do(fire("start", 1))
    before = case.snapshot
    done = case.do(fire("finish", 2))
    assert (done.ended, done.held) == (True, {})
    asked = case.do(Retain("held", "Somebody asked", CLERK, START + timedelta(days=3)))
    assert asked.retained == "held"
    reopened = case.do(back(4, CLERK))
    assert (reopened.state, reopened.outcome, reopened.held) == ("work.place", "", {"work.place": "bench"})
    # What holds it back stays; all else is as it was.
    assert reopened.retained == "held"
    assert but(replace(reopened, retention={})) == but(before)
    passed = course()
    passed.do(fire("pass_on", 1))
    assert refused(passed.ask(back(2, CLERK))).code is Code.ENDED


def test_an_erasure_that_was_asked_for_is_not_any_more_when_the_case_goes_on() -> None:
    case = course(price="5")
    case.do(fire("start", 1))
    case.do(fire("finish", 2))
    case.do(Retain("asked", "Long gone", CLERK, START + timedelta(days=40000)))
    assert case.do(back(40001, CLERK)).retention["what"] == "withdrawn"


BUILT_ON: list[tuple[Command, str]] = [
    (fire("report", 1), "Report was done"),
    (AddDocument("order", "o.txt", "0" * 64, 3, "text/plain", CLERK, START + timedelta(days=1)), "the document Order"),
    (Correct(2, "price", "9", "Misread", CLERK, START + timedelta(days=1)), "a value was corrected"),
]


@pytest.mark.parametrize(("since", "said"), BUILT_ON)
def test_what_was_built_on_it_prevents_it_and_is_named(since: Command, said: str) -> None:
    case = course()
    case.do(fire("fill_in", 0.5, price="7"))
    case.do(since)
    found = refused(case.ask(back(entry=2)))
    assert found.code is Code.REQUIREMENT
    assert found.message.startswith(f"Something was built on it since: {said}")
    assert refused(case.ask(back(event="fill_in"))).message == found.message


def test_a_task_that_was_ticked_off_since_prevents_it() -> None:
    case = course()
    case.do(fire("start", 1))
    case.do(CompleteTask("chase", CLERK, START + timedelta(days=1)))
    assert refused(case.ask(back(2, CLERK, entry=2))).message == (
        "Something was built on it since: the task Chase was done."
    )


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        (back(by=CLERK), Code.NOT_ALLOWED, "Taking back “Fill in”: this can be done by Boss."),
        (back(by=SHOP), Code.NOT_ALLOWED, "This case belongs to another organisation."),
        (back(4.0), Code.REQUIREMENT, "Fill in: this could be taken back until 10 January 2024 at 21:00."),
        (back(reason=" "), Code.FORM, "Give a reason, in at most 500 characters."),
        (back(entry=1), Code.REQUIREMENT, "Something was built on it since: Fill in was done."),
        (back(event="start"), Code.REQUIREMENT, "Something was built on it since: Fill in was done."),
    ],
)
def test_what_is_refused(asked: Undo, code: Code, said: str) -> None:
    case = course(shop="South")
    case.do(fire("fill_in", 0.5, price="7"))
    found = refused(case.ask(asked))
    assert (found.code, found.message) == (code, said)
    case.do(back(2.5))


def test_only_events_are_taken_back_and_of_these_the_ones_that_say_so() -> None:
    case = course()
    assert refused(case.ask(back())).message == "Nobody takes this back: the case was begun."
    case.do(fire("report", 1))
    assert refused(case.ask(back())).message == "Nobody takes this back: Report was done."


def test_what_came_before_something_that_was_taken_back_is_named_to_be_taken_back() -> None:
    case = course()
    first = case.snapshot
    case.do(fire("fill_in", 0.5, price="7"))
    case.do(fire("fill_in", 0.6, price="8"))
    case.do(back(0.7))
    again = refused(case.ask(back(0.8)))
    assert again.message.endswith("Name entry 2 to take back what came before it.")
    case.do(back(0.9, entry=2))
    assert but(case.snapshot) == but(first)
    assert case.snapshot is not None
    assert case.snapshot.undone == [[3, 4], [2, 5]]


def test_a_place_that_was_given_back_is_taken_again_only_while_one_is_free() -> None:
    case = course()
    case.do(fire("start", 1))
    before = case.snapshot
    case.do(fire("drop", 2))
    found = refused(case.ask(back(3, CLERK), free={"bench": 0, "lathe": 1}))
    assert (found.code, found.missing) == (Code.NO_PLACE, ("bench",))
    assert found.message == "It cannot be taken back: no Bench is free, and the case held one before."
    case.do(back(3, CLERK))
    assert but(case.snapshot) == but(before)


def test_a_timer_that_is_noticed_late_does_what_it_would_have_done_in_time() -> None:
    case = course()
    case.do(fire("start", 1))
    made = case.ask(Tick("work/inspect", START + timedelta(days=8), in_time=True), 40)
    late = case.ask(Tick("work/inspect", START + timedelta(days=8)), 40)
    assert isinstance(made, Decision)
    assert isinstance(late, Decision)
    nexts = [one.snapshot.timers["work/inspect"][0] for one in (made, late)]
    assert nexts == ["2024-01-23T09:00:00.000000Z", "2024-02-20T09:00:00.000000Z"]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=processes(), data=st.data())
def test_after_any_step_and_its_undo_a_case_stands_as_before_it(text: str, data: st.DataObject) -> None:
    process = load_drawn(text).process
    clerk, now = Actor("jo", frozenset({"clerk"})), from_text("2023-09-11T08:00:00.000000Z")
    free = {place: one.capacity for place, one in process.places.items()}
    from engine.case.command import Open

    answers = data.draw(forms(process, process.opening.form))
    made = decide(process, None, Open(clerk, now, process.initial[0], answers), Facts(now, free))
    if isinstance(made, Refusal):
        return
    case = Course(process, free)
    case.entries, case.snapshot = list(made.entries), made.snapshot
    for _ in range(8):
        assert case.snapshot is not None
        now += timedelta(hours=data.draw(st.sampled_from([1, 30, 60])))
        command = data.draw(commands(process, case.snapshot, now))
        before, step = case.snapshot, case.ask(command)
        if isinstance(step, Refusal):
            continue
        case.entries += step.entries
        case.snapshot = step.snapshot
        if case.past().last.event and case.past().last.seq == before.seq + 1 and case.past().last.kind == "event":
            found = case.ask(Undo(0, "", "A slip", clerk, now + timedelta(minutes=5)))
            if isinstance(found, Refusal):
                assert found.code in {Code.NO_PLACE, Code.NOT_ALLOWED}
                continue
            [entry] = found.entries
            assert but(found.snapshot) == but(replace(before, undone=[]))
            assert Entry.from_written(*entry.written(iter(["s"] * 99))) == entry
            assert Snapshot.from_json(found.snapshot.as_json()) == found.snapshot
            assert json.loads(before.as_json()).keys() - json.loads(found.snapshot.as_json()).keys() <= {"undone"}
