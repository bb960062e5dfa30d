"""Which state can follow which."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.process.file.loader import load_process
from engine.process.flow import automatic_graph, closure, graph, longest, on_a_cycle, reverse, stands_still
from tests.workshop import workshop

STEPS = st.dictionaries(st.sampled_from("abcde"), st.sets(st.sampled_from("abcde")))


def test_every_step_of_people_timers_and_of_itself_is_in_the_graph() -> None:
    steps = graph(workshop())
    assert steps["desk"] == {"work.place", "line", "work.hand", "first", "scrapped"}
    assert steps["line"] == {"work.place", "line", "scrapped"}
    assert steps["work.hand"] == {"work.place", "line", "done", "scrapped"}
    assert steps["first"] == {"second", "scrapped"}
    assert steps["done"] == set()


def test_what_follows_by_itself_is_a_graph_of_its_own() -> None:
    steps = automatic_graph(workshop())
    assert {state: ends for state, ends in steps.items() if ends} == {
        "first": {"second"}, "second": {"third"}, "third": {"done"}
    }  # fmt: skip


@given(STEPS, st.sets(st.sampled_from("abcde")))
def test_what_is_reached_holds_its_starts_and_every_step_from_it(steps: dict[str, set[str]], starts: set[str]) -> None:
    reached = closure(steps, starts)
    assert starts <= reached
    assert all(steps.get(state, set()) <= reached for state in reached)
    back = {one for one in reached - starts if not any(one in steps.get(other, ()) for other in reached)}
    assert back == set()


@given(STEPS)
def test_backwards_twice_is_forwards(steps: dict[str, set[str]]) -> None:
    assert reverse(reverse(steps)) == {state: ends for state, ends in steps.items() if ends}


def test_a_circle_is_of_one_or_of_many() -> None:
    assert on_a_cycle({"a": {"a"}, "b": {"c"}, "c": {"d"}, "d": {"b", "e"}, "e": set()}) == ["a", "b", "c", "d"]
    assert on_a_cycle({"a": {"b"}, "b": {"c"}, "c": set()}) == []


@given(STEPS)
def test_the_longest_way_on_is_one_longer_than_that_of_the_state_it_leads_to(steps: dict[str, set[str]]) -> None:
    whole = {state: steps.get(state, set()) for state in "abcde"}
    found = longest(whole)
    assert set(found) == {state for state in whole if not closure(whole, [state]) & set(on_a_cycle(whole))}
    assert all(found[state] == max((1 + found[end] for end in whole[state]), default=0) for state in found)


OFFICE = """
process: office
version: "1"
title: Office
effective_from: 2023-01-01
initial: [here, there]
roles: {clerk: {title: Clerk}}
fields: {day: {title: Day, type: date}, more: {title: More, type: text, when: day != null}}
tasks: {look: {title: Look, role: clerk}}
places: {desk: {title: Desk, capacity: 1}, chair: {title: Chair, capacity: 1}}
events: {fill: {title: Fill in, form: {day: optional, more: optional}}}
states:
  here:
    owner: clerk
    timers: {late: {after: 1 day, when: day < today, raise: look}}
    holds: {place: 'day != null ? "desk" : "chair"', otherwise: there}
    events:
      go:
        title: Go
        needs: [{check: day != null, say: A day is needed.}]
        alternatives: [{when: day != null, set: {day: day}, to: gone}, {to: there}]
  there:
    owner: clerk
    deadline: {within: 1 year, raise: look}
    events: {place_offered: {title: Offered, by: [], to: here}}
    automatic: [{when: day == null && more != null, to: gone}]
  gone: {final: true}
rules: [{never: day == null && more != null, say: A day first.}]
"""


@pytest.mark.parametrize(
    ("text", "moving"),
    [
        ("when: day != null}", "when: day == today}"),
        ("check: day != null", "check: day == today"),
        ("{when: day != null, set", "{when: day == today, set"),
        ("set: {day: day}", "set: {day: today}"),
        ("[{when: day == null", "[{when: now != null"),
        ("never: day == null", "never: day == today"),
        ("""'day != null ? "desk\"""", """'free("chair") > 0 ? "desk\""""),
    ],
)
def test_whatever_decides_an_event_and_asks_for_the_time_moves_a_process(text: str, moving: str) -> None:
    assert stands_still(load_process(OFFICE, "office.yaml", None).process)  # its timer alone asks for the day
    assert OFFICE.count(text) == 1
    assert not stands_still(load_process(OFFICE.replace(text, moving), "office.yaml", None).process)
