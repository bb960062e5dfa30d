"""Chart: every way is an arrow, ways between the same states are one, and what is asked for stands by them."""

from __future__ import annotations

from engine.authoring.diagram.chart import Arrow, Remark, Shown, arrows, chart_of
from engine.authoring.diagram.ways import EVERYWHERE, START
from engine.process.definition import Process
from engine.service.processes.texts import process_of_text

CROOKED = """
process: crooked
version: "1"
title: Crooked
effective_from: 2023-01-01
timezone: Europe/London
initial: one
roles: {clerk: {title: Clerk}}
open: {by: [clerk], form: {}}
fields: {}
tasks: {ask: {title: Ask, role: clerk}}
states:
  one:
    title: 'One: "{first}"; <b> # 1'
    owner: clerk
    deadline: {within: 3 days, raise: ask}
    events:
      go: {title: Go, by: [clerk], to: two}
      run: {title: Run, by: [clerk], to: two}
  two: {title: Two, final: true, outcome: Two}
"""


def test_arrows_are_the_ways_of_the_process(loan: Process) -> None:
    found = {(one.source, one.target): one.labels for one in arrows(loan)}
    assert found[START, "requested"] == ()
    assert found["requested", "lent.out"] == ("Accept",)
    assert found["requested", "queue"] == ("Accept, no place free",)
    assert ("queue", "queue") not in found  # to wait on is no way
    assert found["lent.settling", "closed"] == ("by itself",)


def test_ways_between_the_same_two_are_one_arrow() -> None:
    process = process_of_text(CROOKED, "crooked.yaml", None).process
    assert Arrow("one", "two", ("Go", "Run")) in arrows(process)


def test_what_may_happen_anywhere_is_one_arrow(referral: Process) -> None:
    assert [(one.target, one.labels) for one in arrows(referral) if one.source == EVERYWHERE] == [
        ("withdrawn", ("Withdraw",))
    ]


def test_nothing_stands_by_states_and_events_that_was_not_asked_for(loan: Process) -> None:
    chart = chart_of(loan)
    assert {node.remarks for node in chart.nodes} == {()}
    assert {said for arrow in chart.arrows for said in arrow.remarks.values()} == {()}


def test_times_and_conditions_stand_by_their_own_states_and_arrows(loan: Process) -> None:
    chart = chart_of(loan, Shown(times=True, conditions=True))
    nodes = {node.name: [one.text for one in node.remarks] for node in chart.nodes}
    assert nodes["lent.inspection"] == ["after 2 days: Inspect the machine, due within 1 day"]
    assert nodes["lent"] == []  # its timer sends what leads from another state: it stands by that arrow
    said = {(one.source, one.target): one.remarks for one in chart.arrows}
    assert said["lent.out", "lent.late"] == {"Fell due": (Remark("time", "on: Due back"),)}
    assert said["lent.out", "lent.inspection"] == {"Bring back": (Remark("condition", "if Damaged"),)}
    assert said["lent.out", "closed"] == {"Bring back": (Remark("condition", "otherwise"),)}


def test_each_alone_is_shown_alone(loan: Process) -> None:
    times, conditions = chart_of(loan, Shown(times=True)), chart_of(loan, Shown(conditions=True))
    kinds = [
        {one.kind for node in chart.nodes for one in node.remarks}
        | {one.kind for arrow in chart.arrows for said in arrow.remarks.values() for one in said}
        for chart in (times, conditions)
    ]
    assert kinds == [{"time"}, {"condition"}]
