"""Listing: what a diagram says, in words and as a table, for who sees no picture."""

from __future__ import annotations

from xml.etree import ElementTree

from engine.authoring.diagram.chart import Shown, arrows, chart_of
from engine.authoring.diagram.listing import Row, listing, table, told
from engine.process.definition import Process
from engine.service.processes.texts import process_of_text
from tests.unit.test_chart import CROOKED

ALL = Shown(times=True, conditions=True)


def test_a_list_says_every_way_where_no_picture_can(loan: Process) -> None:
    said = listing(loan)
    for one in arrows(loan):
        if one.source in loan.states:
            assert f"{loan.states[one.source].title} → {loan.states[one.target].title}" in said


def test_titles_stay_inside_the_picture() -> None:
    process = process_of_text(CROOKED, "crooked.yaml", None).process
    assert "&lt;b&gt;" in listing(process)
    assert ElementTree.fromstring(listing(process)).tag.endswith("svg")


def test_each_line_says_what_stands_by_its_state_or_its_event(loan: Process) -> None:
    lines = told(chart_of(loan, ALL))
    assert "Inspection: after 2 days: Inspect the machine, due within 1 day" in lines
    assert "Out → Inspection (Bring back [if Damaged])" in lines
    assert "Inspection → Settling (Inspected)" in lines


def test_the_table_has_a_row_for_each_event_of_each_way(loan: Process) -> None:
    chart = chart_of(loan, ALL)
    rows = table(chart)
    assert len([row for row in rows if row.to]) == sum(len(arrow.labels) or 1 for arrow in chart.arrows)
    assert Row("Out", "Late", "Fell due", ("on: Due back",)) in rows
    assert Row("A case begins", "Requested", "", ()) in rows
