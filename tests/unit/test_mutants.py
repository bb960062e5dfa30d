"""The list of small changes: each can be made, in one place, and names tests that are there."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.mutants.change import Change
from tests.mutants.list import CHANGES
from tests.mutants.run import staleness


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: f"{change.file}: {change.what}")
def test_a_change_can_be_made_in_one_place_and_leaves_python(change: Change) -> None:
    assert staleness(change) == ""
    ast.parse(change.applied(ROOT))
    assert change.applied(ROOT) != (ROOT / change.file).read_text(encoding="utf-8")


def test_no_change_is_made_twice() -> None:
    assert [one for one, count in Counter((one.file, one.old, one.new) for one in CHANGES).items() if count > 1] == []
    assert [one for one, count in Counter((one.file, one.what) for one in CHANGES).items() if count > 1] == []


def test_the_tests_that_are_to_notice_are_there() -> None:
    assert {name for one in CHANGES for name in one.tests if not (ROOT / name).is_file()} == set()


def test_a_change_that_has_lost_its_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("one = 1\ntwo = 1\n")
    for old, count in (("three = 1", 0), ("= 1", 2)):
        with pytest.raises(LookupError, match=f"stands there {count} times"):
            Change("x", "a.py", old, "", ()).applied(tmp_path)
