"""Why something is refused, in words and by what is missing."""

from __future__ import annotations

import pytest

from engine.case.command import AddDocument
from engine.case.refusal import Code, Refusal
from engine.case.snapshot import Snapshot
from engine.case.step.reasons import event_title, form_refusal, no_way, not_allowed, not_yours
from engine.case.step.walk import Walk
from engine.process.definition import Process
from tests.workshop import CLERK, START, done, fire, opened, refused, workshop


@pytest.fixture(scope="module")
def process() -> Process:
    return workshop()


def with_documents(process: Process, *names: str) -> Snapshot:
    case = opened(process)
    for name in names:
        case = done(process, case, AddDocument(name, name, "0" * 64, 1, "text/plain", CLERK, START))
    return case


def test_all_that_is_missing_is_told_at_once(process: Process) -> None:
    refusal = refused(process, opened(process), fire("check_up"))
    assert refusal == Refusal(
        Code.REQUIREMENT,
        "It must be worth it. The document Order is missing. One of these documents is missing: Drawing, Photo.",
        ("price", "order", "drawing", "photo"),
    )


def test_one_of_several_documents_is_enough(process: Process) -> None:
    case = done(process, with_documents(process, "order", "photo"), fire("fill_in", price=10))
    assert done(process, case, fire("check_up")).seq == case.seq + 1


@pytest.mark.parametrize("price", [None, 9.5])
def test_what_is_not_known_is_not_met(process: Process, price: float | None) -> None:
    case = with_documents(process, "order", "drawing")
    case = done(process, case, fire("fill_in", price=price)) if price else case
    refusal = refused(process, case, fire("check_up"))
    assert (refusal.message, refusal.missing) == ("It must be worth it.", () if price else ("price",))


def test_the_form_of_the_event_may_bring_what_is_needed(process: Process) -> None:
    assert refused(process, opened(process), fire("fix", price=9.99)).message == "It must be worth it."
    assert done(process, opened(process), fire("fix", price=10)).data == {"price": 10.0}


def test_who_may_do_it_is_named_by_title(process: Process) -> None:
    said = not_allowed(process, "Scrap", frozenset({"boss", "clerk"})).message
    assert said == "Scrap: this can be done by Boss or Clerk."
    assert not_allowed(process, "Nudge", frozenset()).message == (
        "Nudge: this can be done by nobody; it happens by itself."
    )


def test_why_no_way_was_open(process: Process) -> None:
    assert no_way(process, Walk(full="lathe"), "Start").as_data() == {
        "code": "no_place", "message": "No Lathe is free.", "missing": ["lathe"]
    }  # fmt: skip
    unknown = no_way(process, Walk(unknown=frozenset({"urgent", "kind"})), "Start")
    assert unknown.message == "Which place is needed is not known: Kind of place, Urgent must be filled in."
    assert unknown.missing == ("kind", "urgent")
    assert no_way(process, Walk(), "Start").message == "None of the ways on applies: Start."


def test_what_is_wrong_with_each_field_and_whose_a_case_is() -> None:
    refusal = form_refusal({"a": "A is empty.", "b": "B is long."})
    assert (refusal.message, refusal.fields) == ("A is empty. B is long.", {"a": "A is empty.", "b": "B is long."})
    assert not_yours().code is Code.NOT_ALLOWED


def test_an_event_is_called_by_its_title_wherever_it_stands(process: Process) -> None:
    assert [event_title(process, name) for name in ("scrap", "grip", "nothing")] == ["Scrap", "Grip", "nothing"]
