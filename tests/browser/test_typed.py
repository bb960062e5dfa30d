"""What was typed is never lost, what cannot be taken back is asked once, and a confirmation says what was done."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, time, timedelta

from playwright.sync_api import Page, expect

from engine.case.command import Actor
from engine.service.meetings.meetings import BadMeeting
from tests.browser.conftest import SignIn, Site, today
from tests.browser.test_every_page import violations
from tests.browser.test_stories import PDF, follow, main, press

COORDINATOR = Actor("demo.coordinator", frozenset({"coordinator"}))


def planned(site: Site) -> tuple[date, int]:
    """The next day on which the demonstration, whose days hang on today, has no such meeting; and one on it."""
    for ahead in range(3, 60):
        day = (today() + timedelta(days=ahead)).date()
        with suppress(BadMeeting):
            return day, site.engine.meetings.plan("hbep-referral", "panel", "hinckley", day, time(9, 30), COORDINATOR)
    raise AssertionError("two months without a free day")


def heard(site: Site, count: int = 2) -> tuple[int, list[int]]:
    """A meeting, and the cases on its agenda."""
    day, meeting = planned(site)
    numbers = []
    for index in range(count):
        data = {"school": "Hilltop Academy", "area": "hinckley", "key_stage": "KS3", "consent": "yes"}
        data |= {"pupil_name": f"Pupil {chr(65 + index)}", "ground": "At risk"}
        case = site.engine.open_case("hbep-referral", COORDINATOR, data, state="panel")
        assert case
        for paper in ("referral_form", "rrs_baseline", "send_plan"):
            assert site.engine.add_document(case.id, paper, PDF, "coordinator", name=f"{paper}.pdf")
        assert site.engine.fire(
            case.id, "book_panel", COORDINATOR, {"panel_date": day.isoformat(), "area": "hinckley", "ground": "At risk"}
        )
        numbers.append(case.id)
    return meeting, numbers


def draft_of(page: Page) -> str:
    """The address of a draft that was just begun."""
    page.goto("/cases-new")
    page.get_by_label("Referral to the partnership: Area panel").check()
    press(page, "Begin")
    page.wait_for_url("**/drafts/*")
    return page.url


def test_minutes_are_kept_when_an_outcome_is_chosen(site: Site, sign_in: SignIn) -> None:
    meeting, (first, second) = heard(site)
    page = sign_in("demo.coordinator")
    page.goto(f"/meetings/{meeting}/cases/{first}")
    page.get_by_label("Write down what was said").fill("To be looked at again.")
    assert violations(page) == []
    follow(page, "Next case")
    page.wait_for_url(f"**/cases/{second}")
    page.go_back()
    expect(main(page)).to_contain_text("To be looked at again.")
    page.get_by_label("Write down what was said").fill("The panel agreed.")
    follow(page, "School goes on with advice")
    page.wait_for_url("**/do/*")
    assert [one.text for one in site.engine.desk.notes(first, COORDINATOR)] == [
        "The panel agreed.",
        "To be looked at again.",
    ]
    page.get_by_label("Advice", exact=True).fill("Keep the mentor.")
    press(page, "Go on")
    press(page, "School goes on with advice")
    told = page.get_by_role("alert")
    expect(told).to_contain_text(
        f"What came of case {first} is kept. School went on with advice (Pupil A, case {first})."
    )
    expect(told).to_contain_text("The case has ended:")
    assert [one for one in site.problems if "422" not in one] == []


def test_minutes_are_kept_without_script_too(site: Site, sign_in: SignIn) -> None:
    meeting, (first, _) = heard(site)
    page = sign_in("demo.coordinator", script=False)
    page.goto(f"/meetings/{meeting}/cases/{first}")
    page.get_by_label("Write down what was said").fill("x" * 20_001)
    follow(page, "School goes on with advice")
    expect(page.get_by_role("alert")).to_contain_text("at most 20,000 characters")
    expect(page.get_by_label("Write down what was said")).to_have_value("x" * 20_001)
    page.get_by_label("Write down what was said").fill("Agreed.")
    follow(page, "School goes on with advice")
    expect(page.get_by_label("Advice", exact=True)).to_be_visible()
    assert [one.text for one in site.engine.desk.notes(first, COORDINATOR)] == ["Agreed."]


def test_a_part_of_a_draft_is_kept_by_whatever_link_it_is_left(site: Site, sign_in: SignIn) -> None:
    page = sign_in("demo.senco")
    draft = draft_of(page)
    ways = {
        "its own link": lambda: follow(page, "Back"),
        "the menu": lambda: follow(page, "Tasks"),
        "the browser's button": lambda: page.go_back(),
        "an address": lambda: page.goto("/dates"),
    }
    for way, leave in ways.items():
        page.goto(draft)
        follow(page, "Why you ask")
        page.locator("#ground").fill(f"Left by {way}")
        before = page.url
        leave()
        page.wait_for_url(lambda url, before=before: url != before)
        page.goto(draft)
        follow(page, "Why you ask")
        expect(page.locator("#ground")).to_have_value(f"Left by {way}")
    page.locator("#ground").fill("Signed out")
    press(page, "Sign out")
    page.wait_for_url("**/signed-out")
    page = sign_in("demo.senco")
    page.goto(draft)
    follow(page, "Why you ask")
    expect(page.locator("#ground")).to_have_value("Signed out")
    assert site.problems == []


def test_what_is_wrong_in_a_draft_is_kept_and_said(site: Site, sign_in: SignIn) -> None:
    page = sign_in("demo.senco", script=False)
    draft = draft_of(page)
    follow(page, "Consent and who it is about")
    page.locator("#upn").fill("nonsense")
    follow(page, "Back")
    page.wait_for_url(draft)
    row = page.get_by_role("listitem").filter(has_text="Consent and who it is about")
    expect(row).to_contain_text("To be mended")
    follow(page, "Consent and who it is about")
    expect(page.locator("#upn")).to_have_value("nonsense")
    expect(page.get_by_role("alert")).to_contain_text("UPN")


def test_a_draft_is_discarded_only_when_asked_once(site: Site, sign_in: SignIn) -> None:
    page = sign_in("demo.senco")
    draft = draft_of(page)
    follow(page, "Why you ask")
    page.locator("#ground").fill("Fourth suspension")
    press(page, "Keep and go on")
    follow(page, "Discard this draft")
    expect(page.get_by_role("heading", level=1)).to_have_text("Discard this draft?")
    expect(main(page)).to_contain_text("This cannot be taken back.")
    assert violations(page) == []
    follow(page, "No, go back")
    page.wait_for_url(draft)
    follow(page, "Discard this draft")
    press(page, "Discard it")
    expect(page.get_by_role("alert")).to_contain_text("The draft is discarded.")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("This draft is not there")


def test_a_meeting_is_cancelled_only_when_asked_once(site: Site, sign_in: SignIn) -> None:
    meeting, _ = heard(site, 0)
    page = sign_in("demo.coordinator")
    page.goto(f"/meetings/{meeting}")
    follow(page, "Move or cancel it")
    follow(page, "Cancel the meeting")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cancel this meeting?")
    assert violations(page) == []
    follow(page, "No, go back")
    page.wait_for_url(f"**/meetings/{meeting}")
    page.goto(f"/meetings/{meeting}/cancel")
    press(page, "Cancel the meeting")
    expect(page.get_by_role("alert")).to_contain_text("The meeting is cancelled.")
    assert site.problems == []


def test_a_confirmation_says_what_was_done_to_which_case_and_what_comes_next(site: Site, sign_in: SignIn) -> None:
    page = sign_in("demo.coordinator")
    page.goto("/tasks")
    page.locator("input[name=task]").first.check()
    number = page.locator("input[name=task]").first.input_value().partition("/")[0]
    press(page, "Take on")
    told = page.get_by_role("alert")
    expect(told).to_contain_text("1 task was changed.")
    expect(told).to_contain_text(": taken on (")
    expect(told).to_contain_text(f"case {number})")
    expect(told).to_contain_text("What comes next:")
    page.goto("/tasks?show=all")
    for index in range(2):
        page.locator("input[name=task]").nth(index).check()
    press(page, "Take on")
    expect(page.get_by_role("alert")).to_contain_text("2 tasks were changed. Taken on:")
    page.goto(f"/cases/{number}/notes")
    page.get_by_label("Write a note").fill("They rang.")
    press(page, "Keep note")
    expect(page.get_by_role("alert")).to_contain_text(f"The note is kept with case {number}.")


def test_back_after_done_says_that_it_was_done(site: Site, sign_in: SignIn) -> None:
    page = sign_in("demo.coordinator")
    page.goto("/cases/60")
    follow(page, "Complete the details")
    page.locator("#tried").fill("A mentor.")
    press(page, "Go on")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    press(page, "Change answers")
    expect(page.locator("#tried")).to_have_value("A mentor.")
    press(page, "Go on")
    press(page, "Complete the details")
    expect(page.get_by_role("heading", level=1)).to_have_text("Done")
    expect(main(page)).to_contain_text("Details completed")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("This was done already")
    assert violations(page) == []
    follow(page, "See what came of it")
    expect(page.get_by_role("heading", level=1)).to_have_text("Done")
    assert site.problems == []


def test_a_form_that_came_too_late_is_there_after_signing_in(site: Site, sign_in: SignIn) -> None:
    page = sign_in("demo.coordinator")
    page.goto("/cases/60")
    follow(page, "Complete the details")
    page.locator("#tried").fill('A mentor,\n"and" more <time>.')
    site.engine.accounts.sign_out_everywhere("demo.coordinator")
    press(page, "Go on")
    page.get_by_label("User name").fill("demo.coordinator")
    page.get_by_label("Password").fill(site.passwords["demo.coordinator"])
    press(page, "Sign in")
    expect(main(page)).to_contain_text(
        "When you sent it you were not signed in as this site asks, and nothing was done."
    )
    expect(page.locator("#tried")).to_have_value('A mentor,\n"and" more <time>.')
    assert violations(page) == []
    press(page, "Go on")
    press(page, "Complete the details")
    expect(page.get_by_role("heading", level=1)).to_have_text("Done")
    assert site.problems == []


def test_a_draft_that_was_sent_leads_to_its_case(site: Site, sign_in: SignIn) -> None:
    page = sign_in("demo.senco")
    draft = draft_of(page)
    follow(page, "Check and send")
    press(page, "Send")
    expect(page.get_by_role("heading", level=1)).to_have_text("Done")
    expect(main(page)).to_contain_text("Case opened")
    page.go_back()
    expect(page.get_by_role("alert")).to_contain_text("This draft was sent already.")
    page.goto(draft)
    expect(page.get_by_role("alert")).to_contain_text("Here is the case that came of it.")
    assert violations(page) == []
    assert site.problems == []
