"""Mermaid: states that hold others are composite ones, and no title breaks out of its label."""

from __future__ import annotations

from engine.authoring.diagram.chart import Shown
from engine.authoring.diagram.mermaid import mermaid
from engine.process.definition import Process
from engine.service.processes.texts import process_of_text
from tests.unit.test_chart import CROOKED


def test_titles_stay_inside_their_labels() -> None:
    process = process_of_text(CROOKED, "crooked.yaml", None).process
    assert 'state "One#58; #quot;#123;first#125;#quot;#59; <b> #35; 1" as one' in mermaid(process)


def test_states_that_hold_others_are_frames_and_ends_are_ends(loan: Process) -> None:
    text = mermaid(loan)
    assert 'state "Lent" as lent {' in text
    assert "    closed --> [*]" in text
    assert "lent__out --> closed: Bring back" in text


def test_what_may_happen_anywhere_has_a_node_of_its_own(referral: Process) -> None:
    assert mermaid(referral).count('state "From anywhere" as anywhere') == 1


def test_what_is_shown_stands_behind_titles_and_labels(loan: Process) -> None:
    text = mermaid(loan, Shown(times=True, conditions=True))
    assert "lent__out --> lent__late: Fell due [on#58; Due back]" in text
    assert 'state "Inspection [after 2 days#58; Inspect the machine, due within 1 day]" as lent__inspection' in text
