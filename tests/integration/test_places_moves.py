"""Places that cases move to and from while they stay where they are, counted on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine import Engine
from engine.case.refusal import Code, Refusal
from engine.clock import SetClock
from tests.hours import START
from tests.rooms import TEXT
from tests.steps import done

JO = "jo:worker"


@pytest.fixture
def clock() -> SetClock:
    return SetClock(START)


@pytest.fixture
def engine(url: str, tmp_path: Path, clock: SetClock) -> Iterator[Engine]:
    engine = Engine(url, documents=tmp_path / "documents", clock=clock)
    engine.publish(TEXT)
    yield engine
    engine.close()


def come(engine: Engine, clock: SetClock, size: str) -> int:
    """A case that has a room of a size, or waits for one; a minute after the one before it."""
    clock.set(clock.now() + timedelta(minutes=1))
    number = done(engine.open_case("rooms", JO, {"size": size})).id
    done(engine.fire(number, "come", JO, {}))
    return number


def free(engine: Engine) -> tuple[int, int]:
    found = engine.free_places("rooms")
    return found["small"], found["big"]


def test_a_place_that_is_given_back_goes_to_who_waits_longest(engine: Engine, clock: SetClock) -> None:
    first, second, third, fourth = (come(engine, clock, "small") for _ in range(4))
    assert [engine.case(one, JO).state for one in (second, third, fourth)] == ["going.first", "queue", "queue"]
    assert free(engine) == (0, 1)
    moved = done(engine.fire(first, "grow", JO, {"size": "big"}))
    assert moved.places == ("big",)
    assert [engine.case(one, JO).state for one in (third, fourth)] == ["going.first", "queue"]
    assert free(engine) == (0, 0)
    refused = engine.fire(second, "grow", JO, {"size": "big"})
    assert isinstance(refused, Refusal)
    assert refused.code is Code.NO_PLACE
    assert engine.case(second, JO).places == ("small",)
    # And back again only while there is room.
    assert isinstance(engine.fire(first, "grow", JO, {"size": "small"}), Refusal)
    done(engine.fire(second, "close", JO, {}))
    assert engine.case(fourth, JO).state == "going.first"
    facts = {fact.fact: fact.said for fact in engine.history_page(first, JO).items[-1].facts}
    assert (facts["place_given_back"], facts["place_taken"]) == ("Small room", "Big room")
    assert engine.verify().findings == ()


def test_days_that_come_move_cases_as_long_as_there_is_room(engine: Engine, clock: SetClock) -> None:
    first, second, waits = (come(engine, clock, "small") for _ in range(3))
    for one in (second, first):
        done(engine.fire(one, "grow", JO, {"size": "big", "size.from": "2024-02-01"}))
    assert free(engine) == (0, 1)
    clock.set(datetime(2024, 2, 2, 9, tzinfo=UTC))
    assert engine.run_due(clock.now()).fired == 2
    held = {one: engine.case(one, JO).places for one in (first, second, waits)}
    assert sorted(held.values()) == [("big",), ("small",), ("small",)]
    assert held[waits] == ("small",)
    kept = next(one for one in (first, second) if held[one] == ("small",))
    assert [task.task for task in engine.case(kept, JO).tasks] == ["look-into"]
    said = [one.what for one in engine.history_page(kept, JO).items]
    assert said[-1] == (
        "What follows from Size: could not happen by itself. No Big room is free: the case keeps the place that it has."
    )
    assert free(engine) == (0, 0)
    assert engine.verify().findings == ()


def test_who_comes_into_a_freed_place_by_a_move_asks_those_who_wait_first(engine: Engine, clock: SetClock) -> None:
    big, waits = come(engine, clock, "big"), come(engine, clock, "big")
    small = come(engine, clock, "small")
    assert engine.case(waits, JO).waiting_for == "big"
    # More are made: who waits is asked before who would move.
    clock.set(clock.now() + timedelta(days=1))
    engine.publish(
        TEXT.replace('version: "1"', 'version: "2"')
        .replace("capacity: 1", "capacity: 2")
        .replace("2023-01-01", "2024-01-09")
    )
    refused = engine.fire(small, "grow", JO, {"size": "big"})
    assert isinstance(refused, Refusal)
    assert refused.code is Code.NO_PLACE
    assert (engine.case(waits, JO).places, engine.case(big, JO).places) == (("big",), ("big",))
    assert engine.verify().findings == ()


def test_what_is_taken_back_gives_the_place_back_that_was_as_long_as_it_is_free(
    engine: Engine, clock: SetClock
) -> None:
    first, second = come(engine, clock, "small"), come(engine, clock, "small")
    done(engine.fire(first, "grow", JO, {"size": "big"}))
    done(engine.undo(first, "It does not need it", JO))
    assert (engine.case(first, JO).places, free(engine)) == (("small",), (0, 1))
    # The place that it had goes to who waits: then it cannot be had back.
    waits = come(engine, clock, "small")
    done(engine.fire(second, "grow", JO, {"size": "big"}))
    assert engine.case(waits, JO).places == ("small",)
    refused = engine.undo(second, "It does not need it", JO)
    assert isinstance(refused, Refusal)
    assert refused.message == "It cannot be taken back: no Small room is free, and the case held one before."
    assert engine.case(second, JO).places == ("big",)
    assert engine.verify().findings == ()


def test_a_move_that_is_typed_in_late_takes_back_the_day_that_came_since_and_that_comes_again(
    engine: Engine, clock: SetClock
) -> None:
    case = come(engine, clock, "small")
    done(engine.fire(case, "say", JO, {"size": "big", "size.from": "2024-02-01"}))
    then = clock.now() + timedelta(days=15)
    clock.set(datetime(2024, 2, 2, 9, tzinfo=UTC))
    assert engine.run_due(clock.now()).fired == 1
    done(engine.fire(case, "grow", JO, {"size": "small", "size.from": "2024-01-20"}, at=then))
    engine.run_due(clock.now())
    said = [(fact.fact, fact.said) for one in engine.history_page(case, JO).items for fact in one.facts]
    moved = [(fact, place) for fact, place in said if fact in {"place_taken", "place_given_back"}]
    small, big = "Small room", "Big room"
    to_big = [("place_given_back", small), ("place_taken", big)]
    assert moved == [("place_taken", small), *to_big, ("place_given_back", big), ("place_taken", small), *to_big]
    done(engine.undo(case, "Not this one", JO))
    engine.run_due(clock.now())
    assert (engine.case(case, JO).places, free(engine)) == (("big",), (2, 0))
    assert engine.verify().findings == ()
