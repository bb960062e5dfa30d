"""Anonymous cases: names of files and notes are withheld as the fields are that tell whom a case is about."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fastapi import FastAPI

from engine import Actor, Case, Engine
from tests.integration.callers import Caller
from tests.integration.site import Visit, settle
from tests.steps import done, in_panel

NAME = "Ursula Thorne.txt"
WARNED = "It may not be told yet whom this case is about"


def named(engine: Engine) -> Case:
    """A case with a file and a note that name somebody."""
    case = in_panel(engine, upn="A123456789012")
    done(engine.add_document(case.id, "ehcp", b"a plan", "coordinator", name=NAME))
    assert engine.desk.write_note(case.id, "Ursula Thorne was here", Actor.of("coordinator")) is None
    return case


@pytest.fixture
def case(engine: Engine) -> Case:
    """The same, of a site with people."""
    settle(engine)
    return named(engine)


def consent(engine: Engine, case: Case, said: str) -> None:
    done(engine.fire(case.id, "record_consent", "coordinator", {"consent": said}))


def actor(engine: Engine, login: str) -> Actor:
    return engine.people.person(login).actor


def test_names_of_files_and_notes_follow_consent(engine: Engine, case: Case) -> None:
    sam, jo = actor(engine, "sam"), actor(engine, "jo")
    for said, withheld in (("no", True), ("yes", False)):
        consent(engine, case, said)
        assert engine.is_anonymous(case.id, jo) is withheld
        names = [one.name for one in engine.case(case.id, sam).documents if one.document == "ehcp"]
        assert names == ["EHC plan.txt" if withheld else NAME]
        document, content = engine.copy_of(case.id, "ehcp", sam)
        content.close()
        assert document.name == names[0]
        assert ("Ursula" in str(engine.history(case.id, sam))) is not withheld
        [note] = engine.desk.notes(case.id, sam)
        assert (note.withheld, note.text) == (withheld, "" if withheld else "Ursula Thorne was here")
        # Who still sees the fields still sees these.
        assert NAME in [one.name for one in engine.case(case.id, jo).documents]
        assert [one.text for one in engine.desk.notes(case.id, jo)] == ["Ursula Thorne was here"]
        assert "Ursula" in str(engine.history(case.id, jo))


def test_pages_withhold_them_and_warn_before_more_is_sent(engine: Engine, site: FastAPI) -> None:
    case = named(engine)
    jo, sam = Visit(site, "jo"), Visit(site, "sam")
    for said, withheld in (("no", True), ("yes", False)):
        consent(engine, case, said)
        for page in ("documents", "notes"):
            assert ("Ursula" in sam.get(f"/cases/{case.id}/{page}").text) is not withheld, page
            for visit in (jo, sam):
                assert (WARNED in visit.get(f"/cases/{case.id}/{page}").text) is withheld, page
        sent = sam.get(f"/cases/{case.id}/documents/ehcp/1?download=yes").headers["content-disposition"]
        assert ("Ursula" in sent) is not withheld


def test_a_draft_warns_until_its_answers_say_that_it_may_be_told(engine: Engine, site: FastAPI) -> None:
    jo = actor(engine, "jo")
    draft = engine.desk.begin_draft("hbep-referral", "panel", jo)
    visit = Visit(site, "jo")
    assert WARNED in visit.get(f"/drafts/{draft}/documents").text
    engine.desk.keep_answers(draft, {"consent": "yes"}, jo)
    assert WARNED not in visit.get(f"/drafts/{draft}/documents").text


def test_the_api_withholds_them_too(engine: Engine, callers: dict[str, Caller]) -> None:
    case = named(engine)
    consent(engine, case, "no")
    for path in (f"/cases/{case.id}", f"/cases/{case.id}/history"):
        assert "Ursula" not in json.dumps(callers["sam"]("GET", path, 200)), path


def test_the_api_says_what_to_look_at_in_a_file_that_is_sent(engine: Engine, callers: dict[str, Caller]) -> None:
    case = named(engine)
    for number, said in enumerate(("no", "yes")):
        consent(engine, case, said)
        path, content = f"/cases/{case.id}/documents/ehcp?name=plan.txt", {"content": f"plan {number}".encode()}
        key = {"Idempotency-Key": said}
        added = callers["jo"]("POST", path, 201, key, **content)
        assert added["warning"].startswith(WARNED) is (said == "no")
        assert added["warning"] == "" or said == "no"
        assert added == callers["jo"]("POST", path, 201, key, **content)
        assert added.items() >= callers["jo"]("GET", f"/cases/{case.id}", 200).items()


def test_what_is_given_out_says_that_a_note_is_withheld(engine: Engine, case: Case, tmp_path: Path) -> None:
    consent(engine, case, "no")
    engine.export_subject("A123456789012", tmp_path / "out", "kim:data_protection")
    out = (tmp_path / "out" / "export.json").read_text()
    assert "Ursula" not in out
    assert json.loads(out)["cases"][0]["notes"][0]["withheld"]
