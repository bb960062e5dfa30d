"""DOT: states that hold others are clusters, and no title breaks out of its label."""

from __future__ import annotations

from engine.authoring.diagram.chart import Shown
from engine.authoring.diagram.dot import dot
from engine.process.definition import Process
from engine.service.processes.texts import process_of_text
from tests.unit.test_chart import CROOKED


def test_titles_stay_inside_their_labels() -> None:
    process = process_of_text(CROOKED, "crooked.yaml", None).process
    assert '"One: \\"{first}\\"; <b> # 1"' in dot(process)


def test_states_that_hold_others_are_clusters_and_what_is_shown_stands_below(loan: Process) -> None:
    assert 'subgraph "cluster_lent"' in dot(loan)
    text = dot(loan, Shown(times=True, conditions=True))
    assert '"lent.out" -> "lent.inspection" [label="Bring back\\nif Damaged"];' in text
    assert '"lent.out" -> "lent.late" [label="Fell due\\non: Due back"];' in text
