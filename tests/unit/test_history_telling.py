"""Telling: each kind of entry in words: who did it, what was answered, and what it brought about."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.case.command import AddDocument, AssignTask, Command, CompleteTask, PostponeTask
from engine.case.entry import Entry
from engine.case.kinds import StepKind
from engine.case.snapshot import Snapshot
from engine.case.step.decide import Decision
from engine.case.time.schedule import ESCALATION
from engine.process.definition import Process
from engine.service.history.showing import Showing
from engine.service.history.telling import Beside, tell
from engine.service.history.told import Told
from tests.workshop import CLERK, START, ask, done, facts, fire, opened, tick, workshop

EVERYTHING = Showing(content=True, named=True, shows=lambda _process, _name: True)
NAMES = Beside({"jo": "Jo Adams", "sue": "Sue Bell"})


@pytest.fixture(scope="module")
def process() -> Process:
    return workshop({"fix: {title: Fix,": "fix: {title: Fix, done: It was fixed,"})


def written(process: Process, case: Snapshot, command: Command, days: float = 0) -> list[Entry]:
    found = ask(process, case, command, facts(days))
    assert isinstance(found, Decision), found
    return list(found.entries)


def told(process: Process, case: Snapshot, command: Command, days: float = 0) -> list[Told]:
    return [tell(process, one, EVERYTHING, NAMES) for one in written(process, case, command, days)]


def test_an_event_is_told_as_done_by_its_title_or_in_the_words_of_its_process(process: Process) -> None:
    [step] = told(process, opened(process), fire("fill_in", price=777.0))
    assert (step.what, step.by, step.who, step.byline, step.to) == (
        "Fill in: done",
        "jo",
        "Jo Adams",
        "by Jo Adams",
        "",
    )
    assert (step.at, step.kind, step.by_itself) == (START, StepKind.PEOPLE, False)
    [fixed] = told(process, opened(process), fire("fix", price=20.0))
    assert fixed.what == "It was fixed"


def test_answers_are_told_with_their_titles_and_in_words(process: Process) -> None:
    [step] = told(process, opened(process), fire("fill_in", price=777.5, kind="lathe", ready="2024-02-01", urgent=None))
    assert [(one.field, one.title, one.value, one.said, one.computed) for one in step.answers] == [
        ("ready", "Ready on", "2024-02-01", "1 February 2024", False),
        ("price", "Price", 777.5, "777.5", False),
        ("kind", "Kind of place", "lathe", "lathe", False),
        ("urgent", "Urgent", None, "", False),
    ]
    assert step.lines == (
        ("Ready on", "1 February 2024"),
        ("Price", "777.5"),
        ("Kind of place", "lathe"),
        ("Left empty", "Urgent"),
        ("Dates to come", "Chase on 1 February 2024"),
    )


def test_without_content_nothing_that_was_filled_in_is_told(process: Process) -> None:
    case = opened(process)
    told_plain = tell(process, written(process, case, fire("fill_in", price=777.0))[0])
    assert (told_plain.answers, told_plain.who) == ((), "jo")
    assert "777" not in repr(told_plain)
    late = PostponeTask("call", START + timedelta(days=9), "Ada is ill", CLERK, START)
    postponed = tell(process, written(process, case, late)[0])
    assert postponed.what == "Call: due on 17 January 2024 instead"
    assert "Ada" not in repr(postponed)
    paper = AddDocument("order", "Ada.txt", "0" * 64, 3, "text/plain", CLERK, START)
    added = tell(process, written(process, case, paper)[0])
    assert (added.what, added.facts) == ("Document added: Order", ())


def test_what_a_step_set_is_told_apart_and_what_it_brought_about(process: Process) -> None:
    [step] = told(process, opened(process), fire("set_out"))
    assert step.to == "Place"
    assert step.lines == (
        ("Kind of place (set by itself)", "lathe"),
        ("No longer to do", "Call"),
        ("To do", "Look, due on 10 January 2024; Chase"),
        ("Place taken", "Lathe"),
        ("Dates to come", "Chase on 15 January 2024"),
    )


def test_a_place_is_told_when_it_is_taken_given_back_or_waited_for(process: Process) -> None:
    case = done(process, opened(process, kind="lathe"), fire("start"))
    [left] = written(process, case, fire("drop"))
    known = Beside(places={(left.seq, "work.place"): "lathe"})
    assert ("Place given back", "Lathe") in tell(process, left, EVERYTHING, known).lines
    # Given back and taken again: nothing of it changed.
    [again] = written(process, case, fire("again"))
    lines = tell(process, again, EVERYTHING, Beside(places={(again.seq, "work.place"): "lathe"})).lines
    assert not [title for title, _ in lines if title.startswith("Place")]
    found = ask(process, opened(process, kind="bench"), fire("start"), facts(0, {"bench": 0, "lathe": 1}))
    assert isinstance(found, Decision)
    assert ("Waits for", "Bench") in tell(process, found.entries[0], EVERYTHING).lines


def test_what_moves_by_itself_was_done_by_nobody(process: Process) -> None:
    steps = told(process, opened(process), fire("pass_on"))
    assert [(one.what, one.by_itself) for one in steps[1:]] == [("Moved on by itself", True)] * 3
    assert steps[-1].lines[-1] == ("It ended", "finished")


def test_an_escalation_names_the_task_and_the_role(process: Process) -> None:
    case = opened(process)
    due, key = min((times[0], key) for key, times in case.timers.items() if key.startswith(ESCALATION))
    assert due
    [step] = told(process, case, tick(key, 2), 2)
    assert (step.what, step.who, step.byline, step.lines) == ("Call: escalated to Boss", "by itself", "by itself", ())


def test_what_could_not_happen_by_itself_says_why_and_when_it_is_tried_again(process: Process) -> None:
    case = opened(process)
    key = next(key for key in case.timers if key.endswith("/ask"))
    first, step = told(process, case, tick(key, 14), 14)
    assert first.what == "Nudge: came up"
    assert step.what.startswith("Nudge could not happen by itself: ")
    assert step.what.endswith(" It is tried again on 23 January 2024.")


def test_tasks_are_told_by_their_titles_and_people_by_their_names(process: Process) -> None:
    case = opened(process)
    assert [one.what for one in told(process, case, AssignTask("call", "sue", CLERK, START))] == [
        "Call: given to Sue Bell"
    ]
    given = done(process, case, AssignTask("call", "sue", CLERK, START))
    assert told(process, given, AssignTask("call", None, CLERK, START))[0].what == "Call: given back to its role"
    late = done(process, case, tick("desk/deadline", 7), 7)
    week = START + timedelta(days=7)
    assert told(process, late, CompleteTask("look", CLERK, week), 7)[0].what == "Look: done"
    [raised] = told(process, case, tick("desk/deadline", 7), 7)
    assert (raised.what, raised.lines) == ("Look: came up", (("To do", "Look, due on 17 January 2024"),))
    [postponed] = told(process, case, PostponeTask("call", week, "Nobody answers", CLERK, START))
    assert (postponed.what, postponed.lines) == (
        "Call: due on 15 January 2024 instead",
        (("Reason", "Nobody answers"),),
    )


def test_who_is_no_person_is_told_as_the_record_says_or_by_the_title_of_a_role(process: Process) -> None:
    [entry] = written(process, opened(process), fire("fill_in"))
    for by, who in (("clerk", "Clerk"), ("max", "max"), ("command line", "command line"), ("engine", "by itself")):
        assert tell(process, replace(entry, by=by)).who == who
    assert tell(process, entry, beside=Beside({"jo": ""})).who == "jo"


def test_a_document_is_told_with_its_kind_and_its_file(process: Process) -> None:
    [step] = told(process, opened(process), AddDocument("order", "list.txt", "0" * 64, 3, "text/plain", CLERK, START))
    assert (step.what, step.kind, step.lines) == ("Document added: Order", StepKind.DOCUMENTS, (("File", "list.txt"),))


def test_a_correction_says_what_was_and_what_is_now(process: Process) -> None:
    wrong = Entry(1, "opened", "2024-01-08T09:00:00Z", "2024-01-08T09:00:00Z", "jo", "1", data={"urgent": False})
    note = {"corrects": 1, "reason": "Misheard"}
    entry = replace(wrong, seq=2, kind="correction", data={"urgent": True}, note=note)
    step = tell(process, entry, EVERYTHING, Beside(before={1: wrong}))
    assert (step.what, step.kind) == ("Urgent corrected (entry 1)", StepKind.CORRECTIONS)
    assert step.lines == (("Urgent", "was No; now Yes"), ("Reason", "Misheard"))
    hidden = replace(EVERYTHING, shows=lambda _process, _name: False)
    kept_back = tell(process, entry, hidden, Beside(before={1: hidden.of(process, wrong)}))
    assert (kept_back.what, kept_back.answers) == ("Something corrected (entry 1)", ())
    emptied = tell(process, replace(entry, data={"urgent": None}), EVERYTHING, Beside(before={1: wrong}))
    assert emptied.lines[0] == ("Urgent", "was No; now empty")


def test_what_was_erased_says_since_when(process: Process) -> None:
    gone = Entry(
        1, "opened", "2024-01-08T09:00:00Z", "2024-01-08T09:00:00Z", "jo", "1",
        data={"urgent": None, "kind": "bench"}, missing=("data/urgent",),
    )  # fmt: skip
    step = tell(process, gone, EVERYTHING, Beside(erased=START))
    assert [(one.field, one.said, one.erased) for one in step.answers] == [
        ("kind", "bench", None),
        ("urgent", "", START),
    ]
    assert step.lines == (
        ("Kind of place", "bench"),
        ("Urgent", "erased on 8 January 2024"),
        ("Erased", "What was filled in, on 8 January 2024"),
    )
    corrected = replace(gone, seq=2, kind="correction", note={"corrects": 1, "reason": ""}, data={"urgent": None})
    step = tell(process, corrected, EVERYTHING, Beside(before={1: gone}, erased=START))
    assert step.lines[0] == ("Urgent", "was erased on 8 January 2024; now erased on 8 January 2024")


def test_keeping_and_erasing_are_told(process: Process) -> None:
    entry = Entry(3, "retention", "2024-01-08T09:00:00Z", "2024-01-08T09:00:00Z", "jo", "1", event="held")
    assert tell(process, replace(entry, note={"reason": "Dispute"}), EVERYTHING).lines == (("Reason", "Dispute"),)
    erased = replace(entry, kind="erasure", event="erased", note={"certificate": "4-3"})
    assert (tell(process, entry).what, tell(process, erased).what) == (
        "Held back from erasure",
        "Erased, certificate 4-3",
    )


def test_what_the_version_of_an_entry_no_longer_knows_is_told_by_its_name(process: Process) -> None:
    entry = Entry(2, "event", "2024-01-08T09:00:00Z", "2024-01-08T09:00:00Z", "jo", "1", "old_event", "no_state")
    assert tell(process, entry, EVERYTHING).what == "old_event: done"
