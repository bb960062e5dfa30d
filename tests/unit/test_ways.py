"""Ways: each event is told once from where it is written, with the alternative that leads there."""

from __future__ import annotations

from engine.authoring.diagram.ways import EVERYWHERE, ways
from engine.process.definition import Process


def test_alternatives_are_numbered_as_they_stand(loan: Process) -> None:
    found = {(way.target, way.number) for way in ways(loan) if way.source == "lent.out" and way.label == "Bring back"}
    assert found == {("lent.inspection", 0), ("closed", 1)}


def test_where_a_case_waits_is_another_way_than_the_one_that_it_would_take(loan: Process) -> None:
    found = [(way.target, way.waits, way.label) for way in ways(loan) if way.event and way.event.name == "accept"]
    assert found == [("lent.out", False, "Accept"), ("queue", True, "Accept, no place free")]


def test_what_may_happen_anywhere_is_written_nowhere(referral: Process) -> None:
    [scope] = {way.scope for way in ways(referral) if way.source == EVERYWHERE}
    assert scope == ""
