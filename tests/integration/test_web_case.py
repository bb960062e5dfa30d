"""The page of a case: its map, who may change it, notes that come back, and what auditors read of it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from itertools import pairwise

import pytest

from engine import Engine
from engine.service import Case
from engine.web.cases import case as page
from engine.web.cases.case import SENT, _map
from tests.integration.site import Visit
from tests.steps import done, in_panel


@pytest.fixture(scope="module")
def case(stage: Engine) -> Case:
    return in_panel(stage, pupil_name="Zebedee Quux")


def test_the_map_leaves_out_where_cases_only_wait_and_ends(stage: Engine, case: Case) -> None:
    process = stage.process("hbep-referral")
    overview, _, _ = stage.overview_of(case.id, stage.people.person("jo").actor, what="")
    stops = _map(process, overview)
    waiting = {one.hold.otherwise for one in process.states.values() if one.hold}
    titles = {process.states[name].title for name in waiting if name}
    assert [one.title for one in stops if one.here] == [case.state_title]
    assert not titles & {one.title for one in stops}
    assert not {one.title for one in process.leaves() if one.final} & {one.title for one in stops}


@pytest.mark.parametrize(
    ("did", "said"),
    [
        ("?did=sent", SENT),
        ("?did=claim&task=chase_panel", ": taken on."),
        ("?did=claim&task=no_such_task", None),
        ("?did=anything&task=chase_panel", None),
    ],
)
def test_an_address_can_make_the_page_say_only_what_was_done(
    enter: Callable[[str], Visit], case: Case, did: str, said: str | None
) -> None:
    plain, text = enter("jo").get(f"/cases/{case.id}").text, enter("jo").get(f"/cases/{case.id}{did}").text
    assert (said in text) if said else ("govuk-notification-banner" in text) == ("govuk-notification-banner" in plain)


def test_a_note_that_is_refused_comes_back_and_one_that_is_kept_is_said(
    enter: Callable[[str], Visit], case: Case
) -> None:
    jo, path = enter("jo"), f"/cases/{case.id}/notes"
    long = "word " * 5000
    assert long.strip()[:1000] in jo.post(path, {"text": long}, 422).text
    assert jo.post(path, {"text": "Rang the school"}).headers["location"] == f"{path}?kept=1"
    assert f"The note is kept with case {case.id}." in jo.get(f"{path}?kept=1").text


def test_auditors_read_steps_and_accesses_without_content(enter: Callable[[str], Visit], case: Case) -> None:
    ann = enter("ann")
    for path in (f"/cases/{case.id}/timeline", f"/cases/{case.id}/accesses"):
        text = ann.get(path).text
        assert "Zebedee" not in text
        assert "Rang the school" not in text
    ann.get(f"/cases/{case.id}", 404)
    assert ann.get(f"/histories?number={case.id}", 303).headers["location"] == f"/cases/{case.id}/timeline"
    enter("jo").get("/histories", 404)


@pytest.fixture(scope="module")
def long(stage: Engine) -> Case:
    """A case with many steps: a document of it came again and again."""
    case = in_panel(stage)
    while case.version < 25:
        case = done(stage.add_document(case.id, "send_plan", str(case.version).encode(), "coordinator"))
    return case


def numbers(text: str) -> list[int]:
    """The steps of the timeline that stand on a page, in its order."""
    return [int(one) for one in re.findall(r'id="entry-(\d+)"', text)]


def led(text: str, relation: str) -> str:
    """Where a page leads to by a link of this relation; empty where it does not."""
    found = re.search(rf'href="([^"]+)" rel="{relation}"', text)
    return found.group(1) if found else ""


@pytest.mark.parametrize("login", ["jo", "ann"])
def test_a_timeline_is_read_page_by_page_there_and_back(
    enter: Callable[[str], Visit], long: Case, login: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "STEPS", 10)
    reads, path, pages = enter(login), f"/cases/{long.id}/timeline", list[str]()
    while path:
        pages.append(reads.get(path).text)
        path = led(pages[-1], "next")
    every = list(range(long.version, 0, -1))
    assert [numbers(one) for one in pages] == [every[:10], every[10:20], every[20:]]
    assert f"Entries 16 to 25 of {long.version}, the latest first" in pages[0]
    assert not led(pages[0], "prev")
    for later, earlier in pairwise(pages):
        assert numbers(reads.get(led(earlier, "prev")).text) == numbers(later)


def test_an_address_leads_to_any_step_of_a_timeline(
    enter: Callable[[str], Visit], long: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "STEPS", 10)
    jo, path = enter("jo"), f"/cases/{long.id}/timeline"
    for entry in range(1, long.version + 1):
        found = numbers(jo.get(f"{path}?entry={entry}").text)
        assert entry in found
        assert len(found) == 10
    newest = numbers(jo.get(path).text)
    assert numbers(jo.get(f"{path}?entry=99999").text) == newest
    for bad, status in (("after=x", 422), ("entry=-1", 404), (f"entry={2**40}", 404)):
        jo.get(f"{path}?{bad}", status)


def test_a_short_timeline_has_no_pages(enter: Callable[[str], Visit], case: Case) -> None:
    text = enter("jo").get(f"/cases/{case.id}/timeline").text
    assert numbers(text) == list(range(case.version, 0, -1))
    assert "Pages of the timeline" not in text
    assert "the latest first" not in text


def test_a_timeline_tells_what_was_answered_to_who_may_see_it(enter: Callable[[str], Visit], long: Case) -> None:
    path = f"/cases/{long.id}/timeline"
    jo, ann = enter("jo").get(path).text, enter("ann").get(path).text
    assert "<dt>Key stage</dt><dd>KS3 (Years 7 to 9)</dd>" in jo
    assert "<dt>File</dt><dd>referral_form.txt</dd>" in jo
    assert "by Partnership Coordinator" in jo
    for content in ("KS3", "referral_form.txt", "A Pupil"):
        assert content not in ann, content
    assert "Document added: Referral form" in ann


@pytest.mark.parametrize("login", ["jo", "ann"])
def test_steps_of_some_kinds_are_chosen_by_a_form_and_stay_so_on_every_page(
    enter: Callable[[str], Visit], long: Case, login: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "STEPS", 10)
    reads, path = enter(login), f"/cases/{long.id}/timeline?kind=documents&kind=tasks"
    text = reads.get(path).text
    assert len(re.findall(r'name="kind" type="checkbox" value="\w+" checked', text)) == 2
    assert f"Documents, Tasks: {long.version - 1} entries" in text
    found = numbers(text)
    while onward := led(text, "next"):
        assert onward.endswith("&amp;kind=documents&amp;kind=tasks")
        text = reads.get(html.unescape(onward)).text
        found += numbers(text)
    assert found == list(range(long.version, 1, -1))
    assert numbers(reads.get(f"/cases/{long.id}/timeline?kind=people").text) == [1]
    empty = reads.get(f"/cases/{long.id}/timeline?kind=corrections").text
    assert (numbers(empty), "Corrections and erasure: 0 entries" in empty) == ([], True)
    assert "There are: people, documents" in reads.get(f"/cases/{long.id}/timeline?kind=letters", 422).text
    assert "Documents, Tasks" in reads.get(f"{path}&kind=documents").text
    reads.get(f"/cases/{long.id}/timeline?{'&'.join(['kind=people'] * 9)}", 404)


def test_a_timeline_that_is_shown_is_written_down_once_and_an_auditors_not(
    enter: Callable[[str], Visit], stage: Engine, long: Case
) -> None:
    jo, ann = enter("jo"), enter("ann")
    before = stage.accesses(long.id, limit=1000)
    for visit in (jo, ann):
        visit.get(f"/cases/{long.id}/timeline")
        visit.get(f"/cases/{long.id}/timeline?kind=documents")
    new = stage.accesses(long.id, limit=1000)[: -len(before) or None]
    assert [(one.by, one.what) for one in new] == [("jo", "history")] * 2
