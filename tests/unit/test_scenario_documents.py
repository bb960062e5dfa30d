"""A case of a scenario begins with the documents that its process asks for then; others are added once it has begun."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.authoring.coverage import parts_of
from engine.authoring.scenarios import load_scenarios, run_scenarios
from engine.authoring.suggestions import suggest
from tests.sets import LOANS

ASKED = (
    "open: {form: {item: required, house: optional}, NEEDS}\ndocuments: {slip: {title: Slip}, photo: {title: Photo}}"
)
OPEN = "open: {form: {item: required, house: optional}}"
NEEDED = "needs: [{document: slip}, {check: 'has(\"slip\") && item != null', say: A slip is needed.}]"
START = "at: 2024-01-08 09:00, by: clerk, data: {item: Jug}"


def run(folder: Path, needs: str, start: str) -> tuple[list[tuple[str, str]], list[str], list[str]]:
    """What failed, the steps of the case, and its documents."""
    (folder / "loans.yaml").write_text(LOANS.replace(OPEN, ASKED.replace("NEEDS", needs)))
    (folder / "s.yaml").write_text(
        f"process: loans.yaml\nscenarios:\n  - {{scenario: One, start: {{{START}, {start}}}}}\n"
    )
    [result] = run_scenarios(load_scenarios(folder / "s.yaml"))
    assert result.engine
    cases = [result.engine.case(one.id) for one in result.engine.cases().items]
    steps = [one.kind for case in cases for one in result.engine.history(case.id)]
    kept = sorted(one.document for case in cases for one in case.documents)
    assert result.engine.verify().findings == ()
    result.close()
    return [(one.expected, one.found) for one in result.failures], steps, kept


def test_what_is_asked_for_at_once_comes_with_the_case(tmp_path: Path) -> None:
    failures, steps, kept = run(tmp_path, NEEDED, "documents: [slip, photo], expect: {state: shelf}")
    assert failures == []
    assert (steps[0], kept) == ("opened", ["photo", "slip"])


def test_without_them_it_is_refused_and_names_what_is_missing(tmp_path: Path) -> None:
    refused = "refused: requirement, missing: [slip]"
    assert run(tmp_path, "needs: [{document: slip}]", refused) == ([], [], [])
    assert run(tmp_path, "needs: [{document: slip}]", f"documents: [photo], {refused}") == ([], [], [])
    [(expected, found)] = run(tmp_path, "needs: [{document: slip}]", "documents: [photo]")[0]
    assert expected == "it is done"
    assert found.startswith("refused: requirement")


def test_where_none_is_asked_for_they_are_added_as_before(tmp_path: Path) -> None:
    _, steps, kept = run(tmp_path, "by: [clerk]", "documents: [slip, photo]")
    assert (steps, kept) == (["opened", "document", "document"], ["photo", "slip"])


def test_suggestions_bring_them_along(tmp_path: Path) -> None:
    run(tmp_path, NEEDED, "documents: [slip]")
    file = load_scenarios(tmp_path / "s.yaml")
    found = suggest(file, {"shelf: lose -> lost"})
    assert [one.scenario["start"]["documents"] for one in found.found] == [["slip"]]
    assert "shelf: lose -> lost" in parts_of(file.process)["transitions"]


@pytest.mark.parametrize("needs", ["needs: [{any_of: [slip, photo]}]"])
def test_one_of_several_is_enough(tmp_path: Path, needs: str) -> None:
    assert run(tmp_path, needs, "documents: [photo], expect: {state: shelf}")[0] == []
