"""Finder: what a request for a list means, by the versions that are published, and what was named to whom by it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from engine import Actor
from engine.service.cases.views import Page
from engine.service.lists import finder as finding
from engine.service.lists.cursors import BadCursor
from engine.service.lists.finder import CasesWanted, Finder, TasksWanted, UnknownState, actor_of
from engine.service.processes.catalogue import UnknownProcess
from tests.conftest import START
from tests.integration.lending import Lending, lending

__all__ = ["lending"]

CLERK = Actor("bob", frozenset({"equipment-loan/clerk"}))


@pytest.fixture
def finder(lending: Lending) -> Iterator[Finder]:
    with lending.engine.finder("") as found:
        yield found


def numbers(page: Page) -> list[int]:  # type: ignore[type-arg]
    return [one.id for one in page.items]


def test_a_state_is_named_by_itself_by_its_last_word_or_by_one_around_it(finder: Finder, lending: Lending) -> None:
    found = {
        state: numbers(finder.cases(CasesWanted(state=state), None, 50, ""))
        for state in ("requested", "refused", "lent", "lent.out", "out", "panel", "programme")
    }
    assert found == {
        "requested": [lending.lathe, lending.saw],
        "refused": [lending.refused],
        "lent": [],
        "lent.out": [],
        "out": [],
        "panel": [lending.other],
        "programme": [],
    }
    for wanted in (CasesWanted(state="len"), CasesWanted(process="equipment-loan", state="panel")):
        with pytest.raises(UnknownState, match=f"No process has a state {wanted.state}."):
            finder.cases(wanted, None, 50, "")


def test_who_has_no_part_in_a_process_learns_of_none_of_its_states(finder: Finder) -> None:
    assert numbers(finder.cases(CasesWanted(state="requested"), CLERK, 50, "")) != []
    with pytest.raises(UnknownState):
        finder.cases(CasesWanted(state="panel"), CLERK, 50, "")
    with pytest.raises(UnknownProcess):
        finder.cases(CasesWanted(process="hbep-referral"), CLERK, 50, "")


def test_a_page_is_never_longer_than_is_good_and_never_empty(
    finder: Finder, lending: Lending, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "MOST", 2)
    page = finder.cases(CasesWanted(), None, 1_000_000, "")
    assert numbers(page) == [lending.lathe, lending.saw]
    assert numbers(finder.cases(CasesWanted(), None, 2, page.next)) == [lending.refused, lending.other]
    assert numbers(finder.cases(CasesWanted(), None, 0, "")) == [lending.lathe]
    assert len(finder.tasks(TasksWanted(), None, 50, "").items) == 2
    assert len(finder.timers(None, None, None, 50).items) == 2


def test_there_is_a_next_page_only_where_it_holds_something(finder: Finder) -> None:
    assert finder.cases(CasesWanted(), None, 4, "").next == ""
    assert finder.cases(CasesWanted(), None, 3, "").next != ""


def test_an_order_that_is_not_known_is_told_with_those_that_are(finder: Finder) -> None:
    with pytest.raises(BadCursor, match="Sort by one of: id, label, organisation, since, next_due"):
        finder.cases(CasesWanted(sort="--id"), None, 50, "")


def test_what_is_overdue_is_so_at_the_time_of_the_transaction_and_is_another_order(
    finder: Finder, lending: Lending
) -> None:
    first = finder.cases(CasesWanted(overdue=True), None, 1, "")
    assert numbers(first) == [lending.lathe]
    assert numbers(finder.cases(CasesWanted(overdue=True), None, 1, first.next)) == [lending.saw]
    with pytest.raises(BadCursor):
        finder.cases(CasesWanted(), None, 1, first.next)
    late = finder.tasks(TasksWanted(overdue=True), None, 50, "").items
    assert [(one.case, one.task) for one in late] == [(lending.lathe, "answer"), (lending.saw, "answer")]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (TasksWanted(roles=("clerk",)), ["lathe", "saw"]),
        (TasksWanted(roles=("equipment-loan/clerk",)), ["lathe", "saw"]),
        (TasksWanted(roles=("hbep-referral/clerk",)), []),
        (TasksWanted(person="kim"), ["saw"]),
        (TasksWanted(due_from=START + timedelta(hours=5)), ["saw"]),
        (TasksWanted(roles=("clerk",), due_before=START + timedelta(hours=5)), ["lathe"]),
    ],
    ids=str,
)
def test_tasks_are_found_by_role_person_and_time(
    finder: Finder, lending: Lending, wanted: TasksWanted, found: list[str]
) -> None:
    page = finder.tasks(wanted, CLERK, 50, "")
    assert [one.case for one in page.items] == [getattr(lending, name) for name in found]
    assert finder.count_tasks(wanted, CLERK, 50) == len(found)


def test_what_moved_and_what_has_ended_is_counted_up_to_a_bound(finder: Finder, lending: Lending) -> None:
    moved = CasesWanted(process="equipment-loan", moved_after=START + timedelta(hours=1))
    assert finder.count_cases(moved, None) == 2
    assert finder.count_cases(moved, None, 1) == 1
    assert numbers(finder.cases(CasesWanted(ended_only=True), None, 50, "")) == [lending.refused]


def test_lanes_say_how_many_are_in_each_state_and_name_the_first(finder: Finder, lending: Lending) -> None:
    [process] = [one for one in finder.processes if one.name == "equipment-loan"]
    lanes = finder.lanes(process, CLERK, 1)
    assert {state: (count, [one.id for one in cases]) for state, (count, cases) in lanes.items()} == {
        "requested": (2, [lending.lathe])
    }
    assert finder.named == {CLERK: [(lending.lathe, "Lathe")]}
    assert finder.lanes(process, "pia:member@Nowhere", 1) == {}


def test_what_was_named_is_what_was_shown_and_to_whom(finder: Finder, lending: Lending) -> None:
    finder.cases(CasesWanted(), None, 50, "")
    assert finder.named == {}
    finder.cases(CasesWanted(), "bob:clerk", 1, "")
    finder.tasks(TasksWanted(person="kim"), "bob:clerk", 50, "")
    finder.timers(None, lending.lathe, "pia:member@Hobby", 50)
    finder.count_cases(CasesWanted(), "max:clerk")
    bob, pia = Actor.of("bob:clerk"), Actor.of("pia:member@Hobby")
    assert set(finder.named) == {bob, pia}
    assert finder.named[bob] == [(lending.lathe, "Lathe"), (lending.saw, "Saw")]
    assert set(finder.named[pia]) == {(lending.lathe, "Lathe")}


def test_timers_lie_between_two_instants(finder: Finder, lending: Lending) -> None:
    [deadline] = finder.timers(None, lending.lathe, None, 50).items
    due, tiny = deadline.due, timedelta(microseconds=1)
    for since, until, found in ((due, due, 1), (due + tiny, None, 0), (None, due - tiny, 0)):
        assert len(finder.timers(until, lending.lathe, None, 50, since).items) == found


def test_who_asks_may_be_written_as_text_or_be_of_no_regard() -> None:
    assert actor_of(None) is None
    assert actor_of("jo:clerk+board@North") == Actor("jo", frozenset({"clerk", "board"}), "North")
    assert actor_of(CLERK) is CLERK
