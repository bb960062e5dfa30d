"""Diagram: every way is an arrow, ways between the same states are one, and no title breaks out of its label."""

from __future__ import annotations

from xml.etree import ElementTree

from engine.authoring.diagram import EVERYWHERE, START, Arrow, arrows, dot, listing, mermaid, svg
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


def test_titles_stay_inside_their_labels() -> None:
    process = process_of_text(CROOKED, "crooked.yaml", None).process
    assert 'state "One#58; #quot;#123;first#125;#quot;#59; <b> #35; 1" as one' in mermaid(process)
    assert '"One: \\"{first}\\"; <b> # 1"' in dot(process)
    assert "&lt;b&gt;" in listing(process)
    for drawn in (svg(process), listing(process)):
        assert ElementTree.fromstring(drawn).tag.endswith("svg")


def test_states_that_hold_others_are_frames_and_ends_are_ends(loan: Process) -> None:
    text = mermaid(loan)
    assert 'state "Lent" as lent {' in text
    assert "    closed --> [*]" in text
    assert "lent__out --> closed: Bring back" in text
    assert 'subgraph "cluster_lent"' in dot(loan)


def test_what_may_happen_anywhere_is_one_arrow(referral: Process) -> None:
    anywhere = [one for one in arrows(referral) if one.source == EVERYWHERE]
    assert anywhere
    assert mermaid(referral).count('state "From anywhere" as anywhere') == 1


def test_a_list_says_every_way_where_no_picture_can(loan: Process) -> None:
    said = listing(loan)
    for one in arrows(loan):
        if one.source in loan.states:
            assert f"{loan.states[one.source].title} → {loan.states[one.target].title}" in said
