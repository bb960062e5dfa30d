"""A real day of four people, in a real browser."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from engine.process.definition import Process
from engine.service import Case
from tests.browser.conftest import SignIn, Site, today
from tests.browser.test_every_page import violations
from tests.steps import OFFER

PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"


def press(page: Page, name: str) -> None:
    """Press a button, and wait until what comes of it has come to rest: an error summary scrolls to itself."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    """Follow a link to another page."""
    with page.expect_navigation():
        page.get_by_role("link", name=name, exact=True).first.click()


def date(page: Page, name: str, days: int, time: str = "") -> None:
    """Type a date, counted from today."""
    day = today() + timedelta(days=days)
    for part, value in (("day", day.day), ("month", day.month), ("year", day.year)):
        page.locator(f"#{name}-{part}").fill(str(value))
    if time:
        page.locator(f"#{name}-time").fill(time)


def main(page: Page) -> Locator:
    """What the page is about."""
    return page.locator("main")


def test_a_senco_refers_a_pupil(site: Site, sign_in: SignIn, tmp_path: Path) -> None:
    page = sign_in("demo.senco")
    follow(page, "Begin a new case")
    page.get_by_label("Referral to the partnership: Area panel").check()
    press(page, "Begin")
    assert re.search(r"/drafts/\d+$", page.url)
    draft = page.url

    follow(page, "The school")
    expect(page.get_by_label("School (optional)")).to_have_value("Hilltop Academy")
    expect(page.get_by_label("Hinckley area panel")).to_be_checked()
    press(page, "Keep and go on")

    follow(page, "Consent and who it is about")
    page.get_by_label("Pupil (optional)").fill("Tom O’Neill-Ünver")
    press(page, "Keep and go on")
    expect(page.get_by_role("alert")).to_contain_text("Pupil cannot be given yet: it depends on Parental consent.")
    expect(page.get_by_label("Pupil (optional)")).to_have_value("Tom O’Neill-Ünver")
    assert violations(page) == []
    page.get_by_label("Yes", exact=True).check()
    page.locator("#upn").fill("A12345")
    press(page, "Keep and go on")
    expect(page.get_by_role("alert")).to_contain_text("UPN is not written as it must be")
    page.locator("#upn").fill("")
    press(page, "Keep and go on")
    assert page.url == draft

    press(page, "Sign out")  # left, and gone on with later
    page = sign_in("demo.senco")
    page.goto(draft)
    expect(main(page)).to_contain_text("Consent and who it is about")
    follow(page, "Why you ask")
    page.locator("#ground").fill("Fourth suspension since September.")
    page.locator("#tried").fill("<script>alert(1)</script>\nA mentor.")
    press(page, "Keep and go on")
    follow(page, "Key stage and SEND")
    page.get_by_label("KS3 (Years 7 to 9)").check()
    press(page, "Keep and go on")

    follow(page, "Documents")
    files = []
    for name, content in (("form.pdf", PDF), ("baseline.pdf", PDF + b" "), ("tool.exe", b"MZ\x90\x00\x03")):
        (tmp_path / name).write_bytes(content)
        files.append(str(tmp_path / name))
    page.locator("#files-forum_form").set_input_files(files[0])
    expect(page.locator("#uploaded-forum_form")).to_contain_text("form.pdf")
    page.locator("#files-referral_form").set_input_files(files)
    expect(main(page)).to_contain_text("tool.exe: This kind of file is not taken.")
    expect(page.locator("#uploaded-referral_form li")).to_have_count(2)
    press(page, "Remove baseline.pdf")
    expect(page.locator("#uploaded-referral_form li")).to_have_count(1)
    assert violations(page) == []
    follow(page, "That is all")
    follow(page, "Check and send")
    expect(main(page)).to_contain_text("<script>alert(1)</script>")
    press(page, "Send")
    expect(page.get_by_role("heading", level=1)).to_have_text("Done")
    follow(page, "Go to the case")
    number = int(page.url.rpartition("/")[2])
    expect(page.get_by_role("heading", level=1)).to_have_text("Tom O’Neill-Ünver")
    assert site.engine.case(number).organisation == "Hilltop Academy"
    assert {one.document for one in site.engine.case(number).documents} == {"forum_form", "referral_form"}
    page.goto("/cases")
    page.get_by_label("Name, number or organisation", exact=True).fill("neill")
    press(page, "Search")
    assert page.url == f"{site.base}/cases"  # a name never stands in an address
    expect(main(page)).to_contain_text("Tom O’Neill-Ünver")
    other = sign_in("demo.school")
    response = other.goto(f"/cases/{number}")
    assert response is not None
    assert response.status == 404
    assert [one for one in site.problems if "404" not in one and "422" not in one] == []


def _ready(site: Site) -> list[int]:
    """Twelve cases of Hinckley schools with their papers, before the panel."""
    numbers = []
    for index in range(12):
        data = {"school": "Hilltop Academy", "area": "hinckley", "key_stage": "KS3" if index % 2 else "KS4"}
        data |= {
            "consent": "yes",
            "pupil_name": f"Pupil {chr(65 + index)}",
            "ground": "At risk",
            "leaving_year": "2099",
        }
        case = site.engine.open_case("hbep-referral", "demo.coordinator:coordinator", data, state="panel")
        assert case
        for paper in ("referral_form", "rrs_baseline", "send_plan"):
            assert site.engine.add_document(case.id, paper, PDF, "coordinator", name=f"{paper}.pdf")
        assert isinstance(site.engine.fire(case.id, "record_rating", "coordinator", {"rating": OFFER["rating"]}), Case)
        numbers.append(case.id)
    return numbers


def test_the_coordinator_takes_twelve_cases_through_a_panel(site: Site, sign_in: SignIn, referral: Process) -> None:
    numbers = _ready(site)
    page = sign_in("demo.coordinator")
    follow(page, "Meetings")
    page.get_by_label("Area panel: Hinckley area panel", exact=True).check()
    date(page, "when", 0, "23:55")  # a programme is offered once the panel was held, which is on that day
    press(page, "Plan it")
    assert re.search(r"/meetings/\d+$", page.url), main(page).inner_text()
    meeting = page.url
    page.goto("/meetings")
    page.get_by_label("Area panel: Hinckley area panel", exact=True).check()
    date(page, "when", 0, "23:56")
    press(page, "Plan it")
    expect(page.get_by_role("alert")).to_contain_text("There is a meeting on")

    for number in numbers:
        page.goto(f"/cases/{number}")
        follow(page, "Put it on the agenda")
        page.locator("input[name=panel_date]").first.check()
        press(page, "Go on")
        press(page, "Put it on the agenda")
        expect(page.get_by_role("heading", level=1)).to_have_text("Done")
    page.goto(meeting)
    expect(main(page).locator("ol li")).to_have_count(12)

    panel = sign_in("demo.panel")
    panel.goto(meeting)
    expect(main(panel).locator("ol li")).to_have_count(12)
    follow(panel, "Agenda pack without names")
    assert "Pupil A" not in panel.content()
    assert f"Case {numbers[0]}" in panel.content()

    for place, number in enumerate(numbers):
        page.goto(f"{meeting}/cases/{number}")
        expect(main(page)).to_contain_text(f"1 of {12 - place} at Area panel: Hinckley area panel")
        page.get_by_label("Write down what was said").fill(f"Discussed: {place}")
        press(page, "Keep")
        expect(main(page)).to_contain_text(f"Discussed: {place}")
        if place % 3 == 0:
            follow(page, "School goes on with advice")
            press(page, "Go on")
            expect(page.get_by_role("alert")).to_contain_text("Advice must be filled in.")
            page.get_by_label("Advice", exact=True).fill("Keep the mentor.")
            press(page, "Go on")
            press(page, "School goes on with advice")
        else:
            follow(page, "Offer Programme Management")
            page.get_by_label("Full time").check()
            press(page, "Go on")
            press(page, "Offer Programme Management")
        expect(page.get_by_role("alert")).to_contain_text(f"What came of case {number} is kept.")
    expect(main(page)).to_contain_text("No case is booked, or all of them were heard.")
    page.get_by_label("Who was there").fill("Robin Hale\nLee Norton")
    press(page, "Keep")
    expect(page.get_by_role("alert")).to_contain_text("The meeting is kept.")
    ended = [number for number in numbers if site.engine.case(number).outcome]
    assert len(ended) == 4
    assert {site.engine.case(number).state for number in numbers if number not in ended} <= {
        "programme.admission",
        "waiting",
    }
    assert [one for one in site.problems if "422" not in one] == []


def test_the_coordinator_holds_a_review_that_was_overdue(site: Site, sign_in: SignIn) -> None:
    page = sign_in("demo.coordinator")
    page.locator(".casework-counts a.late").click()
    row = page.locator("tbody tr").filter(has_text="Review overdue").first
    row.get_by_role("link", name="Review overdue").click()
    number = int(page.url.removesuffix("/do/hold_review").rpartition("/")[2])  # there it is done
    press(page, "Go on")
    expect(page.get_by_role("alert")).to_contain_text("Can the pupil return to mainstream? must be filled in.")
    page.get_by_role("group", name="Can the pupil return to mainstream?").get_by_label("No").check()
    page.get_by_label("Reasons", exact=True).fill("Not yet.")
    page.get_by_role("group", name="Who took part").get_by_label("School").check()
    page.locator("summary", has_text="It happened earlier").click()
    date(page, "happened-at", 3, "10:00")
    press(page, "Go on")
    expect(page.get_by_role("alert")).to_contain_text("The time lies in the future.")
    date(page, "happened-at", -1, "10:00")

    # Meanwhile somebody else changes the case: nothing that was typed is lost.
    site.engine.fire(number, "add_details", "demo.staff:coordinator", {"tried": "More"})
    press(page, "Go on")
    expect(main(page)).to_contain_text("The case was changed meanwhile")
    expect(main(page)).to_contain_text("Details completed by Jamie Frost")
    expect(page.get_by_label("Reasons", exact=True)).to_have_value("Not yet.")
    assert violations(page) == []
    date(page, "happened-at", 0, "00:00")
    for part in ("day", "month", "year", "time"):
        page.locator(f"#happened-at-{part}").fill("")
    press(page, "Go on")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    press(page, "Change answers")
    page.get_by_label("Reasons", exact=True).fill("Not yet, but soon.")
    press(page, "Go on")
    assert violations(page) == []
    sent = page.evaluate("[...new FormData(document.querySelector('main form'))]")
    press(page, "Hold the review")
    expect(page.get_by_role("heading", level=1)).to_have_text("Done")
    expect(main(page)).to_contain_text("Review")
    assert violations(page) == []
    where = {"origin": page.evaluate("location.origin")}
    again = page.request.post(f"/cases/{number}/do/hold_review", form={**dict(sent), "step": "do"}, headers=where)
    assert (again.status, again.url) == (200, page.url)  # a second click does nothing more
    held = [one for one in site.engine.report(number).history if one.what == "Review held"]
    assert len(held) == 1
    assert site.engine.case(number).state == "programme.review"


def test_a_manager_sees_who_waits_and_why(site: Site, sign_in: SignIn) -> None:
    page = sign_in("demo.manager")
    follow(page, "Places")
    section = page.locator("section", has=page.get_by_role("heading", name="KS3 place"))
    expect(section).to_contain_text("20 taken, 5 held for cases on their way, 0 free. 3 waiting")
    page.get_by_role("link", name="Joel Mabey").click()
    expect(main(page)).to_contain_text("Waiting for a place")
    follow(page, "Timeline")
    expect(main(page)).to_contain_text("Programme Management offered")
    follow(page, "Access log")
    expect(main(page)).to_contain_text("demo.manager")
    with page.expect_download() as loading:
        page.goto("/cases?state=waiting")
        page.get_by_role("link", name="CSV", exact=True).click()
    text = Path(loading.value.path()).read_text("utf-8-sig")
    assert text.splitlines()[0] == "Number,Name,State,Organisation,In state since,Next task due,Roughly"
    assert len(text.splitlines()) == 4
    page.get_by_label("Keep this view as").fill("Waiting")
    press(page, "Keep view")
    expect(page.get_by_role("link", name="Waiting", exact=True)).to_have_attribute("href", "/cases?state=waiting")
    assert site.problems == []


def test_an_administrator_adds_a_school_and_its_people(site: Site, sign_in: SignIn, referral: Process) -> None:
    page = sign_in("demo.administrator")
    follow(page, "Organisations")
    page.get_by_label("Name", exact=True).fill("Hilltop Academy")
    press(page, "Add")
    expect(page.get_by_role("alert")).to_contain_text("There is an organisation Hilltop Academy already.")
    page.get_by_label("Name", exact=True).fill("Canal Side School")
    page.get_by_role("radio", name="Bosworth area panel").check()
    press(page, "Add")
    expect(main(page)).to_contain_text("Canal Side School")
    follow(page, "People")
    follow(page, "Add a person")
    page.get_by_label("User name").fill("kay")
    page.get_by_label("Name", exact=True).fill("Kay Reid")
    page.get_by_label("Referring school").check()
    page.get_by_label("Organisation").select_option("Canal Side School")
    press(page, "Add and invite")
    address = page.locator(".casework-address").inner_text()
    assert address.startswith(site.base)
    assert violations(page) == []
    press(page, "Sign out")
    page.goto(address)
    page.get_by_label("New password").fill("short")
    press(page, "Keep it and sign in")
    expect(page.get_by_role("alert")).to_contain_text("A password has 12 to 200 characters.")
    assert violations(page) == []
    page.get_by_label("New password").fill("three random words")
    press(page, "Keep it and sign in")
    expect(page.get_by_role("heading", level=1)).to_have_text("What waits for you")
    page.goto(address)
    expect(main(page)).to_contain_text("This invitation holds no more")

    page = sign_in("demo.administrator")
    page.goto("/processes-draft?begin=hbep-referral+2023-24.2")
    text = page.get_by_label("Process", exact=True)
    text.fill(
        text.input_value().replace("capacity: 25", "capacity: 30").replace("owner: coordinator", "owner: nobody", 1)
    )
    press(page, "Check")
    expect(main(page)).to_contain_text("There is no role nobody.")
    assert violations(page) == []
    text = page.get_by_label("Process", exact=True)
    text.fill(text.input_value().replace("owner: nobody", "owner: coordinator"))
    press(page, "Check")
    expect(main(page)).to_contain_text("was published before with another text")
    text.fill(page.get_by_label("Process", exact=True).input_value().replace("2023-24.2", "2026-27.1"))
    press(page, "Check")
    expect(main(page)).to_contain_text("hbep-referral 2026-27.1 can be published")
    assert violations(page) == []
    press(page, "Publish")
    expect(page.get_by_role("heading", level=1)).to_have_text("Referral to the partnership, version 2026-27.1")
    assert site.engine.free_places("hbep-referral")["ks3"] >= 0


def test_it_works_without_script(site: Site, sign_in: SignIn) -> None:
    page = sign_in("demo.coordinator", script=False)
    page.goto("/cases")
    page.locator("#state").select_option("waiting")
    press(page, "Search")
    expect(page.locator("tbody tr")).to_have_count(3)
    page.goto("/tasks?show=overdue")
    page.locator("input[name=task]").first.check()
    press(page, "Take on")
    expect(main(page)).to_contain_text("1 task was changed.")
    page.goto("/tasks?show=mine")
    expect(page.locator("tbody tr")).to_have_count(1)


def test_tasks_are_handed_over_and_postponed_in_bulk(site: Site, sign_in: SignIn) -> None:
    page = sign_in("demo.coordinator")
    page.goto("/tasks?show=overdue")
    page.get_by_label("Choose all on this page").check()
    count = page.locator("input[name=task]:checked").count()
    assert count > 3
    page.locator("summary", has_text="Postpone").click()
    press(page, "Postpone")
    expect(page.get_by_role("alert")).to_contain_text("Say why it is postponed.")
    assert page.locator("input[name=task]:checked").count() == count
    date(page, "until", 10)
    page.get_by_label("Reason (optional)").fill("The school is closed by snow.")
    press(page, "Postpone")
    expect(page.get_by_role("alert")).to_contain_text(f"{count} tasks were changed.")
    expect(main(page)).to_contain_text("There are no tasks here.")
    page.goto("/tasks")
    page.locator("input[name=task]").first.check()
    page.get_by_label("Give to").select_option("demo.staff")
    press(page, "Give")
    expect(page.get_by_role("alert")).to_contain_text("1 task was changed.")
    assert [one.person for one in site.engine.tasks(person="demo.staff").items] == ["demo.staff"]


def test_a_whole_event_by_keyboard_alone(sign_in: SignIn) -> None:
    page = sign_in("demo.coordinator")
    page.goto("/cases/60")

    def tab_to(text: str) -> None:
        for _ in range(150):
            page.keyboard.press("Tab")
            at = page.evaluate("(document.activeElement.innerText || document.activeElement.value || '').trim()")
            if at == text:
                style = "getComputedStyle(document.activeElement)"
                shown = page.evaluate(f"{style}.outlineStyle !== 'none' || {style}.boxShadow !== 'none'")
                assert shown, text
                return
        raise AssertionError(f"{text} cannot be reached by keyboard")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to main content"
    tab_to("Complete the details")
    page.keyboard.press("Enter")
    page.wait_for_url("**/do/add_details")
    while page.evaluate("document.activeElement.id") != "tried":
        page.keyboard.press("Tab")
    page.keyboard.type(" And a quiet room.")
    tab_to("Go on")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    tab_to("Complete the details")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Done")


def test_a_second_factor_is_asked_for_and_a_recovery_code_helps(site: Site, sign_in: SignIn) -> None:
    import pyotp

    page = sign_in("demo.manager")
    page.goto("/profile/code")
    assert violations(page) == []
    secret = page.locator("code").inner_text()
    page.get_by_label("Password now").fill("not this one")
    press(page, "Begin")
    expect(page.get_by_role("alert")).to_contain_text("This is not your password.")
    page.get_by_label("Password now").fill(site.passwords["demo.manager"])
    page.get_by_label("Code").fill("000000")
    press(page, "Begin")
    expect(page.get_by_role("alert")).to_contain_text("This code is not right.")
    page.get_by_label("Password now").fill(site.passwords["demo.manager"])
    page.get_by_label("Code").fill(pyotp.TOTP(page.locator("code").inner_text()).now())
    assert page.locator("code").inner_text() == secret
    press(page, "Begin")
    codes = page.locator("main li code").all_inner_texts()
    assert len(codes) == 8
    assert violations(page) == []
    press(page, "Sign out")
    page.goto("/sign-in?next=/places")
    page.get_by_label("User name").fill("demo.manager")
    page.get_by_label("Password").fill(site.passwords["demo.manager"])
    press(page, "Sign in")
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter your code")
    page.goto("/places")
    assert "/sign-in" in page.url
    page.goto("/sign-in/code?next=/places")
    assert violations(page) == []
    page.get_by_label("Code").fill("☃")
    press(page, "Go on")
    expect(page.get_by_role("alert")).to_contain_text("This code is not right.")
    assert violations(page) == []
    page.get_by_label("Code").fill(codes[0])
    press(page, "Go on")
    expect(page.get_by_role("heading", level=1)).to_have_text("Places")
