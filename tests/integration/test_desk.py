"""Desk: everything that people keep beside the cases is asked in one place, and each of it is a room's own."""

from __future__ import annotations

import io

import pytest

from engine import Actor, Engine
from engine.service.desk.desk import Desk
from engine.service.desk.drafts import Drafts
from engine.service.desk.notes import Notes
from engine.service.desk.saved_views import SavedViews
from engine.service.desk.typed_forms import TypedForms
from tests.steps import PUPIL, done


def test_it_offers_what_its_rooms_do_and_nothing_else(engine: Engine) -> None:
    """A method that a room gets is one of the desk's too, under its own name."""
    given = {name: method.__func__ for name, method in vars(engine.desk).items()}
    rooms = (Notes, Drafts, SavedViews, TypedForms)
    theirs = {name: method for room in rooms for name, method in vars(room).items() if not name.startswith("_")}
    assert given == theirs
    assert len(theirs) == sum(len([name for name in vars(room) if not name.startswith("_")]) for room in rooms)
    assert isinstance(engine.desk, Desk)


@pytest.fixture
def jo(engine: Engine) -> Actor:
    return engine.people.add("jo", "", ["coordinator"]).actor


def test_what_one_keeps_is_on_the_same_desk(engine: Engine, jo: Actor) -> None:
    desk = engine.desk
    number = desk.begin_draft("hbep-referral", "panel", jo)
    desk.keep_answers(number, PUPIL, jo)
    digest = desk.attach(number, "send_plan", "plan.pdf", io.BytesIO(b"%PDF-1.4 plan"), jo).documents[0]["hash"]
    assert desk.detach(number, "send_plan", digest, jo).documents == []
    assert [one.data for one in desk.drafts(jo)] == [PUPIL]
    case = done(desk.send(number, jo))
    assert desk.draft(number, jo).case == case.id
    assert desk.write_note(case.id, "spoke to the family", jo) is None
    assert [one.text for one in desk.notes(case.id, jo)] == ["spoke to the family"]
    assert desk.note_page(case.id, jo).items == tuple(desk.notes(case.id, jo))
    assert desk.save_view("Mine", "status=all", jo) is None
    assert [one.query for one in desk.views(jo)] == ["status=all"]
    name = desk.keep_form("jo", f"/cases/{case.id}", [("reason", "moved")])
    assert name is not None
    kept = desk.typed_form(name, "jo")
    assert kept is not None
    assert kept.fields == [("reason", "moved")]
    assert engine.history(case.id)[0].by == "jo"
    assert len(engine.history(case.id)) == 1  # beside the case, not in it
