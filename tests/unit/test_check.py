"""Check: every problem of every file, whatever kind of file it is; each file once, in order."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from engine.authoring.check import check_file, check_paths, files_of
from engine.source.problem import Severity
from tests.conftest import LOAN, ROOT


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_folders_give_their_yaml_files_and_each_file_comes_once(tmp_path: Path) -> None:
    second, first = write(tmp_path, "b/two.yml", ""), write(tmp_path, "a.yaml", "")
    write(tmp_path, "notes.txt", "")
    (tmp_path / "folder.yaml").mkdir()
    assert list(files_of([tmp_path, first])) == [first, second]
    named = write(tmp_path, "other.txt", "")
    assert list(files_of([named])) == [named]  # who names a file means it, whatever its name ends in


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("something: 1", "unknown-kind"),
        ("- a list", "unknown-kind"),
        ("calendar: x\nbank_holidays: 7", "wrong-type"),
        ("process: equipment-loan.yaml\nscenarios: 7", "wrong-type"),
        ("process: equipment-loan.yaml\nstories: 7", "wrong-type"),
        ("process: x\nstates: 7", "wrong-type"),
    ],
)
def test_each_kind_of_file_is_known_by_what_it_holds(tmp_path: Path, text: str, code: str) -> None:
    """A scenario file names a process as well: it is not taken for one, whose version and states it lacks."""
    (tmp_path / LOAN.name).write_bytes(LOAN.read_bytes())
    problems = check_file(write(tmp_path, "file.yaml", text))
    assert code in {one.code for one in problems}, problems
    if "stories" in text or "scenarios" in text:
        assert not any("version" in one.message for one in problems)


def test_problems_of_all_files_are_told_in_order_and_once(tmp_path: Path) -> None:
    write(tmp_path, "b.yaml", "b: 1")
    write(tmp_path, "a.yaml", "a: 1")
    problems, files = check_paths([tmp_path, tmp_path])
    assert files == 2
    assert [Path(one.file).name for one in problems] == ["a.yaml", "b.yaml"]


def test_what_is_brought_along_has_no_problems() -> None:
    assert check_paths([ROOT / "processes" / "hbep-referral.yaml"]) == ([], 1)


def test_a_calendar_that_ends_is_a_warning_by_the_day_of_today() -> None:
    file = ROOT / "processes" / "calendars" / "leicestershire.yaml"
    assert check_file(file) == check_file(file, date(2026, 4, 1)) == ()
    for today, said in ((date(2026, 5, 1), "ends on 10 July 2026"), (date(2026, 11, 1), "ended on 10 July 2026")):
        [problem] = check_file(file, today)
        assert (problem.code, problem.severity) == ("calendar-ends", Severity.WARNING)
        assert said in problem.message
    assert len(check_paths([file], date(2026, 11, 1))[0]) == 1


def test_two_texts_of_one_version_are_told_at_both_places(tmp_path: Path) -> None:
    text = LOAN.read_text()
    write(tmp_path, "repair.yaml", LOAN.with_name("equipment-repair.yaml").read_text())
    first, same = write(tmp_path, "a.yaml", text), write(tmp_path, "b.yaml", text)
    assert check_paths([first, same]) == ([], 2)
    other = write(tmp_path, "c.yaml", f"# another\n{text}")
    line = text[: text.index("version:")].count("\n") + 1
    found = [(one.file, one.line, one.code, one.severity) for one in check_paths([first, other])[0]]
    assert found == [
        (str(first), line, "version-reused", Severity.WARNING),
        (str(other), line + 1, "version-reused", Severity.WARNING),
    ]
    assert f"{other}, line {line + 1}:" in check_paths([first, other])[0][0].message
    new = write(tmp_path, "d.yaml", f"# another\n{text}".replace("version: ", "version: 9", 1).replace('9"', '"9', 1))
    assert check_paths([first, new]) == ([], 2)
