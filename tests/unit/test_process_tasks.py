"""Several tasks of one kind: one for each choice or row, each done by itself, counted in the state it belongs to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.case.command import Actor, Command, CompleteTask, Facts, Fire, Open, Tick
from engine.case.entry import Entry
from engine.case.refusal import Code, Refusal
from engine.case.snapshot import Snapshot, replay
from engine.case.step.decide import Decision, decide
from engine.process.tasks import called, kind_of, names_of, title, value_of
from tests.several import ASKED, load

NOW = datetime(2024, 3, 4, 12, tzinfo=UTC)
JO = Actor("jo", frozenset({"clerk"}))
PROCESS = load()


def begun() -> Snapshot:
    """A case that just began."""
    return after(None, Open(JO, NOW))


def after(case: Snapshot | None, command: Command, now: datetime = NOW) -> Snapshot:
    """The case after something that can happen."""
    found = decide(PROCESS, case, command, Facts(now))
    assert isinstance(found, Decision), found
    assert replay_of(case, found) == found.snapshot
    return found.snapshot


def replay_of(case: Snapshot | None, found: Decision) -> Snapshot | None:
    """The same case by what was written of it."""
    if case is None:
        return replay(list(found.entries))
    assert Snapshot.from_json(found.snapshot.as_json()) == found.snapshot
    return found.snapshot


def fire(case: Snapshot, event: str, **data: Any) -> Snapshot:
    """The case after an event."""
    return after(case, Fire(event, JO, NOW, data))


def tick_off(case: Snapshot, task: str) -> Snapshot:
    """The case after a task is done."""
    return after(case, CompleteTask(task, JO, NOW))


def asking(*asked: str) -> Snapshot:
    """A case in which these are asked."""
    return fire(begun(), "ask", asked=list(asked))


def test_one_is_raised_for_each_choice_each_with_its_own_dates() -> None:
    case = asking("law", "site")
    assert sorted(case.tasks) == ["opinion:law", "opinion:site"]
    assert {task["due"] for task in case.tasks.values()} == {"2024-03-11T12:00:00.000000Z"}
    assert {"task:opinion:law", "task:opinion:site"} <= set(case.timers)
    later = after(case, Tick("task:opinion:site", NOW + timedelta(days=8)), NOW + timedelta(days=8))
    assert [name for name, task in later.tasks.items() if task.get("escalated")] == ["opinion:site"]
    assert "task:opinion:law" in later.timers


def test_each_is_done_by_itself_and_a_second_click_is_told_what_is_open() -> None:
    case = tick_off(asking("law", "money", "site"), "opinion:law")
    assert sorted(case.tasks) == ["opinion:money", "opinion:site"]
    assert dict(case.done) == {"opinion:law": "asking"}
    refusal = decide(PROCESS, case, CompleteTask("opinion:law", JO, NOW), Facts(NOW))
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.possible) == (Code.NO_SUCH_EVENT, ("opinion:money", "opinion:site"))
    assert "no open task Ask: The lawyer here" in refusal.message
    assert "Ask: The treasurer" in refusal.message


def test_automatic_ways_are_asked_again_when_a_task_is_done() -> None:
    assert tick_off(asking("law"), "opinion:law").outcome == "Decided"
    case = tick_off(asking("law", "money", "site"), "opinion:law")
    assert case.state == "asking"
    assert tick_off(case, "opinion:site").outcome == "Decided"


def test_a_requirement_asks_how_many_are_open() -> None:
    refusal = decide(PROCESS, asking("law", "money"), Fire("close", JO, NOW), Facts(NOW))
    assert isinstance(refusal, Refusal)
    assert refusal.message == "Wait for the others."
    assert fire(asking("law"), "close").outcome == "Decided"


def test_who_has_answered_is_not_asked_again_before_the_case_leaves_the_state() -> None:
    case = tick_off(asking("law", "money", "site"), "opinion:law")
    assert "opinion:law" not in fire(case, "more", asked=["law", "money"]).tasks
    anew = fire(case, "again")
    assert sorted(anew.tasks) == ["opinion:law", "opinion:money", "opinion:site"]
    assert not anew.done


def test_nobody_asked_leaves_nothing_to_wait_for_and_nothing_that_all_did() -> None:
    case = asking()
    assert not case.tasks
    assert case.state == "asking"


def test_each_row_has_a_task_called_by_its_day() -> None:
    case = fire(asking("law", "money", "site"), "visit", **{"visit.day": "2024-03-02", "visit.home": True})
    case = fire(case, "visit", **{"visit.day": "2024-03-02", "visit.home": False})
    rows = sorted(name for name in case.tasks if kind_of(name) == "follow_up")
    assert rows == ["follow_up:2024-03-02", "follow_up:2024-03-02.2"]
    assert [title(PROCESS, name) for name in rows] == [
        "Follow up: Visit of 2 March 2024",
        "Follow up: Visit of 2 March 2024, no. 2",
    ]
    done = tick_off(case, "follow_up:2024-03-02")
    again = fire(done, "visit", **{"visit.day": "2024-03-03", "visit.home": True})
    assert {name for name in again.tasks if kind_of(name) == "follow_up"} == {
        "follow_up:2024-03-02.2",
        "follow_up:2024-03-03",
    }


def test_one_says_that_the_other_of_the_same_value_is_overdue() -> None:
    case = after(asking("law", "money"), Tick("asking/deadline", NOW + timedelta(weeks=2)), NOW + timedelta(weeks=2))
    assert {name: task["overdue_of"] for name, task in case.tasks.items() if "overdue_of" in task} == {
        "chase:law": "opinion:law",
        "chase:money": "opinion:money",
    }


def test_of_tasks_without_values_a_done_one_counts_until_it_is_raised_again() -> None:
    case = after(begun(), Tick("fresh/deadline", NOW + timedelta(weeks=6)), NOW + timedelta(weeks=6))
    found = decide(PROCESS, case, Fire("read", JO, NOW + timedelta(weeks=6)), Facts(NOW + timedelta(weeks=6)))
    assert isinstance(found, Refusal)
    later = after(case, CompleteTask("look", JO, NOW + timedelta(weeks=6)), NOW + timedelta(weeks=6))
    assert later.tallies == {"done look": 1}
    assert after(later, Fire("read", JO, NOW + timedelta(weeks=6)), NOW + timedelta(weeks=6)).outcome == "Decided"


def test_nothing_is_remembered_where_nobody_asks_and_a_tick_moves_nothing_on() -> None:
    plain = load(
        ASKED.replace(" per: asked,", "")
        .replace(" per: visit}", "}")
        .replace('all("opinion") && done("opinion") == 1', "count(visit) > 9")
        .replace('done("opinion") >= 2', "count(visit) > 8")
        .replace('open("opinion") <= 1', "true")
        .replace('all("look")', "true")
    )
    found = decide(plain, None, Open(JO, NOW), Facts(NOW))
    assert isinstance(found, Decision)
    case = found.snapshot
    raised = decide(plain, case, Tick("fresh/deadline", NOW + timedelta(weeks=6)), Facts(NOW + timedelta(weeks=6)))
    assert isinstance(raised, Decision)
    later = NOW + timedelta(weeks=6)
    done = decide(plain, raised.snapshot, CompleteTask("look", JO, later), Facts(later))
    assert isinstance(done, Decision)
    assert '"done"' not in done.snapshot.as_json()
    assert done.entries[-1].plain().count('"done"') == 1  # in what it closes


@given(
    st.lists(st.tuples(st.sampled_from(["opinion:law", "opinion:money", "again", "more"]), st.booleans()), max_size=8)
)
@settings(max_examples=25, deadline=None)
def test_what_is_done_and_open_belongs_to_states_that_the_case_is_in(steps: list[tuple[str, bool]]) -> None:
    case, entries = asking("law", "money", "site"), list[Entry]()
    begin = decide(PROCESS, None, Open(JO, NOW), Facts(NOW))
    assert isinstance(begin, Decision)
    entries += begin.entries
    first = decide(PROCESS, begin.snapshot, Fire("ask", JO, NOW, {"asked": ["law", "money", "site"]}), Facts(NOW))
    assert isinstance(first, Decision)
    entries += first.entries
    for name, few in steps:
        asked = {"asked": ["law"] if few else ["law", "money"]} if name == "more" else {}
        command = CompleteTask(name, JO, NOW) if ":" in name else Fire(name, JO, NOW, asked)
        found = decide(PROCESS, case, command, Facts(NOW))
        if isinstance(found, Decision):
            case, entries = found.snapshot, [*entries, *found.entries]
        assert set(case.done).isdisjoint(case.tasks)
        assert set(case.done.values()) <= set(case.entered)
        assert len(case.done) < 2 or case.outcome
    assert replay(entries) == case


@pytest.mark.parametrize(("name", "kind", "value"), [("look", "look", ""), ("opinion:law", "opinion", "law")])
def test_names_are_read_as_they_are_written(name: str, kind: str, value: str) -> None:
    assert (kind_of(name), value_of(name)) == (kind, value)
    assert called(kind, value) == name
    assert names_of(PROCESS, PROCESS.tasks["look"], {}) == ["look"]


def test_a_choice_that_is_gone_is_called_by_its_name() -> None:
    assert title(PROCESS, "opinion:gone") == "Ask: gone"
    assert title(PROCESS, "gone:x") == "gone:x"
