"""Words: what is known of a case and what may be done next, for people."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.case.step.possible import Possible
from engine.process.definition import Process
from engine.service.cases.views import case_view
from engine.service.cases.words import choice_of, shown_fields
from tests.workshop import START, fire, opened, refused, workshop


@pytest.fixture(scope="module")
def process() -> Process:
    return workshop()


def test_fields_are_shown_with_their_titles(process: Process) -> None:
    case = case_view(process, 1, opened(process, urgent=False, kind="bench"), START + timedelta(days=1))
    assert [(one.title, one.text) for one in shown_fields(process, case)] == [
        ("Kind of place", "bench"),
        ("Urgent", "No"),
    ]


def test_a_choice_that_is_refused_says_what_is_missing(process: Process) -> None:
    case = opened(process)
    refusal = refused(process, case, fire("check_up"))
    event = process.event("desk", "check_up")
    assert event is not None
    choice = choice_of(Possible(event, event.form, refusal))
    assert (choice.allowed, choice.code, choice.message) == (False, str(refusal.code), refusal.message)
    assert choice.missing == refusal.missing != ()
    assert choice_of(Possible(event, event.form)).allowed
