"""Remarks: what comes by itself, and on what a way hangs, in the words of the process."""

from __future__ import annotations

import pytest

from engine.authoring.diagram.chart import Shown, chart_of
from engine.process.definition import Process
from engine.process.file.loader import load_process

TEXT = """process: parcels
version: "1"
title: Parcels
effective_from: 2023-01-01
timezone: Europe/London
initial: here
roles: {clerk: {title: Clerk}, head: {title: Head}}
fields: {weight: {title: Weight, type: number}, kind: {title: Kind, type: choice, choices: {a: Airmail, b: By sea}}}
documents: {slip: {title: Slip}, pass: {title: Pass}}
tasks: {look: {title: Look, role: clerk, due: 1 week}, plain: {title: Plain, role: clerk}}
open: {by: [clerk], form: {weight: optional, kind: optional}}
states:
  here:
    title: Here
    owner: clerk
    raise: [look, plain]
    deadline: {within: 2 days, raise: plain}
    timers:
      weekly: {every: 1 week, raise: plain, unless: weight > 2.0}
      gone: {after: 1 month, send: lose, when: kind == "a"}
      monday: {every: [thursday, monday], raise: look}
    events:
      send:
        title: Send
        by: [clerk]
        not_by: did("open")
        needs: [{document: slip}, {any_of: [slip, pass]}, {check: weight < 9.0, say: It is too heavy.}]
        alternatives:
          - {when: kind == "a", to: away}
          - {when: kind == "b" && weight != null, to: away}
          - {to: lost}
      lose: {title: Lose, by: [head], to: lost}
      any:
        title: Any
        by: [clerk]
        alternatives: [{when: kind == "a", to: away}, {to: away}]
  away: {title: Away, final: true}
  lost: {title: Lost, final: true}
"""


@pytest.fixture
def parcels() -> Process:
    return load_process(TEXT, "parcels.yaml", lambda _: None).process


def by_arrow(process: Process, shown: Shown) -> dict[tuple[str, str], list[str]]:
    """What is said of each event, by where it leads."""
    return {
        (label, arrow.target): [one.text for one in said]
        for arrow in chart_of(process, shown).arrows
        for label, said in arrow.remarks.items()
    }


def test_what_comes_by_itself_stands_by_the_state_unless_an_arrow_tells_of_it(parcels: Process) -> None:
    said = {node.name: [one.text for one in node.remarks] for node in chart_of(parcels, Shown(times=True)).nodes}
    assert said["here"] == [
        "every week: Plain",
        "every Monday and Thursday: Look, due within 1 week",
        "after 2 days: Plain",
        "on arrival: Look, due within 1 week",
    ]
    arrows = by_arrow(parcels, Shown(times=True))
    assert arrows["Lose", "lost"] == ["after 1 month"]
    assert arrows["Send", "lost"] == []


def test_on_what_a_timer_hangs_is_said_where_conditions_are_asked_for_too(parcels: Process) -> None:
    both = Shown(times=True, conditions=True)
    [here] = [node for node in chart_of(parcels, both).nodes if node.name == "here"]
    assert here.remarks[0].text == "every week: Plain (unless Weight > 2.0)"
    assert by_arrow(parcels, both)["Lose", "lost"] == ["after 1 month, if Kind is Airmail"]


def test_conditions_of_one_event_that_lead_to_one_state_are_told_together(parcels: Process) -> None:
    needs = [
        "not for whom: who acts did begin the case",
        "needs: Slip",
        "needs: Slip or Pass",
        "needs: It is too heavy.",
    ]
    said = by_arrow(parcels, Shown(conditions=True))
    assert said["Send", "away"] == ["if Kind is Airmail", "or if Kind is By sea and Weight is given", *needs]
    assert said["Send", "lost"] == ["otherwise", *needs]
    assert said["Any", "away"] == []  # one of its alternatives leads there in any case


def test_a_place_that_comes_free_is_a_time(loan: Process) -> None:
    said = by_arrow(loan, Shown(times=True))
    assert said["A machine is free", "lent.out"] == ["when a place comes free in Lent"]
    assert said["Accept, no place free", "queue"] == []
