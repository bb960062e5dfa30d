"""Views: what is told of a case, on the wall clock of its process, without what may not be shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.process.definition import Process
from engine.service.cases.columns import label_order
from engine.service.cases.views import (
    Case,
    Page,
    Task,
    as_data,
    case_view,
    every,
    label_of,
    local,
    public_label,
    task_view,
)
from tests.workshop import CLERK, START, done, fire, opened, workshop


@pytest.fixture(scope="module")
def process() -> Process:
    return workshop(
        {
            "organisation: shop\n": "organisation: shop\nlabel: kind\n",
            "kind: {title: Kind of place, type: choice, choices: [bench, lathe]}": (
                "kind: {title: Kind of place, type: choice, choices: [bench, lathe], when: urgent}"
            ),
        }
    )


def test_a_case_has_its_number_while_its_name_may_not_be_shown(process: Process) -> None:
    case = opened(process, urgent=True, kind="bench")
    assert case_view(process, 7, case, START).label == "bench"
    assert public_label(process, case) == "bench"
    hidden = replace(case, data={**case.data, "urgent": False})
    view = case_view(process, 7, hidden, START)
    assert (view.label, "kind" in view.data, public_label(process, hidden)) == ("case 7", False, None)


@pytest.mark.parametrize(
    ("kind", "value", "label", "order"),
    [
        ("text", "As typed", "As typed", None),
        ("number", 3.0, "3", "1000000000000003000000000000000"),
        ("integer", -12, "-12", "0999999999999988000000000000000"),
        ("yes_no", False, "No", None),
        ("choice, choices: {b: Bench, l: Lathe}", "l", "Lathe", None),
        ("choices, choices: {b: Bench, l: Lathe}", ["b", "l"], "Bench, Lathe", None),
        ("date", "2024-03-22", "22 March 2024", "2024-03-22"),
        ("time", "2024-03-22T14:30", "22 March 2024 at 14:30", "2024-03-22T14:30"),
    ],
)
def test_a_case_is_called_by_what_people_read(kind: str, value: Any, label: str, order: str | None) -> None:
    """And one that is called by a day still stands in a list by that day."""
    known = workshop(
        {
            "organisation: shop\n": "organisation: shop\nlabel: called\n",
            "fields:\n": f"fields:\n  called: {{title: Called, type: {kind}}}\n",
        }
    )
    case = opened(known)
    assert (label_of(known, 7, case, START), public_label(known, case), label_order(known, case)) == (
        "case 7",
        None,
        None,
    )
    case = replace(case, data={**case.data, "called": value})
    assert (case_view(known, 7, case, START).label, label_of(known, 7, case, START)) == (label, label)
    assert (public_label(known, case), label_order(known, case)) == (label, order)


def test_what_may_be_shown_no_more_is_left_out_of_how_it_was(process: Process) -> None:
    before = opened(process, urgent=True, kind="bench", price=3.0)
    now = replace(before, data={**before.data, "urgent": False})
    view = case_view(process, 7, before, START, known=now)
    assert (view.label, view.data.get("kind"), view.data["price"]) == ("case 7", None, 3.0)


def test_times_are_on_the_wall_clock_of_the_process(process: Process) -> None:
    summer = local(process, "2024-07-01T08:00:00.000000Z")
    assert (summer.hour, summer.utcoffset()) == (9, timedelta(hours=1))
    assert case_view(process, 1, opened(process), START).opened == START


@pytest.mark.parametrize(
    ("after", "said"),
    [(timedelta(0), ""), (timedelta(microseconds=1), "Overdue"), (timedelta(days=1), "Overdue by 1 day")],
)
def test_a_task_is_overdue_from_just_behind_its_instant(process: Process, after: timedelta, said: str) -> None:
    task = {"role": "clerk", "raised": "2024-01-08T09:00:00.000000Z", "due": "2024-01-10T09:00:00.000000Z"}
    due = datetime(2024, 1, 10, 9, tzinfo=UTC)
    case = replace(opened(process), tasks={"call": task})
    found = task_view(process, 1, "x", "call", case, due + after)
    assert (found.overdue, found.lateness) == (bool(said), said)
    assert found.date == due
    assert (found.done_by, found.title) == (("report",), "Call")


def test_a_task_without_a_date_is_never_overdue(process: Process) -> None:
    task = {"role": "clerk", "raised": "2024-01-08T09:00:00.000000Z"}
    case = replace(opened(process), tasks={"chase": task})
    found = task_view(process, 1, "x", "chase", case, START + timedelta(days=3650))
    assert (found.overdue, found.date, found.lateness) == (False, None, "")


def test_a_thing_to_do_is_told_once(process: Process) -> None:
    def task(name: str, overdue_of: str | None = None) -> Task:
        return Task(1, "x", name, name, "clerk", START, due=START, overdue_of=overdue_of)

    case = replace(case_view(process, 1, opened(process), START), tasks=(task("a"), task("late", "a"), task("b")))
    assert [one.task for one in case.to_do] == ["late", "b"]
    assert case.next_task == task("late", "a")
    assert replace(case, tasks=()).next_task is None


def test_timers_stand_in_the_order_in_which_they_fire(process: Process) -> None:
    case = done(process, opened(process, kind="bench", urgent=True), fire("start", by=CLERK), free={"bench": 1})
    view: Case = case_view(process, 1, case, START)
    assert [one.due for one in view.timers] == sorted(one.due for one in view.timers)
    assert view.places == ("bench",)


def test_plain_values_hold_no_object() -> None:
    found = as_data({"at": START, 1: (Page((1, 2), "more"), frozenset({"x"}))})
    assert found == {"at": START.isoformat(), "1": [{"items": [1, 2], "next": "more"}, ["x"]]}


def test_every_page_is_asked_for_and_an_empty_one_ends_nothing() -> None:
    pages = {"": Page((1, 2), "a"), "a": Page[int]((), "b"), "b": Page((3,))}
    assert list(every(pages.__getitem__)) == [1, 2, 3]
