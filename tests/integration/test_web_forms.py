"""Forms of the pages: what is asked for, what was answered in boxes, and what comes back to be mended."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi import FastAPI
from starlette.datastructures import FormData

from engine import Engine
from engine.clock import SetClock
from engine.service.people.attempts import Throttle
from engine.web.app import create_site
from engine.web.forms.forms import PARTS, Question, date_in, event_questions
from engine.web.visitor import Posted
from tests.integration.site import Visit, settle
from tests.steps import PUPIL, done


@pytest.fixture
def site(engine: Engine) -> FastAPI:
    settle(engine)
    engine.people.add("lou", "Lou", ["clerk"], "Hilltop")
    engine.accounts.set_password("lou", "correct horse battery")
    return create_site(engine, throttle=Throttle(1000, 1000))


def test_another_trade_gets_its_pages_without_a_template(site: FastAPI, engine: Engine) -> None:
    lou = Visit(site, "lou")
    assert "Equipment loan: Requested" in lou.get("/cases-new").text
    begun = lou.post("/drafts", {"way": "equipment-loan requested"})
    draft = begun.headers["location"]
    lou.post(f"{draft}/part/0", {"club": "Hilltop", "item": "lathe"})
    sent = lou.post(f"{draft}/send")
    case = int(re.findall(r"\d+", sent.headers["location"])[0])
    text = lou.get(f"/cases/{case}").text
    assert "Lathe" in text
    assert "Answer the request" in text
    assert "Write a note" in text
    lou.get(f"/cases/{case}/do/write_note")
    lou.post(f"/cases/{case}/do/write_note", {"note": "", "step": "check", "version": "1"}, 422)
    looked = lou.post(f"/cases/{case}/do/write_note", {"note": "Handle with care", "step": "check", "version": "1"})
    assert "Check your answers" in lou.get(looked.headers["location"]).text
    assert "Requested" in lou.get("/board?process=equipment-loan").text
    assert "Saw" in lou.get("/places").text
    jo = Visit(site, "jo")
    jo.get(f"/cases/{case}", 404)


@pytest.mark.parametrize(
    ("boxes", "text"),
    [
        (("4", "9", "2026", ""), "2026-09-04"),
        (("4", "9", "2026", "13.30"), "2026-09-04 13:30"),
        (("4", "9", "2026", "9:05"), "2026-09-04 09:05"),
        (("", "9", "", ""), "-09-"),
        (("", "", "", ""), ""),
        (("0", "0", "2026", ""), "2026-00-00"),
        (("4", "September or so", "2026", ""), "2026-September\xa0or\xa0so-04"),
        (("4th to 6th", "9", "26", ""), "26-09-4th\xa0to\xa06th"),
        (("4-6", "9", "2026", "at noon, or one"), "2026-09-4\u20106 at noon, or one"),
        (("Tue", "9", "2026", "9"), "2026-09-Tue 9"),
    ],
)
def test_boxes_of_a_date_are_one_text_also_where_some_are_empty(boxes: tuple[str, ...], text: str) -> None:
    """What is half filled in is refused where dates are read: here nothing of it may be lost."""
    names = [f"begins-{part}" for part in (*PARTS, "time")]
    posted = Posted(FormData(list(zip(names, boxes, strict=True))))
    assert date_in(posted, "begins", with_time=bool(boxes[3])) == text
    again = Question("begins", "Begins", "time", required=True, value=text).parts
    assert [again[part].replace("\xa0", " ").replace("\u2010", "-") for part in PARTS] == list(boxes[:3])


def test_a_month_may_be_named() -> None:
    names = [f"begins-{part}" for part in PARTS]
    for month in ("9", "Sept", "september"):
        assert date_in(Posted(FormData(list(zip(names, ("4", month, "2026"), strict=True)))), "begins") == "2026-09-04"


def test_an_answer_begins_empty_and_a_fact_as_it_is_known(stage: Engine) -> None:
    """Nobody confirms the last review by pressing twice; what stands in several forms may be corrected."""
    case = done(stage.open_case("hbep-referral", "coordinator", {**PUPIL, "tried": "A mentor"}, state="panel"))
    held = {"entry": 1, "slot": 1, "by": "jo", "values": {"day": "2023-10-23", "review_reasons": "Not yet"}}
    case = replace(case, data={**case.data, "review": [held]})
    process = stage.process("hbep-referral")
    events = {event.name: event for _, event in process.every_event()}

    def asked(name: str) -> dict[str, object]:
        return {one.name: one.value for one in event_questions(process, events[name].form, case)}

    assert asked("add_details")["tried"] == "A mentor"
    assert asked("hold_review")["review.review_reasons"] is None


SOON = """
process: visits
version: "1"
title: Visits
effective_from: 2023-01-01
initial: on
roles: {clerk: {title: Clerk}}
documents: {plan: {title: Plan}}
tasks: {look: {title: Look, role: clerk}}
places: {bed: {title: Bed, capacity: 1}}
fields:
  agreed: {title: Agreed, type: yes_no}
  later: {title: Later, type: text, when: 'today >= date("2023-10-01")'}
  since: {title: Since, type: text, when: 'now > timestamp("2023-10-01T00:00:00Z")'}
  with_plan: {title: With the plan, type: text, when: has("plan")}
  with_bed: {title: With a bed, type: text, when: free("bed") > 0}
  with_leave: {title: With leave, type: text, when: agreed == true}
  began: {title: Begun, type: text, when: within("on")}
