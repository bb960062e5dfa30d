"""A draft is sent in one transaction, once, as it was looked over; and however often, it leads to its case."""

from __future__ import annotations

import io
import re
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI

from engine import Engine, Refusal
from engine.case.command import Actor
from engine.case.refusal import Code
from engine.service import Case
from engine.service.desk.drafts import UnknownDraft, seal_of
from tests.conftest import LOAN
from tests.integration.site import Visit
from tests.steps import PUPIL, done, refusal


@pytest.fixture
def sam(site: FastAPI, engine: Engine) -> Actor:
    return engine.people.person("sam").actor


def written(engine: Engine, by: Actor, *documents: str) -> int:
    """The number of a draft with its answers and documents."""
    number = engine.desk.begin_draft("hbep-referral", "panel", by)
    engine.desk.keep_answers(number, {**PUPIL, "school": "Hilltop"}, by)
    for one in documents:
        content = io.BytesIO(f"%PDF-1.4 {one}".encode())
        engine.desk.attach(number, one, f"{one}.pdf", content, by)
    return number


def test_a_case_and_all_its_documents_or_nothing(engine: Engine, sam: Actor) -> None:
    number = written(engine, sam, "referral_form", "nonsense", "send_plan")
    assert refusal(engine.desk.send(number, sam)).fields == {
        "document": "There is no document nonsense in this process."
    }
    assert engine.cases().items == ()
    kept = engine.desk.draft(number, sam)
    assert [one["document"] for one in kept.documents] == ["referral_form", "nonsense", "send_plan"]
    engine.desk.detach(number, "nonsense", kept.documents[1]["hash"], sam)
    case = done(engine.desk.send(number, sam))
    assert [one.document for one in case.documents] == ["referral_form", "send_plan"]
    assert [one.what for one in engine.report(case.id).history][1:] == [
        "Document added: Referral form",
        "Document added: SEND plan",
    ]
    assert engine.verify().findings == ()


def test_sent_again_it_leads_to_its_case(engine: Engine, sam: Actor) -> None:
    number = written(engine, sam, "referral_form")
    case = done(engine.desk.send(number, sam))
    assert done(engine.desk.send(number, sam)).id == case.id
    assert engine.desk.drafts(sam) == []
    sent = engine.desk.draft(number, sam)
    assert (sent.case, sent.data, sent.documents) == (case.id, {}, [])
    with pytest.raises(UnknownDraft):
        engine.desk.keep_answers(number, {"ground": "x"}, sam)
    engine.desk.discard(number, sam)
    assert engine.desk.draft(number, sam).case == case.id
    with pytest.raises(UnknownDraft):
        engine.desk.send(number, engine.people.person("pat").actor)


def test_two_who_send_at_once_begin_one_case(engine: Engine, sam: Actor) -> None:
    number = written(engine, sam, "referral_form", "send_plan")
    together, found = threading.Barrier(4), list[Case | Refusal]()

    def send() -> None:
        together.wait()
        found.append(engine.desk.send(number, sam))

    windows = [threading.Thread(target=send) for _ in range(4)]
    for one in windows:
        one.start()
    for one in windows:
        one.join()
    assert len({done(one).id for one in found}) == 1
    assert len(engine.cases().items) == 1
    assert len(done(found[0]).documents) == 2


def test_only_what_was_looked_over_is_sent(engine: Engine, sam: Actor) -> None:
    number = written(engine, sam)
    seal = seal_of(engine.desk.draft(number, sam))
    engine.desk.keep_answers(number, {"ground": "Another window"}, sam)
    assert refusal(engine.desk.send(number, sam, seal)).code is Code.CHANGED
    assert engine.cases().items == ()
    done(engine.desk.send(number, sam, seal_of(engine.desk.draft(number, sam))))


def test_what_was_looked_over_before_a_restore_sends_no_draft_of_afterwards(
    engine: Engine, sam: Actor, url: str, tmp_path: Path
) -> None:
    engine.backup(tmp_path / "before.zip")
    first = written(engine, sam)
    seal = seal_of(engine.desk.draft(first, sam))
    done(engine.desk.send(first, sam, seal))
    Engine.restore(tmp_path / "before.zip", f"sqlite:///{tmp_path}/again.db", documents=tmp_path / "again")
    again = Engine(f"sqlite:///{tmp_path}/again.db", documents=tmp_path / "again", clock=engine.clock)
    second = written(again, sam)
    assert second > first  # no number comes again
    assert refusal(again.desk.send(second, sam, seal)).code is Code.CHANGED
    done(again.desk.send(second, sam))
    again.close()


