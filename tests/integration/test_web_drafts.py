"""Drafts on the pages: files, two windows, and a draft that was sent."""

from __future__ import annotations

import io
import re
import threading
from dataclasses import replace

import pytest
from fastapi import FastAPI

from engine import Engine
from engine.case.command import Actor
from engine.service.people.attempts import Throttle
from engine.store.desk import notes as note_store
from engine.web.app import create_site
from engine.web.cases import drafts as draft_pages
from tests.integration.site import Visit, followed, settle
from tests.steps import PUPIL, done


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


def test_files_of_a_draft_are_taken_out_by_what_they_are(site: FastAPI, engine: Engine, referral: object) -> None:
    visit = Visit(site, "sam")
    draft = visit.post("/drafts", {"way": "hbep-referral panel"}).headers["location"]
    for name, content in (("one.pdf", b"%PDF-1.4 1"), ("two.pdf", b"%PDF-1.4 2")):
        visit.post(f"{draft}/documents", {"document": "ehcp"}, files={"files": (name, content)})
    one = re.findall(r'name="remove" value="(\w+)"', visit.get(f"{draft}/documents").text)[0]
    for _ in range(2):  # the second click finds nothing more to do
        visit.post(f"{draft}/documents", {"document": "ehcp", "remove": one})
    page = visit.get(f"{draft}/documents").text
    assert "one.pdf" not in page
    assert "two.pdf" in page
    assert "Choose one or more files." in visit.post(f"{draft}/documents", {"document": "nothing"}, 422).text


def test_two_windows_that_change_one_draft_lose_nothing(site: FastAPI, engine: Engine, referral: object) -> None:
    sam = engine.people.person("sam").actor
    number = engine.desk.begin_draft("hbep-referral", "panel", sam)
    answers = [{"ground": "Risk"}, {"tried": "A mentor"}, {"key_stage": "KS3"}, {"consent": "yes"}]
    together = threading.Barrier(len(answers))

    def window(answer: dict[str, str]) -> None:
        together.wait()
        engine.desk.keep_answers(number, answer, sam)

    windows = [threading.Thread(target=window, args=(one,)) for one in answers]
    for one in windows:
        one.start()
    for one in windows:
        one.join()
    assert {name: engine.desk.draft(number, sam).data.get(name) for one in answers for name in one} == {
        "ground": "Risk",
        "tried": "A mentor",
        "key_stage": "KS3",
        "consent": "yes",
    }


def test_the_pages_of_a_sent_draft_lead_to_the_case(site: FastAPI, engine: Engine, sam: Actor) -> None:
    number = written(engine, sam, "referral_form")
    visit = Visit(site, "sam")
    seal = re.findall(r'name="seal" value="(\w+)"', visit.get(f"/drafts/{number}/check").text)[0]
    engine.desk.keep_answers(number, {"tried": "A mentor"}, sam)
    assert "The draft was changed meanwhile" in visit.post(f"/drafts/{number}/send", {"seal": seal}, 409).text
    seal = re.findall(r'name="seal" value="(\w+)"', visit.get(f"/drafts/{number}/check").text)[0]
    first = visit.post(f"/drafts/{number}/send", {"seal": seal}).headers["location"]
    case = int(re.findall(r"\d+", first)[0])
    told = visit.get(first).text
    assert "Case opened" in told
    assert f"A Pupil, case {case}" in told
    for again in (
        visit.post(f"/drafts/{number}/send", {"seal": seal}),
        visit.get(f"/drafts/{number}", 303),
        visit.get(f"/drafts/{number}/check", 303),
        visit.get(f"/drafts/{number}/part/0", 303),
        visit.post(f"/drafts/{number}/discard"),
    ):
        assert again.headers["location"] == f"/cases/{case}?did=sent"
    assert "This draft was sent already. Here is the case that came of it." in visit.get(f"/cases/{case}?did=sent").text
    Visit(site, "pat").get(f"/drafts/{number}", 404)


def test_drafts_are_found_page_by_page(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft_pages, "PAGE", 4)
    settle(engine)
    sam, pat = engine.people.person("sam").actor, engine.people.person("pat").actor
    numbers = [engine.desk.begin_draft("hbep-referral", "panel", sam) for _ in range(11)]
    theirs = engine.desk.begin_draft("hbep-referral", "panel", pat)
    engine.desk.discard(numbers.pop(3), sam)
    site = create_site(engine, throttle=Throttle(1000, 1000))
    visit = Visit(site, "sam")
    read: list[int] = []
    real = note_store._draft
    monkeypatch.setattr(note_store, "_draft", lambda row: read.append(row[0]) or real(row))
    first = visit.get("/cases-new").text
    assert len(read) == 5
    assert re.findall(r'href="/drafts/([0-9]+)"', first) == [str(one) for one in numbers[:4]]
    found = followed(visit, "/cases-new", r'href="/drafts/([0-9]+)"')
    assert found == [str(one) for one in numbers]
    page, count = engine.desk.draft_page(sam, 3)
    assert ([one.id for one in page.items], count) == (numbers[:3], 10)
    assert [one.id for one in engine.desk.draft_page(pat, 3)[0].items] == [theirs]
    for made_up in ("7", "|²", engine.cases(limit=1).next or "x"):
        assert visit.client.get("/cases-new", params={"after": made_up}).status_code == 422


@pytest.mark.parametrize("roles", [(), ("panel_member",)], ids=["no role", "another role"])
def test_a_draft_of_who_may_begin_no_more_is_kept_and_can_be_discarded(
    site: FastAPI, engine: Engine, sam: Actor, roles: tuple[str, ...]
) -> None:
    number, other = written(engine, sam, "ehcp"), written(engine, sam)
    engine.people.add("new", "New", ["school"], "Hilltop")
    visit, person = Visit(site, "sam"), engine.people.person("sam")
    assert "A Pupil" in visit.get(f"/drafts/{number}/check").text
    changed = engine.people.change(replace(person, roles=roles))
    visit = Visit(site, "sam")
    for path in ("/", "/cases-new"):
        assert f'href="/drafts/{number}"' in visit.get(path).text
    page = visit.get(f"/drafts/{number}").text
    assert "You may begin no such case any more. 4 answers and 1 document are kept" in page
    assert "A Pupil" not in page
    for rest in ("/part/0", "/documents", "/check"):
        assert visit.get(f"/drafts/{number}{rest}", 303).headers["location"] == f"/drafts/{number}"
    assert visit.post(f"/drafts/{number}/send").headers["location"] == f"/drafts/{number}"
    # What was typed into a form that was open meanwhile is not lost.
    for step, status in (("keep", 204), ("", 303)):
        visit.post(f"/drafts/{number}/part/2", {"ground": f"Typed late {step}", "step": step}, status)
        assert engine.desk.draft(number, sam).data["ground"].strip() == f"Typed late {step}".strip()
    assert "It has to wait" in visit.get("/cases-new").text
    visit.get(f"/drafts/{other}/discard")
    said = visit.post(f"/drafts/{other}/discard").headers["location"]
    assert "The draft is discarded." in visit.get(said).text
    Visit(site, "pat").get(f"/drafts/{number}", 404)
    engine.people.change(replace(changed, roles=person.roles))
    visit = Visit(site, "sam")
    assert "Typed late" in visit.get(f"/drafts/{number}/check").text
    assert done(engine.desk.send(number, sam)).label == "A Pupil"
    visit.post(f"/drafts/{written(engine, sam)}/discard")
