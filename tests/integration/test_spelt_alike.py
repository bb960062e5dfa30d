"""Two texts that look alike are one, whichever way their accents are written: as they come, and as they were kept."""

from __future__ import annotations

import unicodedata

import pytest
from sqlalchemy import update

from engine import BadPerson, Engine
from engine.case.command import Actor
from engine.service.documents.admission import file_name
from engine.store.tables import cases, organisations
from tests.integration.test_faces_agree import Faces
from tests.integration.test_faces_agree import faces as faces
from tests.steps import PUPIL, done

WHOLE = "École Zoë"
APART = unicodedata.normalize("NFD", WHOLE)


@pytest.mark.parametrize("kind", ["text", "long_text", "choice", "choices"])
def test_every_face_keeps_what_was_typed_with_accents_in_their_letters(faces: Faces, kind: str) -> None:
    name, apart = f"f_{kind}", unicodedata.normalize("NFD", "café")
    raw = [apart] if kind == "choices" else apart
    kept = ["café"] if kind == "choices" else "café"
    found = (faces.fired({name: raw}), faces.by_api(name, raw), faces.by_file(name, raw), faces.by_words(name, apart))
    assert found == (kept,) * 4
    assert faces.by_page(name, [apart]) == kept


def test_an_organisation_is_found_by_either_spelling_and_is_there_once(engine: Engine) -> None:
    assert engine.people.add_organisation(APART).name == WHOLE
    for again in (APART, WHOLE):
        with pytest.raises(BadPerson, match="already"):
            engine.people.add_organisation(again)
    assert engine.people.add("zoe", APART, ["school"], APART).organisation == WHOLE
    assert engine.people.person("zoe").name == WHOLE
    assert engine.people.change_organisation(APART, "hinckley").name == WHOLE


def kept_apart(engine: Engine) -> None:
    """Keep the organisation as it was kept before texts were composed."""
    engine.people.add_organisation(WHOLE)
    with engine.database.writing() as connection:
        connection.execute(update(organisations).where(organisations.c.name == WHOLE).values(name=APART))


def test_who_belongs_to_an_organisation_that_was_kept_otherwise_sees_its_cases(engine: Engine) -> None:
    kept_apart(engine)
    with pytest.raises(BadPerson, match="already"):
        engine.people.add_organisation(WHOLE)
    engine.people.add("zoe", "", ["school"], WHOLE)
    engine.people.add("ann", "", ["school"], APART)
    number = done(engine.open_case("hbep-referral", "jo:coordinator", {**PUPIL, "school": WHOLE})).id
    for login in ("zoe", "ann"):
        actor = engine.people.person(login).actor
        assert actor.organisation == APART
        assert engine.case(number, actor).data["school"] == WHOLE
        assert [one.id for one in engine.cases(by=actor).items] == [number]


@pytest.mark.parametrize("asked", [WHOLE, APART])
def test_cases_are_found_by_either_spelling_of_their_organisation(engine: Engine, asked: str) -> None:
    number = done(engine.open_case("hbep-referral", "jo:coordinator", {**PUPIL, "school": APART})).id
    for kept in (WHOLE, APART):
        with engine.database.writing() as connection:
            connection.execute(update(cases).values(organisation=kept))
        assert [one.id for one in engine.cases(organisation=asked).items] == [number]
        by = Actor("s", frozenset({"hbep-referral/school"}), asked)
        assert [one.id for one in engine.cases(by=by).items] == [number]


def test_a_file_that_a_mac_has_named_has_its_accents_in_its_letters() -> None:
    assert file_name(f"{APART}.pdf") == f"{WHOLE}.pdf"


def test_notes_and_views_have_their_accents_in_their_letters(engine: Engine) -> None:
    number = done(engine.open_case("hbep-referral", "jo:coordinator", PUPIL)).id
    engine.people.add("jo", "", ["coordinator"])
    by = engine.people.person("jo").actor
    assert engine.desk.write_note(number, APART, by) is None
    assert engine.desk.save_view(APART, "", by) is None
    assert [one.title for one in engine.desk.views(by)] == [WHOLE]
    assert [one.text for one in engine.desk.notes(number, by)] == [WHOLE]
