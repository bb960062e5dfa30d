"""Reading: however long a history is, it is told with what stands beside its entries, and read in bounds."""

from __future__ import annotations

import pytest

from engine import Engine
from engine.case.command import Actor
from engine.case.sight import Action
from engine.service.history import reading
from engine.service.history.reading import Reading
from engine.service.history.told import Told
from tests.integration.test_store_history import CLERK, KINDS
from tests.steps import done


def told(engine: Engine, case: int) -> list[Told]:
    actor = Actor.of(CLERK)
    with engine.database.reading() as connection:
        seen = engine.reader.seen_in(connection, case, actor, Action.SEE)
        return list(Reading(connection, engine.site.catalogue, case, seen, engine.clock.now(), actor).told_after())


def facts(step: Told) -> dict[str, str]:
    return {one.fact: one.said for one in step.facts}


def test_a_place_that_is_given_back_is_named_though_it_was_taken_long_before(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.publish(KINDS)
    case = done(engine.open_case("kinds", CLERK)).id
    done(engine.fire(case, "fill", CLERK, {"kind": "x"}))
    done(engine.fire(case, "move", CLERK))
    for index in range(5):
        done(engine.fire(case, "fill", CLERK, {"kind": str(index)}))
    done(engine.fire(case, "leave", CLERK))
    whole = told(engine, case)
    assert facts(whole[0])["place_taken"] == "An event"
    assert facts(whole[2])["place_given_back"] == "An event"
    assert facts(whole[3])["place_taken"] == "An event"  # chosen by what stood there then
    assert facts(whole[-1])["place_given_back"] == "An event"
    monkeypatch.setattr(reading, "BLOCK", 2)
    assert told(engine, case) == whole


def test_a_correction_says_what_stood_there_also_where_that_is_long_ago(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.publish(KINDS)
    case = done(engine.open_case("kinds", CLERK)).id
    done(engine.fire(case, "fill", CLERK, {"kind": "wrong"}))
    for _ in range(4):
        done(engine.fire(case, "fill", CLERK, {"held": "x"}))
    done(engine.correct(case, 2, "kind", "right", "Misread", CLERK))
    done(engine.correct(case, 7, "kind", "better", "Misread again", CLERK))
    monkeypatch.setattr(reading, "BLOCK", 2)
    assert [(one.was, one.said) for step in told(engine, case)[-2:] for one in step.answers] == [
        ("wrong", "right"),
        ("right", "better"),
    ]
