"""Columns: what a case is found by follows from its snapshot, and from nothing else."""

from __future__ import annotations

from dataclasses import replace

from engine import Engine
from engine.service.cases.columns import columns_of
from tests.steps import done, in_panel, in_placement


def test_a_case_is_found_by_whom_it_is_about_its_organisation_and_who_moves_it_on(engine: Engine) -> None:
    process, snapshot = engine.seen(in_placement(engine).id, None)
    found = columns_of(process, snapshot)
    assert (found.organisation, found.label, found.owner) == ("Hilltop", "A Pupil", process.owner(snapshot.state))
    other = replace(snapshot, data={**snapshot.data, process.organisation: "Elsewhere"})
    assert columns_of(process, other).organisation == "Elsewhere"


def test_a_case_is_found_by_the_day_on_which_it_is_heard_and_by_its_files(engine: Engine) -> None:
    case = in_panel(engine).id
    process, before = engine.seen(case, None)
    answers = {"area": "hinckley", "panel_date": "2023-12-01", "ground": "At risk"}
    done(engine.fire(case, "book_panel", "coordinator", answers))
    done(engine.add_document(case, "referral_form", b"%PDF-1.4", "coordinator"))
    _, after = engine.seen(case, None)
    assert columns_of(process, before).booked == ()
    assert columns_of(process, after).booked == (("panel", "hinckley", "2023-12-01"),)
    contents = {one["hash"] for copies in after.documents.values() for one in copies}
    assert columns_of(process, after).contents == contents > columns_of(process, before).contents
