"""Told: what a form was about is gone: the answer says so, leads on, and what was typed stands on it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from engine import Engine
from engine.case.command import Actor
from engine.clock import SetClock
from engine.service.people.sessions import IDLE
from engine.store.tables import typed_forms
from tests.conftest import START
from tests.integration.site import PASSWORD, Visit
from tests.steps import PUPIL, done, in_panel

TYPED = 'Said "at length" <b>'
SHOWN = "Said &#34;at length&#34; &lt;b&gt;"


@pytest.fixture
def jo(engine: Engine, site: FastAPI) -> Actor:
    return engine.people.person("jo").actor


def test_a_task_that_was_done_meanwhile_is_not_postponed(
    site: FastAPI, engine: Engine, clock: SetClock, jo: Actor
) -> None:
    case = in_panel(engine).id
    clock.set(START + timedelta(days=40))
    engine.run_due()
    visit, path = Visit(site, "jo"), f"/cases/{case}/tasks/chase_panel/move"
    visit.get(path)
    done(engine.fire(case, "withdraw", jo, {"reason": "Moved"}))
    until = {"until-day": "20", "until-month": "1", "until-year": "2024"}
    for sent in ({**until, "reason": TYPED}, {"reason": TYPED}):
        page = visit.post(path, sent, 409).text
        assert "not open any more" in page
        assert f'href="/cases/{case}">Go to the case' in page
        assert SHOWN in page
    assert "Page not found" not in visit.get(path, 404).text
    # What no case of the process ever has is as a page that is not there.
    assert "Page not found" in visit.get(f"/cases/{case}/tasks/made_up/move", 404).text
    assert "Page not found" in visit.get("/cases/9999/tasks/chase_panel/move", 404).text


def test_a_draft_that_was_discarded_in_another_window_says_so(site: FastAPI, engine: Engine) -> None:
    sam, visit = engine.people.person("sam").actor, Visit(site, "sam")
    number = engine.desk.begin_draft("hbep-referral", "panel", sam)
    engine.desk.discard(number, sam)
    theirs = engine.desk.begin_draft("hbep-referral", "panel", engine.people.person("pat").actor)
    answers = []
    for draft in (number, theirs):
        page = visit.post(f"/drafts/{draft}/part/2", {"ground": TYPED, "step": "next"}, 404).text
        assert "It was discarded, perhaps in another window" in page
        assert 'href="/cases-new">Begin a case' in page
        assert SHOWN in page
        answers.append(page.replace(f"/drafts/{draft}", ""))
        for rest in ("", "/part/0", "/documents", "/check", "/discard"):
            assert "This draft is not there" in visit.get(f"/drafts/{draft}{rest}", 404).text
        for rest in ("/documents", "/send"):
            assert "This draft is not there" in visit.post(f"/drafts/{draft}{rest}", status=404).text
    assert answers[0] == answers[1]  # whose it is, or was, is told nobody


def test_what_is_typed_into_a_draft_that_was_sent_is_not_lost(site: FastAPI, engine: Engine) -> None:
    sam, visit = engine.people.person("sam").actor, Visit(site, "sam")
    number = engine.desk.begin_draft("hbep-referral", "panel", sam)
    engine.desk.keep_answers(number, PUPIL, sam)
    case = done(engine.desk.send(number, sam)).id
    page = visit.post(f"/drafts/{number}/part/2", {"ground": TYPED}, 409).text
    assert "This draft was sent already" in page
    assert f'href="/cases/{case}?did=sent"' in page
    assert SHOWN in page


def _planned(engine: Engine, jo: Actor) -> int:
    return engine.meetings.plan("hbep-referral", "panel", "hinckley", date(2023, 10, 3), time(13, 30), jo)


def test_a_meeting_that_was_cancelled_says_so_whatever_is_asked_of_it(site: FastAPI, engine: Engine, jo: Actor) -> None:
    number, case = _planned(engine, jo), in_panel(engine, area="hinckley").id
    engine.meetings.cancel(number, jo)
    leads, hears, visit = Visit(site, "jo"), Visit(site, "lee"), Visit(site, "pat")
    forms: dict[str, dict[str, Any]] = {
        "": {"names": "Max", "minutes": TYPED, "version": "1"},
        "/move": {"action": "move", "when-day": TYPED},
        f"/cases/{case}": {"text": TYPED},
    }
    for rest, sent in forms.items():
        page = leads.post(f"/meetings/{number}{rest}", sent, 409).text
        assert "It may have been cancelled meanwhile" in page
        assert 'href="/meetings">Go to the meetings' in page
        assert SHOWN in page
        hears.post(f"/meetings/{number}{rest}", sent, 404)
        assert "not for you any more" in visit.post(f"/meetings/{number}{rest}", sent, 404).text
    for rest in ("", "/move", "/intake", "/cancel", "/pack", f"/cases/{case}"):
        assert "This meeting is not there" in leads.get(f"/meetings/{number}{rest}", 404).text
        assert "Page not found" in visit.get(f"/meetings/{number}{rest}", 404).text


def test_a_case_that_left_the_agenda_meanwhile_leads_to_itself(site: FastAPI, engine: Engine, jo: Actor) -> None:
    number, case = _planned(engine, jo), in_panel(engine, area="hinckley", ground="Risk").id
    done(engine.fire(case, "book_panel", jo, {"area": "hinckley", "ground": "Risk", "panel_date": "2023-10-03"}))
    visit, path = Visit(site, "jo"), f"/meetings/{number}/cases/{case}"
    visit.get(path)
    done(engine.fire(case, "withdraw", jo, {"reason": "Moved"}))
    led = visit.post(path, {"text": TYPED}).headers["location"]
    page = visit.get(led, 404).text
    assert f"Case {case} is not on this agenda" in page
    assert f'href="/cases/{case}">Go to the case' in page
    assert [one.text for one in engine.desk.notes(case, jo)] == [TYPED]
    assert SHOWN in visit.post(path, {"text": f"{TYPED} {'x' * 20_001}"}, 409).text
    assert "Page not found" in Visit(site, "jo").get(f"/meetings/{number}/cases/9999", 404).text


def test_passwords_and_codes_are_kept_for_nobody_and_shown_to_nobody(
    site: FastAPI, engine: Engine, clock: SetClock
) -> None:
    visit = Visit(site, "jo")
    sent = {"csrf": visit.csrf(), "current": PASSWORD, "new": "quite other words here"}
    long = visit.client.post("/profile/password", data={**sent, "new": "x" * 1001})
    assert (long.status_code, PASSWORD in long.text) == (422, False)
    again = Visit(site, "jo").client.post("/profile/password", data=sent)  # a form of an earlier session
    clock.set(clock.now() + IDLE)
    late = visit.client.post("/profile/password", data=sent)
    for answer in (again, late):
        assert (answer.status_code, "typed" in answer.headers["location"]) == (303, False)
    with engine.database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(typed_forms)).scalar_one() == 0


def test_who_may_not_see_it_any_more_is_given_back_what_they_typed_and_told_nothing_of_it(
    site: FastAPI, engine: Engine
) -> None:
    """Whether they lost one case or every role; who never saw it, and where nothing is, reads the same words."""
    own, visit, stranger = in_panel(engine, school="Hilltop").id, Visit(site, "sam"), Visit(site, "ada")
    visit.get(f"/cases/{own}")
    sam = engine.people.person("sam")
    moved = engine.people.change(replace(sam, organisation="Elsewhere"))
    forms = [f"/cases/{own}/notes", f"/cases/{own}/do/withdraw", f"/cases/{own}/documents", "/cases/9999/notes"]

    def told() -> set[str]:
        plain = [visit.post(path, {"text": TYPED}, 404).text for path in forms]
        with_files = visit.post(forms[2], {"text": TYPED}, 404, files={"file": ("a.txt", b"held", "text/plain")}).text
        return {*plain, with_files}

    pages = told()
    engine.people.change(replace(sam, roles=(), organisation=None, version=moved.version))
    pages |= {*told(), stranger.post(forms[0], {"text": TYPED}, 404).text.replace(stranger.csrf(), visit.csrf())}
    main = {re.findall(r"(?s)<main.*?</main>", page)[0] for page in pages}
    assert len(main) == 1
    [page] = main
    assert "not there, or is not for you any more" in page
    assert "What you typed is not kept: copy what you still need." in page
    assert SHOWN in page
    assert "Page not found" in visit.get(f"/cases/{own}", 404).text
    # Another site makes nobody's browser show what it sends.
    for sent in ({"csrf": "made up"}, {"csrf": stranger.csrf()}):
        said = visit.client.post(forms[0], data={**sent, "text": TYPED})
        assert (said.status_code, "Page not found" in said.text, SHOWN in said.text) == (404, True, False)
    elsewhere = {"origin": "https://elsewhere.example", "sec-fetch-site": "cross-site"}
    said = visit.client.post(forms[0], data={"csrf": visit.csrf(), "text": TYPED}, headers=elsewhere)
    assert (said.status_code, SHOWN in said.text) == (404, False)
