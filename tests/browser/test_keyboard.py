"""One referral from the school to its review, by keyboard alone."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn, Site, today
from tests.steps import AREAS

MOST = 250
FOCUS = "getComputedStyle(document.activeElement)"


class Keys:
    """A keyboard on a page: nothing else is used."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, css: str, text: str = "") -> None:
        """Press Tab until something that fits has the focus, and shows that it has."""
        for _ in range(MOST):
            self.page.keyboard.press("Tab")
            fits = self.page.evaluate(
                "([css, text]) => document.activeElement.matches(css)"
                " && (!text || document.activeElement.textContent.trim().startsWith(text))",
                [css, text],
            )
            if fits:
                shown = f"{FOCUS}.outlineStyle !== 'none' || {FOCUS}.boxShadow !== 'none'"
                assert self.page.evaluate(shown), (css, text)
                return
        raise AssertionError(f"{css} {text} cannot be reached by keyboard on {self.page.url}")

    def follow(self, text: str) -> None:
        """Follow a link."""
        self.to("main a", text)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def press(self, text: str) -> None:
        """Press a button."""
        self.to("main button", text)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def write(self, name: str, text: str) -> None:
        """Type into a field."""
        self.to(f'[id="{name}"]')
        self.page.keyboard.type(text)

    def date(self, name: str) -> None:
        """Type today's date."""
        day = today().astimezone(ZoneInfo("Europe/London"))
        for part, value in (("day", day.day), ("month", day.month), ("year", day.year)):
            self.write(f"{name}-{part}", str(value))

    def choose(self, name: str, value: str) -> None:
        """Choose one of several: Tab goes to the group, arrows within it."""
        self.to(f'input[name="{name}"]')
        self.page.keyboard.press("Space")
        self._arrow_to(value)

    def select(self, css: str, value: str) -> None:
        """Choose one of a list that drops down."""
        self.to(css)
        self._arrow_to(value)

    def _arrow_to(self, value: str) -> None:
        for _ in range(12):
            if self.page.evaluate("document.activeElement.value") == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{value} cannot be chosen by keyboard on {self.page.url}")

    def attach(self, css: str, file: Path) -> None:
        """Choose a file in the field that has the focus. The window for it is the system's, not the page's."""
        self.to(css)
        self.page.locator(css).set_input_files(str(file))
        expect(self.page.locator(css.replace("files", "uploaded"))).to_contain_text(file.name)

    def happens(self, title: str) -> None:
        """Go on from a form, look the answers over, and do it."""
        self.press("Go on")
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Check your answers")
        self.press(title)
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Done")
        self.follow("Go to the case")


def test_a_referral_by_keyboard_alone(site: Site, sign_in: SignIn, tmp_path: Path) -> None:
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(b"%PDF-1.4\n%%EOF\n")
    keys = Keys(sign_in("demo.senco"))
    keys.page.keyboard.press("Tab")
    assert keys.page.evaluate("document.activeElement.textContent") == "Skip to main content"
    keys.follow("Begin a new case")
    keys.choose("way", "hbep-referral panel")
    keys.press("Begin")
    keys.follow("The school")
    keys.press("Keep and go on")
    keys.follow("Consent and who it is about")
    keys.choose("consent", "yes")
    keys.write("pupil_name", "Kit Marsh")
    keys.press("Keep and go on")
    keys.follow("Why you ask")
    keys.write("ground", "At risk of exclusion")
    keys.press("Keep and go on")
    keys.follow("Key stage and SEND")
    keys.choose("key_stage", "KS4")
    keys.press("Keep and go on")
    keys.follow("Documents")
    for kind in ("referral_form", "rrs_baseline", "send_plan"):
        keys.attach(f"#files-{kind}", paper)
    keys.follow("That is all")
    keys.follow("Check and send")
    keys.press("Send")
    keys.follow("Go to the case")
    number = int(keys.page.url.rpartition("/")[2])

    keys = Keys(sign_in("demo.coordinator"))
    keys.page.goto(f"/cases/{number}")
    keys.follow("Offer Programme Management")
    keys.date("panel_date")
    keys.write("leaving_year", "2099")
    keys.choose("rating.rated_by", "school")
    for area in AREAS:
        keys.write(f"rating.{area}", "30")
    keys.choose("programme", "full_time")
    keys.happens("Offer Programme Management")
    keys.follow("Complete the admission")
    keys.date("admission_meeting")
    keys.write("dsl_contact", "Duty DSL 01632 960101")
    keys.happens("Complete the admission")
    keys.follow("Record the induction visit")
    keys.date("induction_visit")
    keys.to("input[name=induction_present]")
    keys.page.keyboard.press("Space")
    keys.happens("Record the induction visit")
    keys.follow("Add Commissioning agreement")
    keys.attach("#files-commissioning_agreement", paper)
    keys.page.goto(f"/cases/{number}")
    keys.follow("Start the placement")
    keys.happens("Start the placement")
    keys.follow("Hold the review")
    keys.choose("review.can_return", "no")
    keys.write("review.review_reasons", "Just begun.")
    keys.choose("review.took_part", "school")
    keys.happens("Hold the review")
    case = site.engine.case(number)
    assert (case.state, len(case.series["review"]), case.data["pupil_name"]) == ("programme.review", 1, "Kit Marsh")
    assert site.problems == []
