"""Saved views: each person has their own, with a name, and not more than fit a menu."""

from __future__ import annotations

import pytest

from engine import Actor, Engine
from engine.case.refusal import Code
from engine.service.desk.saved_views import MOST_VIEWS
from engine.service.people.faults import UnknownPerson
from tests.steps import refusal


@pytest.fixture
def jo(engine: Engine) -> Actor:
    engine.people.add("max", "", ["coordinator"])
    return engine.people.add("jo", "", ["coordinator"]).actor


def titles(engine: Engine, by: Actor) -> list[str]:
    return [one.title for one in engine.desk.views(by)]


def test_a_view_is_kept_with_its_address_under_one_line(engine: Engine, jo: Actor) -> None:
    assert engine.desk.save_view("  My \n cases ", "status=all&sort=-since", jo) is None
    [view] = engine.desk.views(jo)
    assert (view.title, view.query) == ("My cases", "status=all&sort=-since")


@pytest.mark.parametrize(
    ("title", "query"), [("", ""), (" \n", ""), ("x" * 101, ""), ("a\u202eb", ""), ("x", "q" * 2001)]
)
def test_what_has_no_name_or_is_too_long_is_refused(engine: Engine, jo: Actor, title: str, query: str) -> None:
    assert refusal(engine.desk.save_view(title, query, jo)).code is Code.FORM
    assert engine.desk.views(jo) == []


def test_the_bounds_themselves_are_kept(engine: Engine, jo: Actor) -> None:
    assert engine.desk.save_view("x" * 100, "q" * 2000, jo) is None


def test_views_are_their_persons_own(engine: Engine, jo: Actor) -> None:
    other = engine.people.person("max").actor
    engine.desk.save_view("mine", "", jo)
    number = engine.desk.views(jo)[0].id
    assert engine.desk.views(other) == []
    engine.desk.remove_view(number, other)
    assert titles(engine, jo) == ["mine"]
    engine.desk.remove_view(number, jo)
    engine.desk.remove_view(number, jo)  # sent twice
    assert engine.desk.views(jo) == []


def test_there_are_so_many_at_most_and_one_that_goes_makes_room(engine: Engine, jo: Actor) -> None:
    for n in range(MOST_VIEWS):
        assert engine.desk.save_view(f"view {n}", "", jo) is None
    assert "Remove one first" in refusal(engine.desk.save_view("more", "", jo)).message
    engine.desk.remove_view(engine.desk.views(jo)[0].id, jo)
    assert engine.desk.save_view("more", "", jo) is None
    assert titles(engine, jo) == [*(f"view {n}" for n in range(1, MOST_VIEWS)), "more"]


def test_who_is_not_kept_keeps_no_view(engine: Engine, jo: Actor) -> None:
    with pytest.raises(UnknownPerson):
        engine.desk.save_view("x", "", Actor("nobody", jo.roles))
    assert engine.desk.views(Actor("nobody", jo.roles)) == []
