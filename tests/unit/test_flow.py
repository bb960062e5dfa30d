"""Which state can follow which."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.process.flow import automatic_graph, closure, graph, longest, on_a_cycle, reverse
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
