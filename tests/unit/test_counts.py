"""Counts: the numbers stand where room was kept for them, in every form, and in words."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from engine.authoring.diagram import counts
from engine.authoring.diagram.chart import Shown
from engine.authoring.diagram.dot import dot
from engine.authoring.diagram.listing import listing
from engine.authoring.diagram.mermaid import mermaid
from engine.authoring.diagram.picture import svg
from engine.case.caseload import Caseload, caseload_of
from tests.unit.test_case_caseload import OF_NOW, OF_OLD

SVG = "{http://www.w3.org/2000/svg}"
CASES = Shown(cases=True)
FULL = caseload_of(OF_NOW, [OF_OLD, OF_NOW], {"home.first": 1000, "first": 1, "shed": 12_345})
NONE = caseload_of(OF_NOW, [OF_OLD, OF_NOW], {})
OF_STATES = {"first": "1 case", "home": "1,000 cases inside", "home.first": "1,000 cases", "last": "no case"}


def texts(drawing: str) -> list[str]:
    return [one.text or "" for one in ElementTree.fromstring(drawing).iter(f"{SVG}text")]


@pytest.mark.parametrize(("caseload", "elsewhere"), [(FULL, True), (NONE, False)])
def test_numbers_stand_in_every_form_and_no_place_is_left_open(caseload: Caseload, elsewhere: bool) -> None:
    drawn = counts.in_drawing(svg(OF_NOW, shown=CASES), OF_NOW, caseload)
    listed = counts.in_drawing(listing(OF_NOW, CASES), OF_NOW, caseload)
    forms = (drawn, listed, mermaid(OF_NOW, CASES, caseload), dot(OF_NOW, CASES, caseload))
    for form in forms:
        assert "\ue000" not in form
        assert all(counts.said(OF_NOW, caseload, state) in form for state in OF_NOW.states)
        assert ("Elsewhere" in form) is elsewhere
    assert {state: counts.said(OF_NOW, FULL, state) for state in OF_NOW.states} == OF_STATES
    told = ElementTree.fromstring(drawn).findtext(f"{SVG}desc") or ""
    assert told.startswith("13,346 cases in all. Elsewhere: 12,345 (Shed: 12,345). " if elsewhere else "No cases. ")
    assert f"Home: {counts.said(OF_NOW, caseload, 'home')}. " in told


def test_what_is_elsewhere_stands_below_and_makes_the_picture_higher_by_its_lines() -> None:
    empty, full = (counts.in_drawing(svg(OF_NOW, shown=CASES), OF_NOW, one) for one in (NONE, FULL))
    before, after = (ElementTree.fromstring(one) for one in (empty, full))
    below = [one for one in after.iter(f"{SVG}text") if (one.text or "").startswith("Elsewhere")]
    heights = [float(one.get("height", "0")) for one in (before, after)]
    assert heights[1] - heights[0] == pytest.approx(28, abs=0.1)
    _, top, _, height = (float(one) for one in after.get("viewBox", "").split())
    assert [top + height - 28 < float(one.get("y", "0")) < top + height for one in below] == [True]


def test_the_same_drawing_serves_whatever_the_numbers_are() -> None:
    empty, full = (counts.in_drawing(svg(OF_NOW, shown=CASES), OF_NOW, one) for one in (NONE, FULL))
    boxes = [re.findall(r"<rect [^>]*>", one) for one in (empty, full)]
    assert boxes[0] == boxes[1]
    assert len(boxes[0]) > 3


def test_a_number_leads_to_its_list_where_there_is_one_and_something_in_it() -> None:
    drawn = counts.in_drawing(svg(OF_NOW, shown=CASES), OF_NOW, FULL, lambda state: f"/of?a=1&state={state}")
    found = {one.get("href"): "".join(one.itertext()) for one in ElementTree.fromstring(drawn).iter(f"{SVG}a")}
    assert found == {f"/of?a=1&state={state}": said for state, said in OF_STATES.items() if state != "last"}


def test_a_table_has_the_states_with_cases_those_around_others_first() -> None:
    assert [(one.title, one.around, one.count) for one in counts.rows(OF_NOW, FULL)] == [
        ("First", "", 1),
        ("Home", "", 1000),
        ("First", "Home", 1000),
    ]
    assert counts.rows(OF_NOW, NONE) == []