states:
  on:
    owner: clerk
    deadline: {within: 90 days, raise: look}
    events:
      tell:
        title: Tell
        form: {later: required, since: optional, with_plan: optional, with_bed: optional, began: optional}
      agree: {title: Agree, form: {agreed: required, with_leave: optional}}
      stop: {title: Stop, to: off}
  off: {final: true}
open: {by: clerk, form: {with_bed: optional, with_plan: optional, began: optional}}
"""


def test_a_form_asks_for_all_that_may_be_given_by_the_day_the_documents_or_its_own_answers(
    engine: Engine, clock: SetClock
) -> None:
    """A required field that is never asked for would keep the event from everybody."""
    engine.publish(SOON)
    case = done(engine.open_case("visits", "clerk", {"with_bed": "By the window"}))
    process = engine.process("visits")

    def asked(name: str) -> list[str]:
        form = next(one.form for one in engine.possible_events(case.id, "clerk") if one.event.name == name)
        return [one.name for one in event_questions(process, form, engine.case(case.id))]

    assert asked("tell") == ["later", "since", "with_bed", "began"]
    assert asked("agree") == ["agreed", "with_leave"]
    done(engine.add_document(case.id, "plan", b"words", "clerk", name="plan.txt"))
    assert asked("tell") == ["later", "since", "with_plan", "with_bed", "began"]
    told = engine.fire(case.id, "tell", "clerk", {"later": "x"})
    assert "Later cannot be given yet" in str(told)
    clock.set(clock.now() + timedelta(days=30))
    assert done(engine.fire(case.id, "tell", "clerk", {"later": "x", "with_plan": "y"})).data["later"] == "x"


def test_a_draft_is_looked_at_with_its_documents_as_it_will_be_sent(engine: Engine) -> None:
    engine.publish(SOON)
    given = {"with_plan": "y", "with_bed": "z"}
    assert engine.check_opening("visits", given) == {
        "with_plan": "With the plan cannot be given yet: it depends on Plan."
    }
    assert engine.check_opening("visits", given, ["plan"]) == {}
    # Where a case is not yet, it is not within anything: sending it says the same.
    faults = engine.check_opening("visits", {"began": "x"})
    assert faults == getattr(engine.open_case("visits", "clerk", {"began": "x"}), "fields", faults)
    assert list(faults) == ["began"]
