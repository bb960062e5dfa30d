"""Which processes are at hand for a file that is checked: those beside it, of the other files, and published ones."""

from __future__ import annotations

from pathlib import Path

from engine.authoring.check import check_paths
from tests.sets import REPAIRS, loaded
from tests.unit.test_counterparts import LOAN, WHAT, opening, told


def test_files_that_are_checked_together_know_each_other_wherever_they_stand(tmp_path: Path) -> None:
    for name, text in (("a/loans.yaml", LOAN), ("b/repairs.yaml", REPAIRS)):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    assert check_paths([tmp_path]) == ([], 2)
    assert [one.code for one in check_paths([tmp_path / "a"])[0]] == ["unknown-process"]
    # What is published is at hand too.
    published = {"repairs": loaded(REPAIRS)}
    assert check_paths([tmp_path / "a"], None, published) == ([], 1)
    [problem] = check_paths([tmp_path / "a"], None, {"repair": loaded(REPAIRS.replace(": repairs", ": repair"))})[0]
    assert problem.message == "There is no process repairs beside this one, nor a published one."
    assert problem.mend == "Did you mean repair?"


def test_of_several_versions_the_last_one_counts(tmp_path: Path) -> None:
    old = REPAIRS.replace(WHAT, WHAT.replace("what", "thing")).replace("what", "thing")
    new = REPAIRS.replace("effective_from: 2000-01-01", "effective_from: 2024-01-01").replace('"1"', '"2"')
    assert told(tmp_path, opening("link: repair, with: {what: item}"), new, old) == []
    # Of one name in a list each stands at its own place.
    text = LOAN.replace("to: repairs,", "to: [repairs, loans, reparis],")
    [problem] = told(tmp_path, text)
    assert problem == (
        "unknown-process",
        "There is no process reparis beside this one.",
        "Did you mean repairs?",
        "repari",
    )
