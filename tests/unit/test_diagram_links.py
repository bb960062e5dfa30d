"""Links in a diagram: dashed arrows to the processes whose cases are linked or opened, whatever they are called."""

from __future__ import annotations

from xml.etree import ElementTree

from engine.authoring.diagram.chart import Shown, arrows, chart_of
from engine.authoring.diagram.dot import dot
from engine.authoring.diagram.links import titles_for
from engine.authoring.diagram.listing import told
from engine.authoring.diagram.mermaid import mermaid
from engine.authoring.diagram.picture import svg
from engine.process.definition import Process
from engine.process.file.loader import load_process
from tests.unit.test_file_opens import opening
from tests.unit.test_picture import measured

LONG = 'Workshop of the "whole" town: repairs, parts & <more>; with a name that no box holds on a line'
SHOWN = Shown(titles=(("repairs", LONG),))


def sending() -> Process:
    return load_process(opening("link: repair, in: waiting, with: {what: item}"), "loans.yaml", lambda _: None).process


def test_an_event_that_opens_a_case_has_an_arrow_of_its_own_from_where_it_stands() -> None:
    chart = chart_of(sending(), SHOWN)
    found = {(one.source, one.target, one.labels) for one in chart.arrows if one.linked}
    assert found == {
        ("shelf", "*of repairs", ("Send: opens Repair",)),
        ("*anywhere", "*of repairs", ("Repair",)),
        ("*anywhere", "*of loans", ("Same set", "Earlier loan")),
    }
    titles = {one.name: one.title for one in chart.nodes if one.linked}
    assert titles == {"*of repairs": f"Case of: {LONG}", "*of loans": "Another case: Loan"}
    assert chart_of(sending()).titles["*of repairs"] == "Case of: Repairs"
    assert f"On the shelf → Case of: {LONG}, a linked case (Send: opens Repair)" in told(chart)
    assert not any(one.linked for one in arrows(sending()))


def test_whatever_it_is_called_it_is_drawn_in_every_form() -> None:
    process = sending()
    drawn = svg(process, shown=SHOWN)
    assert measured(drawn).faults() == []
    root = ElementTree.fromstring(drawn)
    space = "{http://www.w3.org/2000/svg}"
    said = [" ".join(one.text or "" for one in group.iter(f"{space}text")) for group in root.iter(f"{space}g")
            if group.get("class") == "linked"]  # fmt: skip
    assert f"Case of: {LONG}" in said
    dashed = [one for one in root.iter(f"{space}path") if one.get("stroke-dasharray")]
    assert len(dashed) == 2 * sum(one.linked for one in chart_of(process).arrows)
    assert "    shelf --> Of_repairs: Send#58; opens Repair (linked)" in mermaid(process, SHOWN)
    assert '"shelf" -> "*of repairs" [label="Send: opens Repair", style=dashed];' in dot(process, SHOWN)


def test_titles_are_of_those_processes_alone_that_are_linked_with(loan: Process, referral: Process) -> None:
    assert titles_for(loan, [referral, loan]) == (("equipment-loan", "Equipment loan"),)
    assert titles_for(referral, [referral, loan]) == ()
