"""Cursors: pages go on where they stopped, whatever happened between; a cursor tells nothing and cannot be made up."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import Engine
from engine.clock import SetClock
from engine.service.lists.cursors import BadCursor, Cursors
from engine.store.lists.find import SORTS
from tests.conftest import START
from tests.steps import PUPIL, done

SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
NAMES = ("Ada Lovelace", "Alan Turing", "Grace Hopper", "Katherine Johnson", "Mary Seacole")


def named(engine: Engine) -> list[int]:
    return [
        done(engine.open_case("hbep-referral", "coordinator", {**PUPIL, "pupil_name": name}, state="panel")).id
        for name in NAMES
    ]


def test_a_cursor_holds_no_name(engine: Engine) -> None:
    named(engine)
    for sort in SORTS:
        cursor = engine.cases(sort=sort, limit=2).next
        assert len(cursor) > 20
        assert not set("|%+/= ") & set(cursor)
        content = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        assert not any(part.encode() in content for name in NAMES for part in name.casefold().split())
        assert b"hilltop" not in content.lower()


@pytest.mark.parametrize(("sort", "new_name"), [("label", "Zed"), ("-label", "Aa"), ("since", ""), ("-since", "")])
def test_the_next_page_is_right_when_its_last_case_has_moved_meanwhile(
    engine: Engine, clock: SetClock, sort: str, new_name: str
) -> None:
    named(engine)
    every = [one.id for one in engine.cases(sort=sort, process="hbep-referral").items]
    page = engine.cases(sort=sort, limit=2)
    clock.set(START + timedelta(hours=1))
    last = page.items[-1].id
    if new_name:
        done(engine.fire(last, "record_consent", "coordinator", {"consent": "yes", "pupil_name": new_name}))
    else:
        done(engine.fire(last, "withdraw", "coordinator", {"reason": "Moved away"}))
    rest = [one.id for one in engine.cases(sort=sort, limit=10, after=page.next).items]
    assert [one for one in rest if one != last] == every[2:]


def test_tasks_go_on_behind_one_that_was_done_meanwhile(engine: Engine) -> None:
    numbers = [done(engine.open_case("equipment-loan", "clerk", {"club": "Hobby", "item": "saw"})).id for _ in range(5)]
    page = engine.tasks(limit=2)
    done(engine.fire(page.items[-1].case, "refuse", "clerk"))
    assert [one.case for one in engine.tasks(after=page.next).items] == numbers[2:]


def test_a_cursor_is_good_for_its_own_list_and_order_only(engine: Engine) -> None:
    named(engine)
    cursor = engine.cases(sort="label", limit=2).next
    for ask in (
        lambda: engine.cases(sort="-label", after=cursor),
        lambda: engine.cases(after=cursor),
        lambda: engine.cases(overdue=True, after=cursor),
        lambda: engine.tasks(after=cursor),
    ):
        with pytest.raises(BadCursor):
            ask()


def test_programs_that_start_anew_go_on_with_the_same_cursors(engine: Engine) -> None:
    numbers = named(engine)
    cursor = engine.cases(limit=2).next
    other = Engine(str(engine.database.url.render_as_string(hide_password=False)), clock=engine.clock)
    assert [one.id for one in other.cases(after=cursor).items] == numbers[2:]
    other.close()


@settings(max_examples=200, suppress_health_check=list(HealthCheck))
@given(made_up=st.text(max_size=80) | st.binary(max_size=80).map(lambda one: base64.urlsafe_b64encode(one).decode()))
def test_what_was_not_sealed_here_does_not_open(engine: Engine, made_up: str) -> None:
    if made_up:
        with pytest.raises(BadCursor):
            engine.cases(after=made_up)
        with pytest.raises(BadCursor):
            engine.tasks(after=made_up)


@pytest.mark.parametrize("name", ["Ada", "Adam", "Adams", "Adamso"])
def test_no_two_texts_stand_for_one_place(engine: Engine, name: str) -> None:
    cursors = Cursors(engine.database).ready()
    cursor = cursors.sealed("label", (name, 3))
    good = []
    for sign in SIGNS:
        try:
            good.append((sign, cursors.opened("label", cursor[:-1] + sign)))
        except BadCursor:
            pass
    assert good == [(cursor[-1], (name, 3))]