def test_nobody_can_take_the_key_of_a_draft(engine: Engine, sam: Actor) -> None:
    number = written(engine, sam)
    other = done(engine.open_case("hbep-referral", "coordinator", PUPIL, idempotency_key=f"draft:{number}"))
    assert done(engine.desk.send(number, sam)).id != other.id


def test_documents_of_drafts_are_in_a_backup_and_one_that_is_lost_is_named(
    engine: Engine, sam: Actor, tmp_path: Path
) -> None:
    number = written(engine, sam, "referral_form")
    engine.backup(tmp_path / "backup.zip")
    address = f"sqlite:///{tmp_path}/again.db"
    Engine.restore(tmp_path / "backup.zip", address, documents=tmp_path / "again")
    again = Engine(address, documents=tmp_path / "again", clock=engine.clock)
    digest = again.desk.draft(number, sam).documents[0]["hash"]
    (tmp_path / "again" / digest[:2] / digest[2:]).unlink()
    assert "referral_form.pdf: not kept here any more" in refusal(again.desk.send(number, sam)).message
    again.backup(tmp_path / "second.zip")
    again.desk.detach(number, "referral_form", digest, sam)
    done(again.desk.send(number, sam))
    again.close()


COLOURS = "  colours: {title: Colours, type: choices, choices: {r: Red, g: Green}}\n"
WALK_IN = (
    "  walk_in: {title: Walk-in, owner: clerk,"
    " deadline: {within: 3 days, raise: answer}, events: {ask: {title: Ask, to: requested}}}\n"
)


def earlier(text: str) -> str:
    """A version of the loan process that begins elsewhere too, and asks for more."""
    for old, new in (
        ('version: "2"', 'version: "1"'),
        ("initial: requested", "initial: [requested, walk_in]"),
        (
            "form: {club: required, item: required}",
            "form: {club: required, item: required, reminders: optional, colours: optional}",
        ),
        ("\nfields:\n", f"\nfields:\n{COLOURS}"),
        ("documents:\n", "documents:\n  photo: {title: Photo}\n"),
        ("states:\n  requested:", f"states:\n{WALK_IN}  requested:"),
    ):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def test_what_a_later_version_does_not_take_is_told_and_the_draft_can_be_sent(site: FastAPI, engine: Engine) -> None:
    later = LOAN.read_text().replace("equipment-loan", "tool-loan").replace('version: "1"', 'version: "2"')
    engine.publish(earlier(later))
    engine.people.change(replace(engine.people.person("sam"), roles=("tool-loan/clerk",), organisation=None))
    visit, sam = Visit(site, "sam"), engine.people.person("sam").actor
    number = engine.desk.begin_draft("tool-loan", "walk_in", sam)
    engine.desk.keep_answers(number, {"club": "Hilltop", "item": "lathe", "reminders": "7", "colours": ["r", "g"]}, sam)
    engine.desk.attach(number, "photo", "photo.pdf", io.BytesIO(b"%PDF-1.4 photo"), sam)
    seal = seal_of(engine.desk.draft(number, sam))
    engine.publish(later)
    for path in ("", "/check"):
        told = visit.get(f"/drafts/{number}{path}").text
        assert "A case does not begin at Walk-in any more. This one begins at Requested." in told
        assert "Reminders sent is not asked for any more: 7" in told
        # This version knows neither: they are told in the words of the one before.
        assert "Colours is not asked for any more: Red, Green" in told
        assert "Photo is not taken any more: photo.pdf" in told
    # What was looked over before the other version came is not what would be sent now.
    assert "changed meanwhile" in visit.post(f"/drafts/{number}/send", {"seal": seal}, 409).text
    assert isinstance(engine.desk.send(number, sam), Refusal)
    seal = re.findall(r'name="seal" value="(\w+)"', visit.get(f"/drafts/{number}/check").text)[0]
    case = int(re.findall(r"\d+", visit.post(f"/drafts/{number}/send", {"seal": seal}).headers["location"])[0])
    kept = engine.case(case)
    assert (kept.state, kept.data, kept.documents) == ("requested", {"club": "Hilltop", "item": "lathe"}, ())
    assert engine.verify().findings == ()
