"""Steps: cases of the referral process brought to where a test needs them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from engine.case.refusal import Refusal
from engine.service import Case, Engine
from tests.conftest import REFERRAL

PUPIL = {"school": "Hilltop", "key_stage": "KS3", "consent": "yes", "pupil_name": "A Pupil"}
AREAS = {"self_control": 30, "social": 30, "awareness": 25, "skills": 35, "approach": 30}
# All that the panel's decision is asked for besides the papers.
OFFER = {
    "programme": "full_time",
    "ground": "Suspended often",
    "leaving_year": 2027,
    "panel_date": "2023-09-01",
    "rating": {"rated_by": "school", **AREAS},
}
PAPERS = ("referral_form", "rrs_baseline", "send_plan")


def done(result: Any) -> Case:
    """The case, or a failure that says why it was refused."""
    assert isinstance(result, Case), result
    return result


def refusal(result: Any) -> Refusal:
    """Why nothing happened, or a failure where something did."""
    assert isinstance(result, Refusal), result
    return result


def in_panel(engine: Engine, *, at: datetime | None = None, **data: Any) -> Case:
    """A referral with its papers, before the panel."""
    case = done(engine.open_case("hbep-referral", "coordinator", {**PUPIL, **data}, state="panel", at=at))
    for paper in PAPERS:
        case = done(engine.add_document(case.id, paper, paper.encode(), "coordinator", name=f"{paper}.txt"))
    return case


def offered(engine: Engine, **data: Any) -> Case:
    """A referral that was offered a programme: in admission, or waiting."""
    case = in_panel(engine, **data)
    return done(engine.fire(case.id, "offer_programme", "coordinator", OFFER))


def in_placement(engine: Engine, **data: Any) -> Case:
    """A pupil whose placement has just begun."""
    case = offered(engine, **data)
    today = case.opened.date().isoformat()
    meeting = {"admission_meeting": today, "dsl_contact": "Duty DSL"}
    done(engine.fire(case.id, "complete_admission", "coordinator", meeting))
    visit = {"induction_visit": today, "induction_present": ["pupil"]}
    done(engine.fire(case.id, "record_induction", "staff", visit))
    done(engine.add_document(case.id, "commissioning_agreement", b"signed", "coordinator"))
    return done(engine.fire(case.id, "start_placement", "coordinator"))


REVIEW = {"review": {"can_return": "no", "review_reasons": "Not yet", "took_part": ["school"]}}


VISITS = """
        each: half term
        before_end: 10 school days
        when: within("programme.placement") || within("programme.review")
        unless: count(visit, "this half term") > 0
        raise: school_visit
"""
REPEATED = """
        every: 1 half term
        when: within("programme.placement") || within("programme.review")
        raise: school_visit
"""


def visits_by_half_terms(engine: Engine) -> None:
    """Publish a version in which visits are asked for every half term from the beginning, the first after a review."""
    changed = REFERRAL.read_text(encoding="utf-8")
    for before, after in (
        (VISITS, REPEATED),
        ("version: 2023-24.2", "version: repeated"),
        ("from: 2023-09-01", "from: 2023-09-02"),
    ):
        assert changed.count(before) == 1
        changed = changed.replace(before, after)
    engine.publish(changed, (REFERRAL.parent / "calendars/leicestershire.yaml").read_text(encoding="utf-8"))
