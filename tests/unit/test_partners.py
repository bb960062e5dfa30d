"""Suggested scenarios bring along the linked case that a way asks for, and end it as it asks."""

from __future__ import annotations

from pathlib import Path

from engine.authoring.scenarios import ScenarioFile, load_to_run
from engine.authoring.suggestions import suggest, written
from tests.sets import LOANS as SETS
from tests.sets import REPAIRS


def sets(folder: Path, text: str = SETS) -> ScenarioFile:
    """The scenarios of loans in a folder where repairs stand beside them."""
    begins = "start: {at: 2024-01-08 09:00, by: clerk, data: {item: Jug}}"
    (folder / "loans.yaml").write_text(text)
    (folder / "repairs.yaml").write_text(REPAIRS)
    (folder / "s.yaml").write_text(f"process: loans.yaml\nscenarios:\n  - {{scenario: One, {begins}}}\n")
    return load_to_run(folder / "s.yaml")


def test_ways_that_hang_on_the_end_of_a_linked_case_bring_one_along(tmp_path: Path) -> None:
    file = sets(tmp_path)
    found = suggest(file, {"away: automatic -> shelf", "away: automatic -> lost"})
    assert found.left == {}
    told = {one.ways: (one.scenario["others"]["linked"]["process"], one.scenario["steps"]) for one in found.found}
    for way, event, end, expected in (
        ("away: automatic -> shelf", "mend", {"state": "mended", "outcome": "Mended"}, {"state": "shelf"}),
        (
            "away: automatic -> lost",
            "throw",
            {"state": "thrown", "outcome": "Thrown away"},
            {"state": "lost", "outcome": "Lost"},
        ),
    ):
        assert told[way,] == (
            "repairs.yaml",
            [
                {"case": "linked", "event": event, "by": "clerk", "expect": end},
                {"event": "send", "by": "clerk", "expect": {"state": "away"}},
                {"link": "repair", "to": "linked", "by": "clerk", "expect": expected},
            ],
        )
    # Kept elsewhere, the other process is named as it is seen from there.
    text = written("../loans.yaml", list(found.found), lambda name: f"../{name}")
    assert text.count('"process": "../repairs.yaml"') == 2


def test_so_do_those_that_ask_for_a_case_of_the_same_process_that_goes_on(tmp_path: Path) -> None:
    part = "send: {title: Send, to: away, needs: [{check: 'linked(\"same\") == 1', say: Only a set is sent.}]}"
    file = sets(tmp_path, SETS.replace("send: {title: Send, to: away}", part))
    found = suggest(file, {"shelf: send -> away"})
    [suggestion] = found.found
    assert "process" not in suggestion.scenario["others"]["linked"]
    assert suggestion.scenario["steps"][0] == {
        "link": "same",
        "to": "linked",
        "by": "clerk",
        "expect": {"state": "shelf"},
    }
