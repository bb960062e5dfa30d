"""Answers of tasks: a row says which of several open ones it answers, and that one alone is done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.case.answers.tasks import lacking, offers, unasked
from engine.case.command import Actor, Command, Facts, Fire, Open, Tick
from engine.case.refusal import Code, Refusal
from engine.case.snapshot import Snapshot, replay
from engine.case.step.decide import Decision, decide
from engine.case.step.possible import possible_events
from engine.process.tasks import done_with, kind_of
from tests.advice import load

NOW = datetime(2024, 3, 4, 12, tzinfo=UTC)
JO = Actor("jo", frozenset({"clerk"}))
PROCESS = load()
ADVISE = PROCESS.states["asking"].events["advise"]


def after(case: Snapshot | None, command: Command, now: datetime = NOW) -> Snapshot:
    """The case after something that can happen."""
    found = decide(PROCESS, case, command, Facts(now))
    assert isinstance(found, Decision), found
    return found.snapshot


def asking(*asked: str) -> Snapshot:
    """A case in which these are asked."""
    return after(None, Open(JO, NOW, data={"asked": list(asked)}))


def fire(case: Snapshot, event: str, **data: Any) -> Snapshot:
    """The case after an event."""
    return after(case, Fire(event, JO, NOW, data))


def refused(case: Snapshot, event: str, **data: Any) -> Refusal:
    """Why an event cannot happen."""
    found = decide(PROCESS, case, Fire(event, JO, NOW, data), Facts(NOW))
    assert isinstance(found, Refusal), found
    return found


def answer(adviser: str, *, supports: bool) -> dict[str, Any]:
    """A row of advice."""
    return {"advice": {"adviser": adviser, "supports": supports, "remarks": "As asked."}}


def test_the_row_says_which_task_is_done_and_stays_as_its_answer() -> None:
    case = fire(asking("law", "money", "site"), "advise", **answer("money", supports=False))
    assert sorted(case.tasks) == ["opinion:law", "opinion:site"]
    assert dict(case.done) == {"opinion:money": "asking"}
    assert [row["values"]["adviser"] for row in case.data["advice"]] == ["money"]
    later = fire(case, "advise", **answer("law", supports=True))
    assert later.outcome == ""
    assert fire(later, "advise", **answer("site", supports=True)).outcome == "Decided"


def test_what_tells_that_one_is_overdue_is_answered_with_it() -> None:
    case = after(asking("law", "money"), Tick("asking/deadline", NOW + timedelta(weeks=2)), NOW + timedelta(weeks=2))
    assert {"chase:law", "chase:money", "look"} <= set(case.tasks)
    done = after(
        case, Fire("advise", JO, NOW + timedelta(weeks=2), answer("law", supports=True)), NOW + timedelta(weeks=2)
    )
    assert sorted(done.tasks) == ["chase:money", "look", "opinion:money"]


def test_only_what_is_open_can_be_answered_and_what_is_is_told() -> None:
    case = fire(asking("law", "money"), "advise", **answer("law", supports=True))
    for gone in ("law", "site"):
        found = refused(case, "advise", **answer(gone, supports=True))
        assert (found.code, found.fields) == (
            Code.FORM,
            {"advice.adviser": "Adviser must be one of those whose task is open, each once: The treasurer."},
        )


def test_who_may_be_answered_for_is_offered_and_without_anybody_it_is_not_possible() -> None:
    case = asking("law", "money")
    (choice,) = (one for one in possible_events(PROCESS, case, JO, Facts(NOW)) if one.event.name == "advise")
    assert choice.refusal is None
    assert choice.offers == {"advice.adviser": {"law": "The lawyer", "money": "The treasurer"}}
    for adviser in ("law", "money"):
        case = fire(case, "advise", **answer(adviser, supports=False))
    (choice,) = (one for one in possible_events(PROCESS, case, JO, Facts(NOW)) if one.event.name == "advise")
    assert choice.refusal is not None
    assert choice.refusal.message == "Write down advice answers a task, and none is open: Ask, Chase."
    assert refused(case, "advise", **answer("law", supports=True)) == choice.refusal
    assert lacking(PROCESS, PROCESS.states["asking"].events["more"], case) == []


def test_an_event_that_writes_no_row_does_all_of_them() -> None:
    case = asking("law", "money")
    assert done_with(PROCESS, "close", case.tasks, {}) == {"opinion:law", "opinion:money"}
    assert done_with(PROCESS, "more", case.tasks, {}) == set()
    assert done_with(PROCESS, "", case.tasks, {}) == set()


def test_the_task_for_a_row_is_answered_by_the_day_of_it_one_after_the_other() -> None:
    case = asking("law")
    for _ in range(2):
        case = fire(case, "visit", visit={"day": "2024-03-02", "home": True})
    case = fire(case, "visit", visit={"day": "2024-03-03", "home": True})
    report = {"visit_on": "2024-03-02", "said": "Nobody there."}
    assert offers(PROCESS, PROCESS.states["asking"].events["report"], case) == {
        "report.visit_on": {"2024-03-02": "Visit of 2 March 2024", "2024-03-03": "Visit of 3 March 2024"}
    }
    for left in (["2024-03-02.2", "2024-03-03"], ["2024-03-03"]):
        case = fire(case, "report", report=report)
        assert sorted(one for one in case.tasks if kind_of(one) == "follow_up") == [f"follow_up:{one}" for one in left]
    assert refused(case, "report", report=report).fields.keys() == {"report.visit_on"}


@pytest.mark.parametrize(("rows", "wrong"), [(2, set()), (3, {"report.3.visit_on"})])
def test_as_many_rows_of_a_day_are_taken_as_there_are_tasks(rows: int, wrong: set[str]) -> None:
    case = asking("law")
    for _ in range(2):
        case = fire(case, "visit", visit={"day": "2024-03-02", "home": True})
    names = ["report.visit_on", *(f"report.{slot}.visit_on" for slot in range(2, rows + 1))]
    values = dict.fromkeys(names, "2024-03-02")
    assert unasked(PROCESS, PROCESS.states["asking"].events["report"], case, values).keys() == wrong
    assert len(done_with(PROCESS, "report", case.tasks, values)) == 2


@given(st.lists(st.tuples(st.sampled_from(["law", "money", "site", "more"]), st.booleans()), max_size=6))
@settings(max_examples=25, deadline=None)
def test_there_is_one_answer_for_each_task_that_is_done_and_none_for_others(steps: list[tuple[str, bool]]) -> None:
    first = decide(PROCESS, None, Open(JO, NOW, data={"asked": ["law", "money"]}), Facts(NOW))
    assert isinstance(first, Decision)
    case, entries = first.snapshot, list(first.entries)
    for name, supports in steps:
        data = {"asked": ["law", "money", "site"]} if name == "more" else answer(name, supports=supports)
        found = decide(PROCESS, case, Fire("more" if name == "more" else "advise", JO, NOW, data), Facts(NOW))
        if isinstance(found, Decision):
            case, entries = found.snapshot, [*entries, *found.entries]
        answers = [f"opinion:{row['values']['adviser']}" for row in case.data.get("advice", [])]
        if not case.outcome:
            assert sorted(answers) == sorted(case.done)
        assert len(set(answers)) == len(answers)
        assert set(answers).isdisjoint(case.tasks)
    assert replay(entries) == case
    assert offers(PROCESS, ADVISE, case)["advice.adviser"].keys() == {one.partition(":")[2] for one in case.tasks}
