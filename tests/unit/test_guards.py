"""Conditions that come to the same in every case are told where they stand."""

from __future__ import annotations

import pytest

from engine.process.file.loader import load_process, load_published
from engine.source.problem import Problem, Refused

TEXT = """
process: room
version: "1"
title: Room
effective_from: 2023-01-01
initial: desk
roles: {clerk: {title: Clerk}}
fields:
  kind: {title: Kind, type: choice, choices: [small, large]}
  count: {title: Count, type: integer, min: 1, max: 9}
  late: {title: Late, type: yes_no}
  due: {title: Due, type: date}
tasks: {chase: {title: Chase, role: clerk}}
documents: {paper: {title: Paper}}
open: {form: {kind: required, count: optional}}
states:
  desk:
    owner: clerk
    timers: {week: {after: 1 week, when: A_TIMER, raise: chase}}
    events:
      go: {title: Go, form: {count: optional, due: optional}, needs: [{check: A_NEED, say: No.}], to: shelf}
      leave: {title: Leave, to: done}
  shelf:
    owner: clerk
    deadline: {within: 1 week, raise: chase}
    automatic: [{when: AN_AUTOMATIC, to: done}]
    events: {leave: {title: Leave, form: {late: required}, needs: [{document: paper}], to: done}}
  done: {final: true}
"""
RIGHT = {"A_TIMER": "count == null", "A_NEED": "count != null", "AN_AUTOMATIC": "count > 8"}
NEVER, ALWAYS = "This never holds, whatever a case says.", "This always holds, whatever a case says."
NOT_LOOKED_AT = "Nothing looks at this when its time comes: it is asked after a step of the case only."
EMPTY = "This never holds here: nothing can have filled in late before."


def text(**changes: str) -> str:
    found = TEXT
    for name, right in RIGHT.items():
        found = found.replace(name, "'" + changes.get(name, right) + "'")
    return found


def told(content: str) -> list[tuple[str, str]]:
    found: tuple[Problem, ...]
    try:
        found = load_process(content, "room.yaml", lambda _: None).warnings
    except Refused as refused:
        found = refused.problems
    return [(one.code, one.message) for one in found]


def test_what_hangs_on_a_case_is_not_told() -> None:
    assert told(text()) == []


@pytest.mark.parametrize(
    ("place", "check", "found"),
    [
        ("A_NEED", "count > 5 && count < 3", ("never-true", NEVER)),
        ("A_NEED", 'kind == "small" && kind == "large"', ("never-true", NEVER)),
        ("A_NEED", "count < 1", ("never-true", NEVER)),
        ("A_NEED", "count > 9 && has(\"paper\")", ("never-true", NEVER)),
        ("A_NEED", "size(kind) > 3 && !(size(kind) > 3)", ("never-true", NEVER)),
        ("A_NEED", 'state == "shelf"', ("never-true", NEVER)),
        ("A_NEED", 'state == "desk" && count < 3', None),
        ("A_NEED", "count == null || count <= 9", ("always-true", ALWAYS)),
        ("A_NEED", "count <= 9", None),  # it may be empty
        ("A_NEED", "late == true", ("never-true", EMPTY)),
        ("A_NEED", "due != null", None),
        ("A_TIMER", "late", ("never-true", EMPTY)),
        ("A_TIMER", "late || count > 3", None),
        ("A_TIMER", "late == null", None),
        ("AN_AUTOMATIC", "late", ("never-true", EMPTY)),
        ("AN_AUTOMATIC", "due > today", ("not-looked-at", NOT_LOOKED_AT)),
        ("A_TIMER", "true", None),
        ("A_TIMER", "false", None),
    ],
)  # fmt: skip
def test_what_comes_to_the_same_in_all_cases_is_told(place: str, check: str, found: tuple[str, str] | None) -> None:
    assert told(text(**{place: check})) == ([found] if found else [])


def test_a_field_is_filled_in_by_a_way_that_sets_it() -> None:
    again = "events: {again: {title: Again, to: desk, set: {late: 'true'}}}"
    assert told(text(A_TIMER="late").replace("initial: desk", f"initial: desk\n{again}")) == []


def test_what_may_begin_a_case_and_be_given_is_asked_as_well() -> None:
    never = text().replace("open: {form", "open: {needs: [{check: late, say: Late.}], form")
    assert told(never) == [("never-true", EMPTY)]
    given = text().replace("late: {title: Late, type: yes_no}", "late: {title: Late, type: yes_no, when: count > 9}")
    assert told(given) == [("never-true", NEVER)]
    checked = given.replace("when: count > 9", "check: late != null, say: Say.")
    assert told(checked) == [("always-true", ALWAYS)]


def test_what_was_published_with_it_goes_on_and_says_nothing() -> None:
    assert load_published(text(A_NEED="count < 1"), "room.yaml", lambda _: None).warnings == ()


def test_what_a_timer_leads_to_or_is_decided_at_once_is_looked_at() -> None:
    asks = text(AN_AUTOMATIC="due > today")
    looked = asks.replace(
        "{within: 1 week, raise: chase}",
        "{within: 1 week, raise: chase}\n    timers: {day: {every: 1 day, send: leave}}",
    )
    assert told(looked) == []
    decided = asks.replace("to: done}]", "to: done}, {to: done}]")
    assert told(decided) == []
    assert told(text(AN_AUTOMATIC="due == due")) == []


def test_of_an_event_that_each_state_inside_writes_again_nothing_is_told() -> None:
    leave = "leave: {title: Leave, needs: [{check: '!did(\"go\")', say: No.}], to: done}"
    shelf = f"events: {{{leave}}}\n    states: {{low: {{events: {{leave: {{title: Leave, to: done}}}}}}}}"
    inside = text().replace(
        "events: {leave: {title: Leave, form: {late: required}, needs: [{document: paper}], to: done}}", shelf
    )
    assert "always-true" not in {one.code for one in load_process(inside, "room.yaml", lambda _: None).warnings}
