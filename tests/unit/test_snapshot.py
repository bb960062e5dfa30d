"""A case at one moment, and how an entry changes it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.case.entry import Entry
from engine.case.snapshot import Snapshot, apply, places_taken, replay
from engine.case.time.instants import from_text

AT, LATER = "2024-01-08T09:00:00.000000Z", "2024-01-09T09:00:00.000000Z"
CASE = Snapshot("workshop", "1", 4, "work.place", AT, AT, entered={"work": AT, "work.place": AT}, been=["desk"])


def entry(**effects: Any) -> Entry:
    return Entry(5, "event", LATER, LATER, "jo", "1", **effects)


def test_the_time_of_a_case_never_goes_back() -> None:
    at, later = from_text(AT), from_text(LATER)
    assert CASE.not_before_last(later) == later
    assert replace(CASE, last_at=LATER).not_before_last(at) == later


def test_an_entry_moves_the_case_its_number_and_its_moment() -> None:
    after = apply(CASE, entry(to="work.hand", left=("work.place",), entered=("work.hand",)))
    assert (after.seq, after.state, after.last_at, after.opened) == (5, "work.hand", LATER, AT)
    assert after.entered == {"work": AT, "work.hand": LATER}
    assert apply(after, entry()).state == "work.hand"


def test_data_are_laid_over_and_what_is_emptied_is_gone() -> None:
    case = replace(CASE, data={"a": 1, "b": 2})
    assert apply(case, entry(data={"b": None, "c": False})).data == {"a": 1, "c": False}
    assert apply(case, entry()).data is case.data


def test_what_ends_and_begins_in_one_step_begins() -> None:
    case = replace(CASE, tasks={"look": {"raised": AT}}, timers={"a/b": [AT]}, held={"work.place": "bench"})
    step = entry(
        closed={"look": "cancelled"}, tasks={"look": {"raised": LATER}},
        stopped=("a/b",), timers={"a/b": [LATER]}, freed=("work.place",), held={"work.place": "lathe"},
    )  # fmt: skip
    after = apply(case, step)
    assert (after.tasks, after.timers, after.held) == (
        {"look": {"raised": LATER}}, {"a/b": [LATER]}, {"work.place": "lathe"}
    )  # fmt: skip
    gone = apply(case, entry(closed={"look": "done"}, stopped=("a/b",), freed=("work.place",)))
    assert (gone.tasks, gone.timers, gone.held) == ({}, {}, {})


def test_a_case_waits_until_it_leaves_where_it_waits() -> None:
    case = replace(CASE, waiting={"place": "bench", "state": "line", "since": AT, "for": "work.place"})
    assert apply(case, entry(left=("desk",))).waiting == case.waiting
    assert apply(case, entry(left=("line",))).waiting == {}
    turn = {**case.waiting, "state": "line.two"}
    assert apply(case, entry(left=("line",), waiting=turn)).waiting == turn


def test_where_it_has_been_is_kept_once_in_the_order_of_the_first_time() -> None:
    case = CASE
    for state in ("line", "desk", "line", "done"):
        case = apply(case, entry(to=state))
    assert case.been == ["desk", "line", "done"]


def test_documents_of_a_kind_are_kept_in_the_order_in_which_they_came() -> None:
    one = {"document": "order", "name": "one"}
    case = apply(apply(CASE, entry(document=one)), entry(document={**one, "name": "two"}))
    assert case.documents == {"order": [{"name": "one"}, {"name": "two"}]}


def test_what_was_erased_is_not_known_any_more() -> None:
    case = apply(CASE, entry(data={"who": "Ann", "what": "x"}, document={"document": "order", "name": "one"}))
    case = apply(case, entry(document={"document": "plan", "name": "two"}))
    after = apply(case, entry(erased=("data/who", "data/order", "document/order", "note/reason")))
    assert after == replace(case, data={"what": "x"}, documents={"plan": [{"name": "two"}]})


@pytest.mark.parametrize(
    ("tasks", "due"),
    [
        ({}, None),
        ({"a": {"raised": AT}}, None),
        ({"a": {"raised": AT, "due": LATER}, "b": {"raised": AT, "due": AT}, "c": {"raised": AT}}, AT),
        ({"a": {"raised": AT, "due": LATER, "late": AT}, "b": {"raised": AT, "due": LATER}}, AT),
    ],
)
def test_the_next_task_is_the_one_that_is_due_first(tasks: dict[str, Any], due: str | None) -> None:
    assert replace(CASE, tasks=tasks).next_due == due


HELD = st.dictionaries(st.sampled_from("abc"), st.sampled_from(["bench", "lathe"]))


@given(HELD, HELD)
def test_places_are_counted_by_who_holds_them(before: dict[str, str], after: dict[str, str]) -> None:
    found = places_taken(replace(CASE, held=before), replace(CASE, held=after))
    for place in ("bench", "lathe"):
        had, has = list(before.values()).count(place), list(after.values()).count(place)
        assert found.get(place, 0) == has - had
    assert 0 not in found.values()
    assert places_taken(None, replace(CASE, held=after)) == Counter(after.values())


def test_an_ended_case_has_an_outcome_and_keeps_it() -> None:
    ended = apply(CASE, entry(outcome="finished"))
    assert (CASE.ended, ended.ended, apply(ended, entry()).outcome) == (False, True, "finished")


def test_a_snapshot_is_read_as_it_was_written_and_nothing_to_replay_is_no_case() -> None:
    assert Snapshot.from_json(CASE.as_json()) == CASE
    assert replay([]) is None
